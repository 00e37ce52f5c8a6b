#ifndef LIB_PICTURE_PROBE_FORMATS_H
#define LIB_PICTURE_PROBE_FORMATS_H

#include "lib/base/work.h"
#include "lib/picture/bytes.h"
#include "lib/picture/probe.h"

/* One reader for each format, for probe.c. The bytes begin with the format's
   signature. In the initial probe, `frames` and `orientation` are 1 and the
   rest is 0. A reader may leave a size of 0; the caller then fails. */
typedef bool probe_reader(struct probe *probe, struct work *work,
			  struct bytes bytes) MUST_CHECK;
probe_reader probe_jpeg, probe_png, probe_gif, probe_webp, probe_tiff,
	probe_bmp;

#endif
