/* probe.c: tests what headers say, and what is refused for it. */
#include "config.h"

#include "lib/picture/probe.h"

#include "lib/base/conf.h"
#include "lib/base/util.h"
#include "tests/unit/test.h"

struct header {
	const char *name;
	struct probe probe; /* width 0: refused, with `err` and `why` */
	enum err err;
	const char *why;
	const char *bytes;
	size_t len;
};

/* clang-format off */
#define BYTES(text) text, sizeof(text) - 1
#define SAYS(...)   { __VA_ARGS__ }, 0, ""
#define OPAQUE      false, false, false, 0, 0, 0, false
#define ALPHA       false, true, false, 0, 0, 0, false
#define PROGRESSIVE true, false, false, 0, 0, 0, false
#define IN_GRAY     false, false, true, 0, 0, 0, false
#define GRAY_ALPHA  false, true, true, 0, 0, 0, false
#define NO_PROBE    { 0, 0, 0, 0, 0, 0, OPAQUE }
#define CORRUPT(why) NO_PROBE, ERR_CORRUPT_IMAGE, why
#define UNSUPPORTED(why) NO_PROBE, ERR_UNSUPPORTED_FORMAT, why

/* Two-byte sizes, as text: 300x200 pixels */
#define BE300 "\x01\x2c"
#define BE200 "\0\xc8"
#define LE300 "\x2c\x01"
#define LE200 "\xc8\0"

#define FRAME(marker, bits, height, width) \
	"\xff" marker "\0\x11" bits height width "\3\1\x22\0\2\x11\1\3\x11\1"
#define SCAN "\xff\xda\0\x0c\3\1\0\2\x11\3\x11\0\x3f\0" "data\xff\0\xff\xd0more"
#define EXIF(way) "\xff\xe1\0\x1e" "Exif\0\0" TURNED(way)
#define TURNED(way) "II*\0\x08\0\0\0" "\1\0" "\x12\1\3\0\1\0\0\0" way "\0\0\0"
#define JPEG(body) "\xff\xd8" body "\xff\xd9"

#define CHUNK(size, type, data) "\0\0\0" size type data "CRC!"
#define IHDR(width, height, depth, colour, interlace) \
	"\x89PNG\r\n\x1a\n" CHUNK("\x0d", "IHDR", width height depth colour "\0\0" interlace)
#define IDAT CHUNK("\2", "IDAT", "xx")
#define IEND CHUNK("\0", "IEND", "")

#define GIF(width, height) "GIF89a" width height "\0\0\0"
#define GIF_FRAME(left, top, width, height) "," left top width height "\0" "\2" "\1x" "\0"

#define WEBP(size, body) "RIFF" size "\0\0\0WEBP" body
#define VP8(size) "VP8 " size "\0\0\0\x10\0\0\x9d\1\x2a" LE300 LE200
#define VP8X(flags) "VP8X\x0a\0\0\0" flags "\0\0\0" "\x2b\1\0" "\xc7\0\0"

#define LE_ENTRY(tag, type, value) tag type "\0\1\0\0\0" value
#define TIFF_SIZE LE_ENTRY("\0\1", "\3", LE300 "\0\0") LE_ENTRY("\1\1", "\3", LE200 "\0\0")
#define TIFF_PIXELS LE_ENTRY("\x11\1", "\4", "\x08\0\0\0")
#define TIFF_RGB4 LE_ENTRY("\6\1", "\3", "\2\0\0\0") LE_ENTRY("\x15\1", "\3", "\4\0\0\0")
#define TIFF(count, entries) "II*\0\x08\0\0\0" count "\0" entries

#define BMP(size) "BM" "\0\0\0\0" "\0\0\0\0" size "\0\0\0"
#define INFO(size, width, height, planes, bits, compression) \
	size "\0\0\0" width height planes "\0" bits "\0" compression "\0\0\0" \
	"\0\0\0\0" "\0\0\0\0" "\0\0\0\0" "\0\0\0\0" "\0\0\0\0"
#define V3(alpha) INFO("\x38", LE2, LE2, "\1", "\x20", "\3") "rrrrggggbbbb" alpha
#define LE2 "\2\0\0\0"
#define PIXELS16 "0123456789abcdef"

