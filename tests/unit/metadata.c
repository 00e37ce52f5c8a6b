/* metadata.c: tests what is read of the metadata of pictures. */
#include "config.h"

#include "lib/picture/metadata.h"

#include "lib/base/pool.h"
#include "lib/picture/exif.h"
#include "lib/picture/iptc.h"
#include "lib/picture/metadata_text.h"
#include "lib/picture/tiff.h"
#include "lib/picture/xmp.h"
#include "tests/unit/test.h"

#define BYTES(text)                                                            \
	{                                                                      \
		(const uint8_t *)(text), sizeof(text) - 1                      \
	}

static void is_text(const char *found, const char *expected)
{
	if (!expected)
		assert_null(found);
	else if (!found)
		fail_msg("expected \"%s\", found none", expected);
	else
		assert_string_equal(found, expected);
}

static void texts_become_clean(void **state)
{
	static const struct {
		struct bytes bytes;
		size_t max;
		const char *text;
	} cases[] = {
		{ BYTES("Canon"), 9, "Canon" },
		{ BYTES("  Canon \0 more"), 9, "Canon" },
		{ BYTES(""), 9, NULL },
		{ BYTES(" \t "), 9, NULL },
		{ BYTES("\0x"), 9, NULL },
		{ BYTES("a\r\nb\x01"
			"c\x7f"
			"d"),
		  9, "a  bcd" },
		{ BYTES("caf\xe9"), 9, "caf\xc3\xa9" },
		{ BYTES("caf\xc3\xa9"), 9, "caf\xc3\xa9" },
		{ BYTES("caf\xc3\xa9"), 4, "caf" },
		{ BYTES("a b"), 2, "a" },
		{ BYTES("a\xc2\x85"
			"b"),
		  9, "ab" },
		{ BYTES("1\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
			"\xe2\x82\xac\xe2\x82\xac"),
		  1, "1" },
	};

	(void)state;
	EACH_ROW(i, cases) {
		struct pool *pool = pool_new();

		is_text(metadata_text(pool, cases[i].bytes, cases[i].max),
			cases[i].text);
		pool_free(pool);
	}
}

/* XMP */

#define RDF "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
#define DC  "xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
#define PACKET(content)                                                        \
	"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF " RDF                    \
	"><rdf:Description " DC ">" content                                    \
	"</rdf:Description></rdf:RDF></x:xmpmeta>"
#define RIGHTS(text)                                                           \
	PACKET("<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>" text        \
	       "</rdf:li></rdf:Alt></dc:rights>")
#define CREATORS(items)                                                        \
	PACKET("<dc:creator><rdf:Seq>" items "</rdf:Seq></dc:creator>")

static void xmp_has_texts(void **state)
{
	static const struct {
		const char *packet, *rights, *creator;
	} cases[] = {
		{ RIGHTS("mine"), "mine", NULL },
		{ RIGHTS(" \n mine\n"), "mine", NULL },
		{ RIGHTS("&lt;a&gt; &amp;amp; &quot;b&apos; &#169;&#xA9;"),
		  "<a> &amp; \"b' \xc2\xa9\xc2\xa9", NULL },
		{ RIGHTS("&copy; &#0; &#xd800; &#x110000; & &#x1f600;"),
		  "&copy; &#0; &#xd800; &#x110000; & \xf0\x9f\x98\x80", NULL },
		{ RIGHTS("one</rdf:li><rdf:li xml:lang='de'>eins"), "one",
		  NULL },
		{ RIGHTS("a<!-- b -->"), "a", NULL },
		{ RIGHTS(""), NULL, NULL },
		{ CREATORS("<rdf:li>A</rdf:li><rdf:li>B &amp; C</rdf:li>"),
		  NULL, "A; B & C" },
		{ CREATORS("<rdf:li/><rdf:li x='>'>A</rdf:li>"), NULL, "A" },
		{ CREATORS("<rdf:list>X</rdf:list><rdf:li>A</rdf:li>"), NULL,
		  "A" },
		{ PACKET("<dc:rights/>"), NULL, NULL },
		{ PACKET("<dc:rights>bare</dc:rights>"), NULL, NULL },
		{ PACKET("<dc:creators><rdf:Seq><rdf:li>A</rdf:li></rdf:Seq>"
			 "</dc:creators>"),
		  NULL, NULL },
		{ "<a xmlns:d = 'http://purl.org/dc/elements/1.1/'"
		  " xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
		  "<d:rights><r:Alt><r:li>mine</r:li></r:Alt></d:rights></a>",
		  "mine", NULL },
		{ "<dc:rights><rdf:Alt><rdf:li>mine</rdf:li></rdf:Alt>"
		  "</dc:rights>",
		  NULL, NULL },
		{ "http://purl.org/dc/elements/1.1/", NULL, NULL },
		{ "='http://purl.org/dc/elements/1.1/", NULL, NULL },
		{ "<a " DC RDF "><dc:rights", NULL, NULL },
		{ "<a " DC RDF "><dc:rights a='>", NULL, NULL },
		{ "<a " DC RDF "><dc:rights><rdf:li>x", NULL, NULL },
		{ "", NULL, NULL },
	};

	(void)state;
	EACH_ROW(i, cases) {
		struct pool *pool = pool_new();
		const size_t len = strlen(cases[i].packet);
		uint8_t *exact = malloc(len + !len);
		const struct bytes xmp = { exact, len };

		memcpy(exact, cases[i].packet, len);
		is_text(xmp_find(pool, xmp, "rights"), cases[i].rights);
		is_text(xmp_find(pool, xmp, "creator"), cases[i].creator);
		free(exact);
		pool_free(pool);
	}
}

