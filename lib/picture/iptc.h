#ifndef LIB_PICTURE_IPTC_H
#define LIB_PICTURE_IPTC_H

#include "lib/picture/bytes.h"

struct pool;

/* IPTC-IIM 4.2: datasets of record 2. */
enum iptc_dataset { IPTC_BY_LINE = 80, IPTC_COPYRIGHT = 116 };

/* Returns the values of a dataset, with "; " between, or NULL
   (metadata_text.h). */
const char *iptc_find(struct pool *pool, struct bytes iptc,
		      enum iptc_dataset dataset);

/* Returns the IPTC-IIM in Photoshop's image resources ("Adobe Photoshop File
   Formats Specification", Image Resource Blocks); empty if there is none. */
struct bytes iptc_in_photoshop(struct bytes resources);

#endif