static const struct header headers[] = {
	{ "jpeg", SAYS(FORMAT_JPEG, 300, 200, 1, 1, 1, OPAQUE),
	  BYTES(JPEG(FRAME("\xc0", "\x08", BE200, BE300) SCAN)) },
	{ "jpeg, gray", SAYS(FORMAT_JPEG, 300, 200, 1, 1, 1, IN_GRAY),
	  BYTES(JPEG("\xff\xc0\0\x0b\x08" BE200 BE300 "\1\1\x11\0" "\xff\xda\0\x08\1\1\0\0\x3f\0" "data")) },
	{ "jpeg, progressive", SAYS(FORMAT_JPEG, 300, 200, 1, 3, 1, PROGRESSIVE),
	  BYTES(JPEG(FRAME("\xc2", "\x08", BE200, BE300) SCAN SCAN "\xff" SCAN)) },
	{ "jpeg, arithmetic", SAYS(FORMAT_JPEG, 300, 200, 1, 1, 1, OPAQUE),
	  BYTES(JPEG(FRAME("\xc9", "\x08", BE200, BE300) SCAN)) },
	{ "jpeg, EXIF", SAYS(FORMAT_JPEG, 300, 200, 1, 1, 6, OPAQUE),
	  BYTES(JPEG(EXIF("\6") EXIF("\3") FRAME("\xc0", "\x08", BE200, BE300) SCAN)) },
	{ "jpeg, wrong EXIF", SAYS(FORMAT_JPEG, 300, 200, 1, 1, 1, OPAQUE),
	  BYTES(JPEG(EXIF("\x09") FRAME("\xc0", "\x08", BE200, BE300) SCAN)) },
	{ "jpeg, a scan in a comment", SAYS(FORMAT_JPEG, 300, 200, 1, 1, 1, OPAQUE),
	  BYTES(JPEG(FRAME("\xc0", "\x08", BE200, BE300) "\xff\xfe\0\x06\xff\xda\0\2" SCAN)) },
	{ "jpeg, a comment of length 0", SAYS(FORMAT_JPEG, 300, 200, 1, 1, 1, OPAQUE),
	  BYTES(JPEG("\xff\xfe\0\0" FRAME("\xc0", "\x08", BE200, BE300) SCAN)) },
	{ "jpeg, EXIF of length 0", SAYS(FORMAT_JPEG, 300, 200, 1, 1, 1, OPAQUE),
	  BYTES(JPEG("\xff\xe1\0\0" "Exif\0\0" TURNED("\6") FRAME("\xc0", "\x08", BE200, BE300) SCAN)) },
	{ "jpeg, more behind its end", SAYS(FORMAT_JPEG, 300, 200, 1, 1, 1, OPAQUE),
	  BYTES(JPEG(FRAME("\xc0", "\x08", BE200, BE300) SCAN) "\0\2" SCAN) },
	{ "jpeg, a thumbnail inside", SAYS(FORMAT_JPEG, 300, 200, 1, 1, 1, OPAQUE),
	  BYTES(JPEG("\xff\xe2\0\x17\xff\xd8" FRAME("\xc0", "\x08", "\0\1", "\0\1")
		     FRAME("\xc0", "\x08", BE200, BE300) SCAN)) },
	{ "jpeg, lossless", UNSUPPORTED("SOF3"),
	  BYTES(JPEG(FRAME("\xc3", "\x08", BE200, BE300) SCAN)) },
	{ "jpeg, 12 bits", UNSUPPORTED("12 bits"),
	  BYTES(JPEG(FRAME("\xc1", "\x0c", BE200, BE300) SCAN)) },
	{ "jpeg, 7 bits", CORRUPT("7 bits"),
	  BYTES(JPEG(FRAME("\xc0", "\x07", BE200, BE300) SCAN)) },
	{ "jpeg, 2 components", UNSUPPORTED("components, found 2"),
	  BYTES(JPEG("\xff\xc0\0\x0e\x08" BE200 BE300 "\2\1\x11\0\2\x11\1" SCAN)) },
	{ "jpeg, its height comes later", CORRUPT("300x0"),
	  BYTES(JPEG(FRAME("\xc0", "\x08", "\0\0", BE300) SCAN)) },
	{ "jpeg, no width", CORRUPT("0x200"),
	  BYTES(JPEG(FRAME("\xc0", "\x08", BE200, "\0\0") SCAN)) },
	{ "jpeg, no frame", CORRUPT("a frame header in the JPEG"), BYTES(JPEG(SCAN)) },
	{ "jpeg, no scan", CORRUPT("a scan in the JPEG"),
	  BYTES(JPEG(FRAME("\xc0", "\x08", BE200, BE300))) },
	{ "jpeg, a short frame", CORRUPT("frame header"),
	  BYTES(JPEG("\xff\xc0\0\x0a\x08" BE200 BE300 "\3\1\x22" SCAN)) },

	{ "png", SAYS(FORMAT_PNG, 300, 200, 1, 0, 1, OPAQUE),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\x08", "\2", "\1") IDAT IEND) },
	{ "png, alpha", SAYS(FORMAT_PNG, 300, 200, 1, 0, 1, ALPHA),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\x10", "\6", "\0") IDAT) },
	{ "png, gray with alpha", SAYS(FORMAT_PNG, 300, 200, 1, 0, 1, GRAY_ALPHA),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\x08", "\4", "\0") IDAT) },
	{ "png, tRNS", SAYS(FORMAT_PNG, 300, 200, 1, 0, 1, ALPHA),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\1", "\3", "\0") CHUNK("\3", "PLTE", "rgb")
		CHUNK("\1", "tRNS", "\0") IDAT) },
	{ "png, eXIf", SAYS(FORMAT_PNG, 300, 200, 1, 0, 5, IN_GRAY),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\1", "\0", "\0")
		CHUNK("\x16", "eXIf", TURNED("\5")) CHUNK("\x16", "eXIf", TURNED("\6")) IDAT IEND) },
	{ "png, eXIf behind the pixels", SAYS(FORMAT_PNG, 300, 200, 1, 0, 1, IN_GRAY),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\1", "\0", "\0") IDAT
		CHUNK("\x16", "eXIf", TURNED("\5")) IEND) },
	{ "png, eXIf behind the end", SAYS(FORMAT_PNG, 300, 200, 1, 0, 1, IN_GRAY),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\1", "\0", "\0") IDAT IEND
		CHUNK("\x16", "eXIf", TURNED("\5"))) },
	{ "png, animated", SAYS(FORMAT_PNG, 300, 200, 7, 0, 1, OPAQUE),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\x08", "\2", "\0")
		CHUNK("\x08", "acTL", "\0\0\0\7\0\0\0\0") IDAT) },
	{ "png, too many frames", SAYS(FORMAT_PNG, 300, 200, PROBE_MAX_FRAMES, 0, 1, OPAQUE),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\x08", "\2", "\0")
		CHUNK("\x08", "acTL", "\x7f\0\0\7\0\0\0\0") IDAT) },
	{ "png, no width", CORRUPT("0x200"),
	  BYTES(IHDR("\0\0\0\0", "\0\0" BE200, "\x08", "\2", "\0") IDAT) },
	{ "png, beyond 2^31", CORRUPT("2147483648"),
	  BYTES(IHDR("\0\0" BE300, "\x80\0\0\0", "\x08", "\2", "\0") IDAT) },
	{ "png, depth 4 of colours", CORRUPT("type 2 with 4 bits"),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\4", "\2", "\0") IDAT) },
	{ "png, depth 255", CORRUPT("found type 2 with 255 bits"),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\xff", "\2", "\0") IDAT) },
	{ "png, colour type 1", CORRUPT("type 1"),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\x08", "\1", "\0") IDAT) },
	{ "png, colour type 200", CORRUPT("type 200"),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\x08", "\xc8", "\0") IDAT) },
	{ "png, interlace 2", CORRUPT("found 0, 0 and 2"),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\x08", "\2", "\2") IDAT) },
	{ "png, no palette", CORRUPT("palette"),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\x08", "\3", "\0") IDAT) },
	{ "png, a palette too late", CORRUPT("palette"),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\x08", "\3", "\0") IDAT CHUNK("\3", "PLTE", "rgb")) },
	{ "png, no data", CORRUPT("picture data"),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\x08", "\2", "\0") IEND IDAT) },
	{ "png, a length beyond 2^31", CORRUPT("picture data"),
	  BYTES(IHDR("\0\0" BE300, "\0\0" BE200, "\x08", "\2", "\0") "\xff\xff\xff\xf4" "IDAT" IDAT) },
	{ "png, another chunk first", CORRUPT("begin"),
	  BYTES("\x89PNG\r\n\x1a\n" IDAT) },

	{ "gif", SAYS(FORMAT_GIF, 300, 200, 1, 0, 1, OPAQUE),
	  BYTES(GIF(LE300, LE200) GIF_FRAME("\0\0", "\0\0", LE300, LE200) ";") },
	{ "gif, two frames", SAYS(FORMAT_GIF, 300, 200, 2, 0, 1, ALPHA),
	  BYTES(GIF(LE300, LE200) "!\xff\1x\0" GIF_FRAME("\0\0", "\0\0", LE200, LE200)
		GIF_FRAME("\0\0", "\0\0", "\xff\xff", "\xff\xff") ";") },
	{ "gif, transparent", SAYS(FORMAT_GIF, 300, 200, 1, 0, 1, ALPHA),
	  BYTES(GIF(LE300, LE200) "!\xf9\4\1\0\0\0\0" GIF_FRAME("\0\0", "\0\0", LE300, LE200)) },
	{ "gif, not transparent", SAYS(FORMAT_GIF, 300, 200, 1, 0, 1, OPAQUE),
	  BYTES(GIF(LE300, LE200) "!\xf9\4\2\0\0\1\0" GIF_FRAME("\0\0", "\0\0", LE300, LE200)) },
	{ "gif, a screen of 0x0", SAYS(FORMAT_GIF, 300, 200, 1, 0, 1, OPAQUE),
	  BYTES(GIF("\0\0", "\0\0") GIF_FRAME("\5\0", "\5\0", LE300, LE200) ";") },
	{ "gif, a frame beyond the screen", SAYS(FORMAT_GIF, 310, 220, 1, 0, 1, ALPHA),
	  BYTES(GIF(LE200, LE200) GIF_FRAME("\x0a\0", "\x14\0", LE300, LE200) ";") },
	{ "gif, colours and stray bytes", SAYS(FORMAT_GIF, 300, 200, 1, 0, 1, OPAQUE),
	  BYTES("GIF87a" LE300 LE200 "\x80\0\0" ",;!,;!" "\0\0" GIF_FRAME("\0\0", "\0\0", LE300, LE200)) },
	{ "gif, no frame", CORRUPT("a frame in the GIF"), BYTES(GIF(LE300, LE200) ";") },
	{ "gif, half a frame", CORRUPT("a frame in the GIF"),
	  BYTES(GIF(LE300, LE200) ",\0\0\0\0" LE300 LE200) },
	{ "gif, a frame of 0x200", CORRUPT("0x200"),
	  BYTES(GIF(LE300, LE200) GIF_FRAME("\0\0", "\0\0", "\0\0", LE200) ";") },
	{ "gif, its name alone", CORRUPT("found 6"), BYTES("GIF89a") },

	{ "webp, lossy", SAYS(FORMAT_WEBP, 300, 200, 1, 0, 1, OPAQUE),
	  BYTES(WEBP("\x16", VP8("\x0a"))) },
	{ "webp, lossless with alpha", SAYS(FORMAT_WEBP, 300, 200, 1, 0, 1, ALPHA),
	  BYTES(WEBP("\x12", "VP8L\5\0\0\0\x2f\x2b\xc1\x31\x10\0")) },
	{ "webp, extended", SAYS(FORMAT_WEBP, 300, 200, 1, 0, 8, ALPHA),
	  BYTES(WEBP("\x46", VP8X("\x18") VP8("\x0a") "EXIF\x16\0\0\0" TURNED("\x08"))) },
	{ "webp, animated", SAYS(FORMAT_WEBP, 300, 200, 2, 0, 1, OPAQUE),
	  BYTES(WEBP("\x28", VP8X("\2") "ANMF\1\0\0\0x\0" "ANMF\0\0\0\0")) },
	{ "webp, cut", CORRUPT("of 31 bytes as it says"), BYTES(WEBP("\x17", VP8("\x0a"))) },
	{ "webp, another size inside", CORRUPT("as its canvas says"),
	  BYTES(WEBP("\x28", "VP8X\x0a\0\0\0\0\0\0\0" "\1\0\0" "\1\0\0" VP8("\x0a"))) },
	{ "webp, another width inside", CORRUPT("of 302x200 pixels as its canvas"),
	  BYTES(WEBP("\x28", "VP8X\x0a\0\0\0\0\0\0\0" "\x2d\1\0" "\xc7\0\0" VP8("\x0a"))) },
	{ "webp, no picture", CORRUPT("a picture in the WebP"),
	  BYTES(WEBP("\x16", VP8X("\0"))) },
	{ "webp, nothing", CORRUPT("a picture in the WebP"), BYTES(WEBP("\4", "")) },
	{ "webp, no key frame", CORRUPT("VP8 "),
	  BYTES(WEBP("\x16", "VP8 \x0a\0\0\0\x11\0\0\x9d\1\x2a" LE300 LE200)) },
	{ "webp, lossless of version 1", CORRUPT("VP8L"),
	  BYTES(WEBP("\x12", "VP8L\5\0\0\0\x2f\x2b\xc1\x31\x20\0")) },

	{ "tiff", SAYS(FORMAT_TIFF, 300, 200, 1, 0, 1, IN_GRAY),
	  BYTES(TIFF("\3", TIFF_SIZE TIFF_PIXELS) "\0\0\0\0") },
	{ "tiff, big endian", SAYS(FORMAT_TIFF, 300, 200, 1, 0, 1, IN_GRAY),
	  BYTES("MM\0*\0\0\0\x08\0\3" "\1\0\0\3\0\0\0\1" BE300 "\0\0" "\1\1\0\4\0\0\0\1\0\0" BE200
		"\1\x11\0\4\0\0\0\1\0\0\0\x08") },
	{ "tiff, big", SAYS(FORMAT_TIFF, 300, 200, 1, 0, 1, IN_GRAY),
	  BYTES("II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0" "\3\0\0\0\0\0\0\0"
		"\0\1\3\0\1\0\0\0\0\0\0\0" LE300 "\0\0\0\0\0\0"
		"\1\1\3\0\1\0\0\0\0\0\0\0" LE200 "\0\0\0\0\0\0"
		"\x11\1\x10\0\1\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0") },
	{ "tiff, turned, with alpha", SAYS(FORMAT_TIFF, 300, 200, 1, 0, 7, ALPHA),
	  BYTES(TIFF("\7", TIFF_SIZE TIFF_PIXELS TIFF_RGB4 LE_ENTRY("\x12\1", "\3", "\7\0\0\0")
		     LE_ENTRY("\x52\1", "\3", "\2\0\0\0"))) },
	{ "tiff, an extra sample that is no alpha", SAYS(FORMAT_TIFF, 300, 200, 1, 0, 1, OPAQUE),
	  BYTES(TIFF("\6", TIFF_SIZE TIFF_PIXELS TIFF_RGB4 LE_ENTRY("\x52\1", "\3", "\0\0\0\0"))) },
	{ "tiff, no extra sample that is alpha", SAYS(FORMAT_TIFF, 300, 200, 1, 0, 1, IN_GRAY),
	  BYTES(TIFF("\4", TIFF_SIZE TIFF_PIXELS LE_ENTRY("\x52\1", "\3", "\2\0\0\0"))) },
	{ "tiff, a reduced copy first", SAYS(FORMAT_TIFF, 300, 200, 2, 0, 1, IN_GRAY),
	  BYTES(TIFF("\1", LE_ENTRY("\xfe\0", "\4", "\1\0\0\0")) "\x1a\0\0\0" "\3\0" TIFF_SIZE TIFF_PIXELS) },
	{ "tiff, nothing but reduced copies", SAYS(FORMAT_TIFF, 300, 200, 1, 0, 1, IN_GRAY),
	  BYTES(TIFF("\4", LE_ENTRY("\xfe\0", "\4", "\1\0\0\0") TIFF_SIZE TIFF_PIXELS)) },
	{ "tiff, signed", UNSUPPORTED("signed integer"),
	  BYTES(TIFF("\4", TIFF_SIZE TIFF_PIXELS LE_ENTRY("\x53\1", "\3", "\2\0\0\0"))) },
	{ "tiff, camera raw", UNSUPPORTED("camera raw"),
	  BYTES(TIFF("\4", TIFF_SIZE TIFF_PIXELS LE_ENTRY("\6\1", "\3", "\x23\x80\0\0"))) },
	{ "tiff, two pages", SAYS(FORMAT_TIFF, 300, 200, 2, 0, 1, IN_GRAY),
	  BYTES(TIFF("\3", TIFF_SIZE TIFF_PIXELS) "\x32\0\0\0" "\1\0" TIFF_PIXELS "\0\0\0\0") },
	{ "tiff, a page that is its own next", SAYS(FORMAT_TIFF, 300, 200, 1, 0, 1, IN_GRAY),
	  BYTES(TIFF("\3", TIFF_SIZE TIFF_PIXELS) "\x08\0\0\0") },
	{ "tiff, a next page that is none", SAYS(FORMAT_TIFF, 300, 200, 1, 0, 1, IN_GRAY),
	  BYTES(TIFF("\3", TIFF_SIZE TIFF_PIXELS) "\xff\xff\0\0") },
	{ "tiff, the first width counts", SAYS(FORMAT_TIFF, 300, 200, 1, 0, 1, IN_GRAY),
	  BYTES(TIFF("\4", TIFF_SIZE TIFF_PIXELS LE_ENTRY("\0\1", "\3", "\1\0\0\0"))) },
	{ "tiff, no width", CORRUPT("expected a size in the TIFF"), BYTES(TIFF("\1", TIFF_PIXELS)) },
	{ "tiff, no pixels", CORRUPT("expected pixels in the TIFF directory"), BYTES(TIFF("\2", TIFF_SIZE)) },
	{ "tiff, width 0", CORRUPT("0x200"),
	  BYTES(TIFF("\4", LE_ENTRY("\0\1", "\3", "\0\0\0\0") TIFF_SIZE TIFF_PIXELS)) },
	{ "tiff, pixels far away", CORRUPT("pixels at byte 255"),
	  BYTES(TIFF("\3", TIFF_SIZE LE_ENTRY("\x11\1", "\4", "\xff\0\0\0"))) },
	{ "tiff, strips far away", CORRUPT("pixels at byte 511"),
	  BYTES(TIFF("\3", TIFF_SIZE "\x11\1\4\0\2\0\0\0\x32\0\0\0") "\0\0\0\0" "\xff\1\0\0\x08\0\0\0") },
	{ "tiff, more entries than bytes", CORRUPT("a size in the TIFF, found none"),
	  BYTES(TIFF("\4", TIFF_SIZE TIFF_PIXELS)) },
	{ "tiff, of 65535 samples", UNSUPPORTED("found 65535"),
	  BYTES(TIFF("\4", TIFF_SIZE TIFF_PIXELS LE_ENTRY("\x15\1", "\3", "\xff\xff\0\0"))) },
	{ "tiff, as JPEG 2000", UNSUPPORTED("compression 34712"),
	  BYTES(TIFF("\4", TIFF_SIZE TIFF_PIXELS LE_ENTRY("\3\1", "\3", "\x98\x87\0\0"))) },
	{ "tiff, its name alone", CORRUPT("found 4"), BYTES("MM\0*") },
	{ "tiff, half a big header", CORRUPT("found 10"), BYTES("II+\0\x08\0\0\0\x10\0") },

	{ "bmp", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, OPAQUE),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\1", "\x20", "\0") PIXELS16) },
	{ "bmp, of OS/2", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, OPAQUE),
	  BYTES(BMP("\x1a") "\x0c\0\0\0\2\0\2\0\1\0\x18\0" PIXELS16) },
	{ "bmp, rows go down", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, OPAQUE),
	  BYTES(BMP("\x36") INFO("\x28", LE2, "\xfe\xff\xff\xff", "\1", "\x20", "\0") PIXELS16) },
	{ "bmp, the last padding is absent", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, OPAQUE),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\1", "\x18", "\0") "12345678123456") },
	{ "bmp, no padding, rows go down", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, OPAQUE),
	  BYTES(BMP("\x36") INFO("\x28", LE2, "\xfe\xff\xff\xff", "\1", "\x18", "\0") "12345678123456") },
	{ "bmp, bit fields, rows go down", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, OPAQUE),
	  BYTES(BMP("\x42") INFO("\x28", LE2, "\xfe\xff\xff\xff", "\1", "\x20", "\3") "rrrrggggbbbb"
		PIXELS16) },
	{ "bmp, alpha bit fields", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, ALPHA),
	  BYTES(BMP("\x46") INFO("\x28", LE2, LE2, "\1", "\x20", "\6") "rrrrggggbbbbaaaa" PIXELS16) },
	{ "bmp, alpha bit fields without alpha", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, OPAQUE),
	  BYTES(BMP("\x46") INFO("\x28", LE2, LE2, "\1", "\x20", "\6") "rrrrggggbbbb\0\0\0\0" PIXELS16) },
	{ "bmp, no place of pixels", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, OPAQUE),
	  BYTES(BMP("\0") INFO("\x28", LE2, LE2, "\1", "\x20", "\0") PIXELS16) },
	{ "bmp, pixels in the header", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, OPAQUE),
	  BYTES(BMP("\x35") INFO("\x28", LE2, LE2, "\1", "\x20", "\0") PIXELS16) },
	{ "bmp, pixels in the masks", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, OPAQUE),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\1", "\x20", "\3") "rrrrggggbbbb" PIXELS16) },
	{ "bmp, no place, a byte is absent", CORRUPT("from byte 54"),
	  BYTES(BMP("\0") INFO("\x28", LE2, LE2, "\1", "\x20", "\0") "0123456789abcde") },
	{ "bmp, no place, masks are absent", CORRUPT("from byte 66"),
	  BYTES(BMP("\0") INFO("\x28", LE2, LE2, "\1", "\x20", "\3") PIXELS16) },
	{ "bmp, a short header of OS/2", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, OPAQUE),
	  BYTES(BMP("\x1e") "\x10\0\0\0" LE2 LE2 "\1\0" "\x18\0" PIXELS16) },
	{ "bmp, V3", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, OPAQUE),
	  BYTES(BMP("\x46") V3("\0\0\0\0") PIXELS16) },
	{ "bmp, V3 with alpha", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, ALPHA),
	  BYTES(BMP("\x46") V3("\0\0\0\xff") PIXELS16) },
	{ "bmp, V3 with alpha 0", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, OPAQUE),
	  BYTES(BMP("\x46") V3("\0\0\0\xff") "bgr\0bgr\0bgr\0bgr\0") },
	{ "bmp, V3 with one pixel of alpha", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, ALPHA),
	  BYTES(BMP("\x46") V3("\0\0\0\xff") "bgr\0bgr\0bgr\0bgr\1") },
	{ "bmp, alpha bit fields of 0", SAYS(FORMAT_BMP, 2, 1, 1, 0, 1, OPAQUE),
	  BYTES(BMP("\x46") INFO("\x28", LE2, "\1\0\0\0", "\1", "\x10", "\6")
		"\0\x7c\0\0" "\xe0\3\0\0" "\x1f\0\0\0" "\0\x80\0\0" "\xff\x7f\xff\x7f") },
	{ "bmp, 32 bits and no header for alpha", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, OPAQUE),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\1", "\x20", "\0") PIXELS16) },
	{ "bmp, run lengths", SAYS(FORMAT_BMP, 2, 2, 1, 0, 1, OPAQUE),
	  BYTES(BMP("\x3a") INFO("\x28", LE2, LE2, "\1", "\x08", "\1") "bgr\0" "\0\1") },
	{ "bmp, run lengths without a palette", CORRUPT("from byte 1078"),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\1", "\x08", "\1") "\0\1") },
	{ "bmp, run lengths of rows that go down", CORRUPT("RLE"),
	  BYTES(BMP("\x36") INFO("\x28", LE2, "\xfe\xff\xff\xff", "\1", "\x08", "\1") "\0\1") },
	{ "bmp, run lengths that are too short", CORRUPT("with 517 bytes"),
	  BYTES(BMP("\x3a") INFO("\x28", "\2\0\1\0", LE2, "\1", "\x08", "\1") "bgr\0" "\0\1") },
	{ "bmp, a JPEG inside", UNSUPPORTED("found a JPEG picture inside"),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\1", "\0", "\4") "\xff\xd8\xff") },
	{ "bmp, a JPEG inside, 24 bits", UNSUPPORTED("found a JPEG picture inside"),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\1", "\x18", "\4") "\xff\xd8\xff") },
	{ "bmp, a PNG inside", UNSUPPORTED("found a PNG picture inside"),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\1", "\0", "\5") "\x89PNG") },
	{ "bmp, Huffman", UNSUPPORTED("OS/2 Huffman"),
	  BYTES(BMP("\x4e") INFO("\x40", LE2, LE2, "\1", "\1", "\3") PIXELS16 "12345678" "huff") },
	{ "bmp, Huffman, a short header", UNSUPPORTED("OS/2 Huffman"),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\1", "\1", "\3") "huff") },
	{ "bmp, RLE24", UNSUPPORTED("OS/2 RLE24"),
	  BYTES(BMP("\x4e") INFO("\x40", LE2, LE2, "\1", "\x18", "\4") PIXELS16 "12345678" "\2rgb\0\1") },
	{ "bmp, CMYK", UNSUPPORTED("found CMYK"),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\1", "\x20", "\x0b") PIXELS16) },
	{ "bmp, an unknown compression", UNSUPPORTED("found compression 99 of 24 bits"),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\1", "\x18", "\x63") PIXELS16) },
	{ "bmp, run lengths of 4 bits as of 8", UNSUPPORTED("found compression 1 of 4 bits"),
	  BYTES(BMP("\x3a") INFO("\x28", LE2, LE2, "\1", "\4", "\1") "bgr\0" "\0\1") },
	{ "bmp, 2 bits", UNSUPPORTED("found 2 bits"),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\1", "\2", "\0") PIXELS16) },
	{ "bmp, 64 bits", UNSUPPORTED("found 64 bits"),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\1", "\x40", "\0") PIXELS16 PIXELS16) },
	{ "bmp, 0 bits", CORRUPT("found 1 with 0"),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\1", "\0", "\0") PIXELS16) },
	{ "bmp, 3 bits", CORRUPT("found 1 with 3"),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\1", "\3", "\0") PIXELS16) },
	{ "bmp, 3 planes", CORRUPT("found 3 with"),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\3", "\x08", "\0") PIXELS16) },
	{ "bmp, a negative width", CORRUPT("-2x2"),
	  BYTES(BMP("\x36") INFO("\x28", "\xfe\xff\xff\xff", LE2, "\1", "\x20", "\0") PIXELS16) },
	{ "bmp, the least height", CORRUPT("x-2147483648"),
	  BYTES(BMP("\x36") INFO("\x28", LE2, "\0\0\0\x80", "\1", "\x20", "\0") PIXELS16) },
	{ "bmp, a byte is absent", CORRUPT("with 16 bytes"),
	  BYTES(BMP("\x36") INFO("\x28", LE2, LE2, "\1", "\x20", "\0") "0123456789abcde") },
	{ "bmp, pixels far away", CORRUPT("from byte 255"),
	  BYTES(BMP("\xff") INFO("\x28", LE2, LE2, "\1", "\x20", "\0") PIXELS16) },
	{ "bmp, half a header", CORRUPT("header of 40"), BYTES(BMP("\x36") "\x28\0\0\0\2\0") },
	{ "bmp, its name alone", CORRUPT("found 2"), BYTES("BM") },
	{ "text like bmp", UNSUPPORTED("BMP header"), BYTES("BMW and other cars, and more") },

	{ "pdf", UNSUPPORTED("bmp, found PDF"), BYTES("%PDF-1.7") },
	{ "svg", UNSUPPORTED("bmp, found SVG"), BYTES("<svg/>") },
	{ "cgbi", UNSUPPORTED("found PNG for iPhones"),
	  BYTES("\x89PNG\r\n\x1a\n\0\0\0\4CgBI\x50\0\x20\2") },
	{ "unknown", UNSUPPORTED("bmp, found a file of another kind"), BYTES("nothing that is known") },
	{ "2 bytes", UNSUPPORTED("found a file of 2 bytes"), BYTES("\xff\xd8") },
	{ "nothing", UNSUPPORTED("found an empty file"), BYTES("") },
};
/* clang-format on */

static bool same_probe(const struct probe *a, const struct probe *b)
{
	return a->format == b->format && a->width == b->width &&
	       a->height == b->height && a->frames == b->frames &&
	       a->scans == b->scans && a->orientation == b->orientation &&
	       a->progressive == b->progressive && a->alpha == b->alpha &&
	       a->gray == b->gray && a->surplus == b->surplus &&
	       a->remains == b->remains;
}

/* From memory of exactly that length, so that sanitizers see a step beyond. */
static bool read_exact(struct probe *probe, struct work *work,
		       const uint8_t *bytes, size_t len)
{
	uint8_t *exact = malloc(len + !len);
	bool read;

	memcpy(exact, bytes, len);
	read = probe_read(probe, work, exact, len);
	free(exact);
	return read;
}

static void headers_are_read(void **state)
{
	(void)state;
	EACH_ROW(i, headers) {
		const struct header *header = &headers[i];
		struct work work = { 0 };
		struct probe probe = { 0 };
		bool read =
			read_exact(&probe, &work,
				   (const uint8_t *)header->bytes, header->len);

		if (read && !same_probe(&probe, &header->probe))
			fail_msg(
				"%s: found %s %ux%u, %u frames, %u scans, "
				"orientation %u, progressive %d, alpha %d, gray %d",
				header->name, format_row(probe.format)->name,
				probe.width, probe.height, probe.frames,
				probe.scans, probe.orientation,
				probe.progressive, probe.alpha, probe.gray);
		if (!read && (work.err != header->err ||
			      !strstr(work.why, header->why) || !*header->why))
			fail_msg("%s: expected \"%s\", found \"%s\"",
				 header->name, header->why, work.why);
	}
}

static void check_damaged(const uint8_t *bytes, size_t len)
{
	struct work work = { 0 };
	struct probe probe;

	if (!read_exact(&probe, &work, bytes, len)) {
		assert_true(work.err == ERR_CORRUPT_IMAGE ||
			    work.err == ERR_UNSUPPORTED_FORMAT);
		assert_non_null(strstr(work.why, "expected "));
		assert_non_null(strstr(work.why, "found "));
		return;
	}
	assert_true(probe.width && probe.height && probe.frames);
	assert_in_range(probe.orientation, 1, 8);
	probe_estimate_ms(&probe, 400);
	probe_estimate_mib(&probe);
}

static void damage_is_harmless(void **state)
{
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xfe, 0xff };

	(void)state;
	EACH_ROW(i, headers) {
		uint8_t bytes[256];
		size_t len = headers[i].len;

		assert_in_range(len, 0, sizeof(bytes));
		memcpy(bytes, headers[i].bytes, len);
		for (size_t cut = 0; cut < len; cut++)
			check_damaged(bytes, cut);
		for (size_t at = 0; at < len * ARRAY_LEN(values); at++) {
			uint8_t *byte = bytes + at / ARRAY_LEN(values);
			uint8_t kept = *byte;

			*byte = values[at % ARRAY_LEN(values)];
			check_damaged(bytes, len);
			*byte = kept;
		}
	}
}

static void pages_end(void **state)
{
	enum { PAGES = 5, SIZE = 50 };
	uint8_t bytes[PAGES * SIZE + 8];
	struct work work = { 0 };
	struct probe probe;

	(void)state;
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, "II*\0\x08", 5);
	for (size_t i = 0; i < PAGES; i++) {
		uint8_t *page = bytes + 8 + i * SIZE;

		memcpy(page, "\3\0" TIFF_SIZE TIFF_PIXELS, 38);
		page[38] = i + 1 < PAGES ? (uint8_t)(8 + (i + 1) * SIZE) : 0;
	}
	assert_true(probe_read(&probe, &work, bytes, sizeof(bytes)));
	assert_int_equal(probe.frames, PAGES);

	/* the last leads back to the second */
	bytes[8 + (PAGES - 1) * SIZE + 38] = 8 + SIZE;
	assert_true(probe_read(&probe, &work, bytes, sizeof(bytes)));
	assert_in_range(probe.frames, PAGES, 4 * PAGES);
}

struct size {
	struct probe probe;
	const char *why; /* NULL: bearable */
};

/* clang-format off */
static const struct size sizes[] = {
	{ { FORMAT_JPEG, 12000, 9000, 1, 1, 1, false, false, false, 0, 0, 0, false }, NULL },
	{ { FORMAT_JPEG, 20000, 10000, 1, 1, 8, false, false, false, 0, 0, 0, false }, NULL },
	{ { FORMAT_JPEG, 20000, 10000, 1, 10, 1, true, false, false, 0, 0, 0, false }, NULL },
	{ { FORMAT_PNG, 7000, 7000, 1, 0, 1, false, true, false, 0, 0, 0, false }, NULL },
	{ { FORMAT_PNG, 20000, 10000, 1, 0, 1, false, true, false, 0, 0, 0, false }, NULL },
	{ { FORMAT_JPEG, 65535, 1, 1, 100, 1, true, false, false, 0, 0, 0, false }, NULL },
	{ { FORMAT_PNG, 10000, 20001, 1, 0, 1, false, true, false, 0, 0, 0, false }, "at most 200000000 pixels, found 10000x20001" },
	{ { FORMAT_TIFF, UINT32_MAX, UINT32_MAX, 1, 0, 1, false, true, false, 0, 0, 0, false }, "pixels" },
	{ { FORMAT_PNG, 65536, 1, 1, 0, 1, false, true, false, 0, 0, 0, false }, "65535 pixels a side" },
	{ { FORMAT_PNG, 1, 65536, 1, 0, 1, false, true, false, 0, 0, 0, false }, "65535 pixels a side" },
	{ { FORMAT_JPEG, 100, 100, 1, 101, 1, true, false, false, 0, 0, 0, false }, "at most 100 scans, found 101" },
	{ { FORMAT_GIF, 12000, 12000, 1, 0, 1, false, false, false, 0, 0, 0, false }, "more than 2048" },
	{ { FORMAT_WEBP, 16000, 12500, 1, 0, 1, false, false, false, 0, 0, 0, false }, "more than 2048" },
	{ { FORMAT_PNG, 20000, 10000, 1, 0, 6, false, true, false, 0, 0, 0, false }, "more than 2048" },
	{ { FORMAT_PNG, 20, 10, 1, 0, 1, false, true, false, 70000, 0, 0, false }, "found a png with 70000 other bytes" },
};
/* clang-format on */

static void what_is_too_large_is_refused(void **state)
{
	struct conf conf;

	(void)state;
	conf_init(&conf);
	EACH_ROW(i, sizes) {
		struct work work = { .conf = &conf };
		bool bearable = probe_is_bearable(&sizes[i].probe, &work);

		if (bearable != !sizes[i].why ||
		    (!bearable && !strstr(work.why, sizes[i].why)))
			fail_msg("size %zu: expected \"%s\", found \"%s\"", i,
				 sizes[i].why ? sizes[i].why : "", work.why);
		if (!bearable)
			assert_int_equal(work.err, sizes[i].probe.surplus
							   ? ERR_CORRUPT_IMAGE
							   : ERR_TOO_LARGE);
	}
}

static void upright_exchanges_the_sides(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 8; i++) {
		struct probe probe = { .width = 30, .height = 20 };
		uint32_t width, height;

		probe.orientation = i;
		probe_upright(&probe, &width, &height);
		assert_int_equal(width, i < 5 ? 30 : 20);
		assert_int_equal(height, i < 5 ? 20 : 30);
	}
}

/* What matters is which side of the default budget of 300 ms it is on. */
static void estimates_follow_the_cost(void **state)
{
	const struct probe photo = { FORMAT_JPEG, 1920, 1200, 1, 1, 1, 0,
				     0,           0,    0,    0, 0, 0 };
	const struct probe large = { FORMAT_JPEG, 4000, 3000, 1, 1, 1, 0,
				     0,           0,    0,    0, 0, 0 };
	const struct probe scans = { FORMAT_JPEG, 4000, 3000, 1, 10, 1, 1,
				     0,           0,    0,    0, 0,  0 };
	const struct probe bomb = { FORMAT_JPEG, 7000, 7000, 1, 99, 1, 1,
				    0,           0,    0,    0, 0,  0 };
	const struct probe png = { FORMAT_PNG, 4000, 3000, 1, 0, 1, 0,
				   0,          0,    0,    0, 0, 0 };
	const struct probe all = { FORMAT_TIFF, UINT32_MAX, UINT32_MAX, 1, 0,
				   1,           0,          0,          0, 0,
				   0,           0,          0 };

	(void)state;
	assert_in_range(probe_estimate_ms(&photo, 640), 10, 40);
	assert_in_range(probe_estimate_ms(&large, 640), 40, 150);
	assert_in_range(probe_estimate_ms(&scans, 640), 100, 250);
	assert_in_range(probe_estimate_ms(&bomb, 640), 2000, 10000);
	/* As configured: with ISA-L or without. */
	assert_in_range(probe_estimate_ms(&png, 640), 150, 600);
	assert_true(probe_estimate_ms(&photo, 1000) >
		    probe_estimate_ms(&photo, 100));
	assert_int_equal(probe_estimate_ms(&photo, 1920),
			 probe_estimate_ms(&photo, UINT32_MAX));
	assert_in_range(probe_estimate_mib(&photo), 16, 64);
	assert_in_range(probe_estimate_mib(&scans), 80, 200);
	assert_in_range(probe_estimate_mib(&png), 120, 200);
	assert_int_equal(probe_estimate_mib(&all), UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_read),
		cmocka_unit_test(damage_is_harmless),
		cmocka_unit_test(pages_end),
		cmocka_unit_test(what_is_too_large_is_refused),
		cmocka_unit_test(upright_exchanges_the_sides),
		cmocka_unit_test(estimates_follow_the_cost),
	};

	return RUN_TESTS(tests);
}