/* IPTC */

#define DATASET(number, len, text) "\x1c\2" number "\0" len text
#define ENVELOPE                   "\x1c\1\x5a\0\3\x1b%G"

static void iptc_has_texts(void **state)
{
	static const struct {
		struct bytes iptc;
		const char *copyright, *creator;
	} cases[] = {
		{ BYTES(DATASET("\x74", "\4", "mine")), "mine", NULL },
		{ BYTES(ENVELOPE DATASET("\x74", "\2", "\xc2\xa9") DATASET(
			  "\x50", "\1", "A") DATASET("\x50", "\1", "B")),
		  "\xc2\xa9", "A; B" },
		{ BYTES(DATASET("\x74", "\1", "\xa9")), "\xc2\xa9", NULL },
		{ BYTES(DATASET("\x74", "\5", "mine")), NULL, NULL },
		{ BYTES("x" DATASET("\x74", "\4", "mine")), NULL, NULL },
		{ BYTES("\x1c\3\x74\0\4mine"), NULL, NULL },
		{ BYTES("\x1c\2\x74\x80\4mine"), NULL, NULL },
		{ BYTES("\x1c\2\x74\0"), NULL, NULL },
		{ BYTES(""), NULL, NULL },
	};

	(void)state;
	EACH_ROW(i, cases) {
		struct pool *pool = pool_new();

		is_text(iptc_find(pool, cases[i].iptc, IPTC_COPYRIGHT),
			cases[i].copyright);
		is_text(iptc_find(pool, cases[i].iptc, IPTC_BY_LINE),
			cases[i].creator);
		pool_free(pool);
	}
}

static void photoshop_has_iptc(void **state)
{
	static const struct {
		struct bytes resources;
		const char *iptc;
	} cases[] = {
		{ BYTES("8BIM\4\4\0\0\0\0\0\3abc"), "abc" },
		{ BYTES("8BIM\4\4\2no\0\0\0\0\3abc"), "abc" },
		{ BYTES("8BIM\4\4\1n\0\0\0\3abc"), "abc" },
		{ BYTES("8BIM\4\5\0\0\0\0\0\3xyz\0"
			"8BIM\4\4\0\0\0\0\0\3abc"),
		  "abc" },
		{ BYTES("8BIM\4\4\0\0\0\0\0\4abc"), "" },
		{ BYTES("8BIM\4\4\0\0\xff\xff\xff\xff"), "" },
		{ BYTES("8BIM\4\4\xff"), "" },
		{ BYTES("8BIX\4\4\0\0\0\0\0\3abc"), "" },
		{ BYTES(""), "" },
	};

	(void)state;
	EACH_ROW(i, cases) {
		const struct bytes iptc = iptc_in_photoshop(cases[i].resources);

		assert_int_equal(iptc.len, strlen(cases[i].iptc));
		assert_memory_equal(iptc.len ? iptc.data : (const uint8_t *)"",
				    cases[i].iptc, iptc.len);
	}
}

/* EXIF: a page with a directory of EXIF at 80 or GPS at 80, and values at
   200. */

struct tag {
	unsigned tag, type, count;
	uint32_t value; /* or where the values are */
};

enum { PAGE = 8, BELOW = 80, VALUES = 200, SIZE = 300 };
enum { ASCII = 2, LONG = 4, RATIONAL = 5 };

static void put(uint8_t *file, bool little, size_t at, unsigned size,
		uint32_t number)
{
	for (unsigned i = 0; i < size; i++)
		file[at + i] =
			(uint8_t)(number >> 8 * (little ? i : size - 1 - i));
}

