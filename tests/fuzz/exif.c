/* exif.c: fuzzes the orientation in EXIF data. */
#include "config.h"

#include "lib/picture/exif.h"

#include "tests/lib/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const unsigned orientation = exif_orientation(data, size);

	expect(orientation >= 1 && orientation <= 8);
	return 0;
}
