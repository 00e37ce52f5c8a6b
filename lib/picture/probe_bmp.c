/* probe_bmp.c: the size of a BMP. */
#include "config.h"

#include "lib/picture/bmp_header.h"
#include "lib/picture/probe_formats.h"

bool probe_bmp(struct probe *probe, struct work *work, struct bytes bytes)
{
	struct bmp_header header;

	if (!bmp_header_read(&header, work, bytes))
		return false;
	probe->width = header.width;
	probe->height = header.height;
	probe->alpha = header.masks[BMP_ALPHA];
	return true;
}