static void put_page(uint8_t *file, bool little, size_t at,
		     const struct tag *tags, unsigned count)
{
	put(file, little, at, 2, count);
	for (unsigned i = 0; i < count; i++) {
		const size_t entry = at + 2 + 12 * i;

		put(file, little, entry, 2, tags[i].tag);
		put(file, little, entry + 2, 2, tags[i].type);
		put(file, little, entry + 4, 4, tags[i].count);
		if (tags[i].type == ASCII && tags[i].count <= 4)
			put(file, false, entry + 8, 4, tags[i].value);
		else
			put(file, little, entry + 8, 4, tags[i].value);
	}
}

static struct metadata read_file(struct pool *pool, const uint8_t *file)
{
	struct work work = { .pool = pool };
	struct metadata metadata = { 0 };
	struct tiff tiff;

	assert_true(tiff_open(&tiff, &work, (struct bytes){ file, SIZE }));
	exif_read_page(&metadata, pool, &tiff, PAGE);
	return metadata;
}

static void times_have_zones_or_not(void **state)
{
	static const struct {
		const char *time, *zone, *taken_at;
	} cases[] = {
		{ "2026:06:01 12:34:56", "+02:00",
		  "2026-06-01T12:34:56+02:00" },
		{ "2026:06:01 12:34:56", "-11:30",
		  "2026-06-01T12:34:56-11:30" },
		{ "2026:06:01 12:34:56", "+00:00",
		  "2026-06-01T12:34:56+00:00" },
		{ "2026:06:01 12:34:56", "", "2026-06-01T12:34:56" },
		{ "2026:06:01 12:34:56", "   :  ", "2026-06-01T12:34:56" },
		{ "2026:06:01 12:34:56", "+0200", "2026-06-01T12:34:56" },
		{ "2026:06:01 12:34:56", "+15:00", "2026-06-01T12:34:56" },
		{ "2024:02:29 00:00:00", "", "2024-02-29T00:00:00" },
		{ "2023:02:29 00:00:00", "", NULL },
		{ "2026:06:31 12:34:56", "", NULL },
		{ "2026:13:01 12:34:56", "", NULL },
		{ "2026:06:01 24:34:56", "", NULL },
		{ "2026:06:01 12:34:60", "", NULL },
		{ "0000:00:00 00:00:00", "", NULL },
		{ "    :  :     :  :  ", "", NULL },
		{ "2026-06-01 12:34:56", "", NULL },
		{ "2026:06:01 12:34", "", NULL },
		{ "2026:06:01 12:34:56Z", "", NULL },
		{ "", "", NULL },
	};
	static const struct tag page[] = { { TIFF_EXIF, LONG, 1, BELOW } };

	(void)state;
	for (int little = 0; little < 2; little++)
		EACH_ROW(i, cases) {
			const struct tag exif[] = {
				{ TIFF_DATE_TIME_ORIGINAL, ASCII, 21, VALUES },
				{ TIFF_OFFSET_TIME_ORIGINAL, ASCII, 7,
				  VALUES + 30 },
			};
			struct pool *pool = pool_new();
			uint8_t file[SIZE] = { 0 };

			memcpy(file, little ? "II*\0" : "MM\0*", 4);
			put_page(file, little, PAGE, page, ARRAY_LEN(page));
			put_page(file, little, BELOW, exif, ARRAY_LEN(exif));
			strcpy((char *)file + VALUES, cases[i].time);
			strcpy((char *)file + VALUES + 30, cases[i].zone);
			is_text(read_file(pool, file).taken_at,
				cases[i].taken_at);
			pool_free(pool);
		}
}

