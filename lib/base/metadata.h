#ifndef LIB_BASE_METADATA_H
#define LIB_BASE_METADATA_H

#include <stdbool.h>
#include <stdint.h>

/* What a picture's file says about the picture. Texts are UTF-8 without control
   characters, of 1 to so many bytes; NULL if the file does not say it. */
enum { METADATA_CAMERA_MAX = 64, METADATA_TEXT_MAX = 500 };

struct metadata {
	/* ISO 8601: "2026-06-01T12:34:56+02:00", without the zone if the file
	   has none. */
	const char *taken_at;
	const char *make, *model; /* of the camera */
	const char *copyright, *creator;
	bool has_gps;
	int64_t latitude_e7, longitude_e7; /* degrees times 10^7 */
};

#endif
