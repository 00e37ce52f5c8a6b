/* exif.c: reads EXIF data. */
#include "config.h"

#include "lib/picture/exif.h"

#include <math.h>
#include <string.h>

#include "lib/base/metadata.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/picture/bytes.h"
#include "lib/picture/metadata_text.h"
#include "lib/picture/tiff.h"

enum {
	MAX_BYTES = 65536,
	ENTRY_SIZE = 12,
	TAG_ORIENTATION = 274,
	TYPE_SHORT = 3
};

struct exif {
	struct bytes bytes;
	bool little;
};

static uint16_t get16(const struct exif *exif, const uint8_t *at)
{
	return exif->little ? le16(at) : be16(at);
}

static uint32_t get32(const struct exif *exif, const uint8_t *at)
{
	return exif->little ? le32(at) : be32(at);
}

static unsigned read_orientation(const struct exif *exif, const uint8_t *entry)
{
	unsigned value = get16(exif, entry + 8);
	bool is_right = get16(exif, entry + 2) == TYPE_SHORT && value >= 1 &&
			value <= 8;

	return is_right ? value : 1;
}

/* Reads only IFD0 and follows no offset from it, so loops are impossible. */
static unsigned find_orientation(const struct exif *exif, uint32_t offset)
{
	const uint8_t *at;
	size_t count, room;

	if (!bytes_hold(exif->bytes, offset, 2))
		return 1;
	at = exif->bytes.data + offset + 2;
	room = (exif->bytes.len - offset - 2) / ENTRY_SIZE;
	count = get16(exif, at - 2);
	if (count > room)
		count = room;

	for (; count; count--, at += ENTRY_SIZE)
		if (get16(exif, at) == TAG_ORIENTATION)
			return read_orientation(exif, at);
	return 1;
}

unsigned exif_orientation(const uint8_t *data, size_t len)
{
	struct exif exif = { .bytes = { data, len } };

	if (len >= 6 && !memcmp(data, "Exif\0", 6))
		exif.bytes = (struct bytes){ data + 6, len - 6 };
	if (exif.bytes.len > MAX_BYTES)
		exif.bytes.len = MAX_BYTES;
	if (exif.bytes.len < 8)
		return 1;

	exif.little = !memcmp(exif.bytes.data, "II*\0", 4);
	if (!exif.little && memcmp(exif.bytes.data, "MM\0*", 4))
		return 1;
	return find_orientation(&exif, get32(&exif, exif.bytes.data + 4));
}

/* Texts */

static const char *find_text(struct pool *pool, const struct tiff *tiff,
			     uint64_t page, enum tiff_tag tag, size_t max)
{
	return metadata_text(pool, tiff_find_bytes(tiff, page, tag), max);
}

/* CIPA DC-008 4.6.5.D: the photographer's copyright, a NUL, and the editor's.
 */
static const char *find_copyright(struct pool *pool, const struct tiff *tiff,
				  uint64_t page)
{
	struct bytes both = tiff_find_bytes(tiff, page, TIFF_COPYRIGHT);
	const size_t len =
		both.len ? strnlen((const char *)both.data, both.len) : 0;
	const char *first = metadata_text(pool, both, METADATA_TEXT_MAX);

	if (len == both.len)
		return first;
	both = (struct bytes){ both.data + len + 1, both.len - len - 1 };
	return metadata_join(pool, first,
			     metadata_text(pool, both, METADATA_TEXT_MAX));
}

/* Times */

/* Reads `count` digits, a number from min to max, and moves on; then the byte
   `next` unless it is NUL. */
static bool read_digits(int64_t *number, const char **at, size_t count,
			int64_t min, int64_t max, char next)
{
	*number = 0;
	for (; count; count--, ++*at) {
		if (**at < '0' || **at > '9')
			return false;
		*number = 10 * *number + (**at - '0');
	}
	if (*number < min || *number > max || (next && **at != next))
		return false;
	*at += next != 0;
	return true;
}

static int64_t days_of(int64_t year, int64_t month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30,
					31, 31, 30, 31, 30, 31 };
	const bool leap = (year % 4 == 0 && year % 100) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* CIPA DC-008 4.6.6.F: "+HH:MM". Other texts mean no zone. */