static void positions_are_degrees(void **state)
{
	static const struct {
		char refs[2];
		uint32_t latitude[6], longitude[6];
		bool has_gps;
		int64_t latitude_e7, longitude_e7;
	} cases[] = {
		{ "NE",
		  { 48, 1, 51, 1, 2960, 100 },
		  { 2, 1, 17, 1, 40, 1 },
		  true,
		  488582222,
		  22944444 },
		{ "SW",
		  { 90, 1, 0, 1, 0, 1 },
		  { 1805, 10, 0, 1, 0, 1 },
		  false,
		  0,
		  0 },
		{ "SW",
		  { 90, 1, 0, 1, 0, 1 },
		  { 180, 1, 0, 1, 0, 1 },
		  true,
		  -900000000,
		  -1800000000 },
		{ "NE",
		  { 5, 2, 0, 0, 0, 0 },
		  { 0, 1, 0, 1, 0, 1 },
		  true,
		  25000000,
		  0 },
		{ "NE",
		  { 0, 0, 1, 1, 0, 1 },
		  { 0, 1, 0, 1, 0, 1 },
		  false,
		  0,
		  0 },
		{ "NE",
		  { 90, 1, 0, 1, 1, 1 },
		  { 0, 1, 0, 1, 0, 1 },
		  false,
		  0,
		  0 },
		{ "EE",
		  { 1, 1, 0, 1, 0, 1 },
		  { 0, 1, 0, 1, 0, 1 },
		  false,
		  0,
		  0 },
		{ { 'N', 0 },
		  { 1, 1, 0, 1, 0, 1 },
		  { 0, 1, 0, 1, 0, 1 },
		  false,
		  0,
		  0 },
	};
	static const struct tag page[] = { { TIFF_GPS, LONG, 1, BELOW } };

	(void)state;
	for (int little = 0; little < 2; little++)
		EACH_ROW(i, cases) {
			const uint32_t north = (uint8_t)cases[i].refs[0];
			const uint32_t east = (uint8_t)cases[i].refs[1];
			const struct tag gps[] = {
				{ 1, ASCII, 2, north << 24 },
				{ 2, RATIONAL, 3, VALUES },
				{ 3, ASCII, 2, east << 24 },
				{ 4, RATIONAL, 3, VALUES + 24 },
			};
			struct pool *pool = pool_new();
			uint8_t file[SIZE] = { 0 };
			struct metadata found;

			memcpy(file, little ? "II*\0" : "MM\0*", 4);
			put_page(file, little, PAGE, page, ARRAY_LEN(page));
			put_page(file, little, BELOW, gps, ARRAY_LEN(gps));
			for (size_t j = 0; j < 6; j++) {
				put(file, little, VALUES + 4 * j, 4,
				    cases[i].latitude[j]);
				put(file, little, VALUES + 24 + 4 * j, 4,
				    cases[i].longitude[j]);
			}
			found = read_file(pool, file);
			assert_int_equal(found.has_gps, cases[i].has_gps);
			if (found.has_gps) {
				assert_int_equal(found.latitude_e7,
						 cases[i].latitude_e7);
				assert_int_equal(found.longitude_e7,
						 cases[i].longitude_e7);
			}
			pool_free(pool);
		}
}

/* A copyright of two parts, and directories and values that are not there. */
static void pages_are_checked(void **state)
{
	static const struct {
		struct tag tags[4];
		const char *make, *copyright;
	} cases[] = {
		{ { { TIFF_MAKE, ASCII, 6, VALUES } }, "first", NULL },
		{ { { TIFF_MAKE, ASCII, 4, 0x61620000 } }, "ab", NULL },
		{ { { TIFF_COPYRIGHT, ASCII, 13, VALUES } },
		  NULL,
		  "first; second" },
		{ { { TIFF_COPYRIGHT, ASCII, 6, VALUES } }, NULL, "first" },
		{ { { TIFF_COPYRIGHT, ASCII, 8, VALUES + 5 } },
		  NULL,
		  "second" },
		{ { { TIFF_MAKE, ASCII, 6, SIZE - 3 } }, NULL, NULL },
		{ { { TIFF_MAKE, ASCII, UINT32_MAX, VALUES } }, NULL, NULL },
		{ { { TIFF_MAKE, ASCII, 0, VALUES } }, NULL, NULL },
		{ { { TIFF_EXIF, LONG, 1, SIZE }, { TIFF_GPS, LONG, 1, 1 } },
		  NULL,
		  NULL },
		{ { { TIFF_EXIF, LONG, 1, PAGE }, { TIFF_GPS, LONG, 1, PAGE } },
		  NULL,
		  NULL },
	};

	(void)state;
	EACH_ROW(i, cases) {
		struct pool *pool = pool_new();
		uint8_t file[SIZE] = "MM\0*";
		struct metadata found;

		put_page(file, false, PAGE, cases[i].tags,
			 ARRAY_LEN(cases[i].tags));
		memcpy(file + VALUES, "first\0second", 13);
		found = read_file(pool, file);
		is_text(found.make, cases[i].make);
		is_text(found.copyright, cases[i].copyright);
		assert_false(found.has_gps);
		pool_free(pool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_become_clean),
		cmocka_unit_test(xmp_has_texts),
		cmocka_unit_test(iptc_has_texts),
		cmocka_unit_test(photoshop_has_iptc),
		cmocka_unit_test(times_have_zones_or_not),
		cmocka_unit_test(positions_are_degrees),
		cmocka_unit_test(pages_are_checked),
	};

	return RUN_TESTS(tests);
}