static const char *read_zone(const char *text)
{
	const char *at = text ? text + 1 : NULL;
	int64_t hours, minutes;

	return text && (*text == '+' || *text == '-') &&
			       read_digits(&hours, &at, 2, 0, 14, ':') &&
			       read_digits(&minutes, &at, 2, 0, 59, '\0') &&
			       !*at
		       ? text
		       : "";
}

/* CIPA DC-008 4.6.6.F: "YYYY:MM:DD HH:MM:SS", spaces or zeros if unknown. */
static const char *read_time(struct pool *pool, const char *text,
			     const char *zone)
{
	int64_t year, month, day, hour, minute, second;
	const char *at = text;

	if (!text || !read_digits(&year, &at, 4, 1, 9999, ':') ||
	    !read_digits(&month, &at, 2, 1, 12, ':') ||
	    !read_digits(&day, &at, 2, 1, days_of(year, month), ' ') ||
	    !read_digits(&hour, &at, 2, 0, 23, ':') ||
	    !read_digits(&minute, &at, 2, 0, 59, ':') ||
	    !read_digits(&second, &at, 2, 0, 59, '\0') || *at)
		return NULL;
	return pool_printf(pool, "%.4s-%.2s-%.2sT%.8s%s", text, text + 5,
			   text + 8, text + 11, read_zone(zone));
}

/* The position: CIPA DC-008 4.6.7 */

enum { GPS_LATITUDE_REF = 1, GPS_LATITUDE, GPS_LONGITUDE_REF, GPS_LONGITUDE };

/* A fraction of 0/0 is unknown. */
static double read_fraction(const struct tiff *tiff, const uint8_t *at)
{
	const double above = tiff->little ? le32(at) : be32(at);
	const double below = tiff->little ? le32(at + 4) : be32(at + 4);

	return below > 0 ? above / below : NAN;
}

/* Degrees, minutes and seconds, each as a fraction; the latter two may be
   unknown. */
static bool read_angle(int64_t *angle_e7, const struct tiff *tiff,
		       uint64_t page, unsigned ref_tag, const char *signs,
		       double max)
{
	const struct bytes ref = tiff_find_bytes(tiff, page, ref_tag);
	const struct bytes angle = tiff_find_bytes(tiff, page, ref_tag + 1);
	double degrees, minutes, seconds;

	if (ref.len < 1 || angle.len != 24 || !*ref.data ||
	    !strchr(signs, *ref.data))
		return false;
	degrees = read_fraction(tiff, angle.data);
	minutes = read_fraction(tiff, angle.data + 8);
	seconds = read_fraction(tiff, angle.data + 16);
	degrees += (isnan(minutes) ? 0 : minutes) / 60 +
		   (isnan(seconds) ? 0 : seconds) / 3600;
	if (isnan(degrees) || degrees > max)
		return false;
	*angle_e7 = llround(degrees * 1e7);
	if (*ref.data == signs[1])
		*angle_e7 = -*angle_e7;
	return true;
}

void exif_read_page(struct metadata *metadata, struct pool *pool,
		    const struct tiff *tiff, uint64_t page)
{
	enum { TIME_MAX = 24 };
	const uint64_t exif = tiff_find(tiff, page, TIFF_EXIF, 0);
	const uint64_t gps = tiff_find(tiff, page, TIFF_GPS, 0);

	metadata->make =
		find_text(pool, tiff, page, TIFF_MAKE, METADATA_CAMERA_MAX);
	metadata->model =
		find_text(pool, tiff, page, TIFF_MODEL, METADATA_CAMERA_MAX);
	metadata->copyright = find_copyright(pool, tiff, page);
	metadata->creator =
		find_text(pool, tiff, page, TIFF_ARTIST, METADATA_TEXT_MAX);
	if (tiff_count_entries(tiff, exif))
		metadata->taken_at = read_time(
			pool,
			find_text(pool, tiff, exif, TIFF_DATE_TIME_ORIGINAL,
				  TIME_MAX),
			find_text(pool, tiff, exif, TIFF_OFFSET_TIME_ORIGINAL,
				  TIME_MAX));
	if (tiff_count_entries(tiff, gps))
		metadata->has_gps =
			read_angle(&metadata->latitude_e7, tiff, gps,
				   GPS_LATITUDE_REF, "NS", 90) &&
			read_angle(&metadata->longitude_e7, tiff, gps,
				   GPS_LONGITUDE_REF, "EW", 180);
}
