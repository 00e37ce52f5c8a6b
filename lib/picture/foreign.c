/* foreign.c: names the kinds of files that are uploaded but not accepted. */
#include "config.h"

#include "lib/picture/foreign.h"

#include <ctype.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/picture/bytes.h"

/* '?' matches any byte. */
struct signature {
	const char *name;
	size_t offset, len;
	const char *bytes;
};

#define AT(offset, text) offset, sizeof(text) - 1, text

/* clang-format off */
static const struct signature disguised[] = {
	{ "PNG for iPhones (CgBI, written by Xcode)", AT(0, "\x89PNG\r\n\x1a\n????CgBI") },
	{ "JPEG-LS",                        AT(0, "\xff\xd8\xff\xf7") },
	{ "CR2 (Canon raw photo)",          AT(0, "II*\0????CR\x02") },
};

/* The first match wins. */
static const struct signature signatures[] = {
	/* pictures */
	{ "JPEG XL",                        AT(0, "\xff\x0a") },
	{ "JPEG XL",                        AT(0, "\0\0\0\x0cJXL \r\n\x87\n") },
	{ "JPEG 2000",                      AT(0, "\0\0\0\x0cjP  \r\n\x87\n") },
	{ "JPEG 2000",                      AT(0, "\xff\x4f\xff\x51") },
	{ "JPEG XR",                        AT(0, "II\xbc") },
	{ "PSB (Photoshop)",                AT(0, "8BPS\0\2") },
	{ "PSD (Photoshop)",                AT(0, "8BPS") },
	{ "XCF (GIMP)",                     AT(0, "gimp xcf") },
	{ "Krita or OpenRaster",            AT(30, "mimetypeapplication/x-krita") },
	{ "Krita or OpenRaster",            AT(30, "mimetypeimage/openraster") },
	{ "RAF (Fujifilm raw photo)",       AT(0, "FUJIFILMCCD-RAW") },
	{ "ORF (Olympus raw photo)",        AT(0, "IIRO") },
	{ "ORF (Olympus raw photo)",        AT(0, "IIRS") },
	{ "ORF (Olympus raw photo)",        AT(0, "MMOR") },
	{ "RW2 (Panasonic raw photo)",      AT(0, "IIU\0") },
	{ "MRW (Minolta raw photo)",        AT(0, "\0MRM") },
	{ "X3F (Sigma raw photo)",          AT(0, "FOVb") },
	{ "CRW (Canon raw photo)",          AT(0, "II\x1a\0\0\0HEAPCCDR") },
	{ "MNG",                            AT(0, "\x8aMNG\r\n\x1a\n") },
	{ "JNG",                            AT(0, "\x8bJNG\r\n\x1a\n") },
	{ "QOI",                            AT(0, "qoif") },
	{ "FLIF",                           AT(0, "FLIF") },
	{ "BPG",                            AT(0, "BPG\xfb") },
	{ "DDS (texture)",                  AT(0, "DDS ") },
	{ "KTX (texture)",                  AT(0, "\xabKTX ") },
	{ "OpenEXR",                        AT(0, "\x76\x2f\x31\x01") },
	{ "HDR (Radiance)",                 AT(0, "#?RADIANCE") },
	{ "HDR (Radiance)",                 AT(0, "#?RGBE") },
	{ "DPX (film scan)",                AT(0, "SDPX") },
	{ "DPX (film scan)",                AT(0, "XPDS") },
	{ "ICNS (icons of macOS)",          AT(0, "icns") },
	{ "WMF (Windows metafile)",         AT(0, "\xd7\xcd\xc6\x9a") },
	{ "WMF (Windows metafile)",         AT(0, "\1\0\x09\0\0\3") },
	{ "EMF (Windows metafile)",         AT(40, " EMF") },
	{ "PCX",                            AT(0, "\x0a\5\1\x08") },
	{ "SGI",                            AT(0, "\1\xda\1") },
	{ "SGI",                            AT(0, "\1\xda\0") },
	{ "Sun raster",                     AT(0, "\x59\xa6\x6a\x95") },
	{ "XPM",                            AT(0, "/* XPM */") },
	{ "XBM",                            AT(0, "#define ") },
	{ "FITS",                           AT(0, "SIMPLE  =") },
	{ "DICOM (medical picture)",        AT(128, "DICM") },
	{ "DjVu",                           AT(0, "AT&TFORM") },
	{ "ILBM (Amiga picture)",           AT(8, "ILBM") },
	/* documents */
	{ "EPS (PostScript)",               AT(0, "%!PS-Adobe-??? EPSF") },
	{ "EPS (PostScript)",               AT(0, "\xc5\xd0\xd3\xc6") },
	{ "PostScript",                     AT(0, "%!") },
	{ "OpenDocument",                   AT(30, "mimetypeapplication/vnd.oasis") },
	{ "EPUB (book)",                    AT(30, "mimetypeapplication/epub") },
	{ "DOCX, XLSX or PPTX (Office)",    AT(30, "[Content_Types].xml") },
	{ "DOCX, XLSX or PPTX (Office)",    AT(30, "_rels/.rels") },
	{ "DOCX, XLSX or PPTX (Office)",    AT(30, "docProps/") },
	{ "DOC, XLS or PPT (Office)",       AT(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") },
	{ "RTF",                            AT(0, "{\\rtf") },
	/* archives */
	{ "ZIP",                            AT(0, "PK\3\4") },
	{ "ZIP",                            AT(0, "PK\5\6") },
	{ "GZIP (or SVGZ)",                 AT(0, "\x1f\x8b\x08") },
	{ "BZIP2",                          AT(0, "BZh") },
	{ "XZ",                             AT(0, "\xfd" "7zXZ\0") },
	{ "Zstandard",                      AT(0, "\x28\xb5\x2f\xfd") },
	{ "7z",                             AT(0, "7z\xbc\xaf\x27\x1c") },
	{ "RAR",                            AT(0, "Rar!\x1a\x07") },
	{ "TAR",                            AT(257, "ustar") },
	/* video and audio */
	{ "AVI (video)",                    AT(0, "RIFF????AVI ") },
	{ "WAV (audio)",                    AT(0, "RIFF????WAVE") },
	{ "ANI (animated cursor)",          AT(0, "RIFF????ACON") },
	{ "WebM or MKV (video)",            AT(0, "\x1a\x45\xdf\xa3") },
	{ "FLV (video)",                    AT(0, "FLV\1") },
	{ "WMV or WMA (Windows Media)",     AT(0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11") },
	{ "MPEG (video)",                   AT(0, "\0\0\1\xba") },
	{ "MPEG (video)",                   AT(0, "\0\0\1\xb3") },
	{ "MOV (QuickTime video)",          AT(4, "moov") },
	{ "MOV (QuickTime video)",          AT(4, "mdat") },
	{ "MOV (QuickTime video)",          AT(4, "wide") },
	{ "OGG (audio or video)",           AT(0, "OggS") },
	{ "FLAC (audio)",                   AT(0, "fLaC") },
	{ "MP3 (audio)",                    AT(0, "ID3") },
	{ "MP3 (audio)",                    AT(0, "\xff\xfb") },
	{ "MP3 (audio)",                    AT(0, "\xff\xf3") },
	{ "MP3 (audio)",                    AT(0, "\xff\xf2") },
	{ "AAC (audio)",                    AT(0, "\xff\xf1") },
	{ "AAC (audio)",                    AT(0, "\xff\xf9") },
	{ "AMR (audio)",                    AT(0, "#!AMR") },
	{ "MIDI (audio)",                   AT(0, "MThd") },
	{ "AIFF (audio)",                   AT(0, "FORM????AIF") },
	/* programs */
	{ "a program for Windows",          AT(0, "MZ") },
	{ "a program for Linux",            AT(0, "\x7f" "ELF") },
	{ "a script",                       AT(0, "#!") },
};

/* ISO 14496-12 4.3: the brands that a file declares. Brands of pictures that
   need a special decoder come before those that only mean "a picture". */
static const struct {
	const char *brand, *name;
} brands[] = {
	{ "heic", "HEIC (iPhone photo)" },
	{ "heix", "HEIC (iPhone photo)" },
	{ "hevc", "HEIC (iPhone photo)" },
	{ "hevx", "HEIC (iPhone photo)" },
	{ "heim", "HEIC (iPhone photo)" },
	{ "heis", "HEIC (iPhone photo)" },
	{ "hevm", "HEIC (iPhone photo)" },
	{ "hevs", "HEIC (iPhone photo)" },
	{ "avif", "AVIF" },
	{ "avis", "AVIF" },
	{ "crx ", "CR3 (Canon raw photo)" },
	{ "mif1", "HEIF" },
	{ "mif2", "HEIF" },
	{ "msf1", "HEIF" },
	{ "jp2 ", "JPEG 2000" },
	{ "jpx ", "JPEG 2000" },
	{ "jpm ", "JPEG 2000" },
	{ "jxl ", "JPEG XL" },
	{ "qt  ", "MOV (QuickTime video)" },
	{ "M4A ", "M4A (audio)" },
	{ "M4B ", "M4A (audio)" },
	{ "F4V ", "FLV (video)" },
	{ "M4V ", "MP4 (video)" },
	{ "mp41", "MP4 (video)" },
	{ "mp42", "MP4 (video)" },
	{ "isom", "MP4 (video)" },
	{ "avc1", "MP4 (video)" },
};
/* clang-format on */

static const char *find(const struct signature *rows, size_t count,
			struct bytes bytes)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_match(bytes, rows[i].offset, rows[i].bytes,
				rows[i].len))
			return rows[i].name;
	return NULL;
}

static bool has_brand(struct bytes box, const char *brand)
{
	for (size_t at = 8; bytes_hold(box, at, 4); at += 4)
		if (at != 12 && !memcmp(box.data + at, brand, 4))
			return true;
	return false;
}

/* Other brands are those of phones and cameras that record video. */
static const char *find_media(struct bytes bytes)
{
	if (!bytes_hold(bytes, 0, 12) || memcmp(bytes.data + 4, "ftyp", 4))
		return NULL;
	if (bytes.len > be32(bytes.data))
		bytes.len = be32(bytes.data) > 12 ? be32(bytes.data) : 12;
	for (size_t i = 0; i < ARRAY_LEN(brands); i++)
		if (has_brand(bytes, brands[i].brand))
			return brands[i].name;
	return "MP4 (video)";
}

/* Finds a directory of at least one icon, whose reserved byte is 0. TGA has too
   few such bytes to be recognized. */
static const char *find_icon(struct bytes bytes)
{
	const uint8_t *at = bytes.data;

	if (!bytes_hold(bytes, 0, 22) || at[0] || at[1] || at[3] || !at[4] ||
	    at[5] || at[9])
		return NULL;
	if (at[2] == 1)
		return "ICO (icon)";
	return at[2] == 2 ? "CUR (cursor)" : NULL;
}

/* Readers accept up to this many other bytes before the header. */
static const char *find_pdf(struct bytes bytes)
{
	static const char start[] = "%PDF-";
	const size_t most = 1024;

	return memmem(bytes.data, bytes.len < most ? bytes.len : most, start,
		      sizeof(start) - 1)
		       ? "PDF"
		       : NULL;
}

/* Netpbm: P and a digit, or PF or Pf, then white space or a comment. */
static const char *find_netpbm(struct bytes bytes)
{
	const uint8_t *at = bytes.data;

	if (!bytes_hold(bytes, 0, 3) || at[0] != 'P' ||
	    !(isspace(at[2]) || at[2] == '#'))
		return NULL;
	if ((at[1] >= '1' && at[1] <= '7') || at[1] == 'F' || at[1] == 'f')
		return "PNM (Netpbm)";
	return NULL;
}

/* Reads characters of a file in ASCII, UTF-8 or UTF-16. Of UTF-16, it reads the
   byte that is not 0 for ASCII characters. */
struct text {
	struct bytes bytes;
	size_t at, step;
};

static struct text open_text(struct bytes bytes)
{
	const size_t most = 1 << 16;
	struct text text = { bytes, 0, 1 };

	if (bytes.len > most)
		text.bytes.len = bytes.len = most;
	if (bytes.len >= 3 && !memcmp(bytes.data, "\xef\xbb\xbf", 3))
		text.at = 3;
	else if (bytes.len >= 2 && !memcmp(bytes.data, "\xff\xfe", 2))
		text = (struct text){ bytes, 2, 2 };
	else if (bytes.len >= 2 && !memcmp(bytes.data, "\xfe\xff", 2))
		text = (struct text){ bytes, 3, 2 };
	return text;
}

/* Returns 0 at the end. */
static char peek(const struct text *text, size_t ahead)
{
	const size_t at = text->at + ahead * text->step;

	return at < text->bytes.len ? (char)text->bytes.data[at] : '\0';
}

static bool starts_with(const struct text *text, const char *word)
{
	for (size_t i = 0; word[i]; i++)
		if (tolower((unsigned char)peek(text, i)) != word[i])
			return false;
	return true;
}

static void skip_space(struct text *text)
{
	while (isspace((unsigned char)peek(text, 0)))
		text->at += text->step;
}

static void skip_past(struct text *text, const char *end)
{
	while (peek(text, 0) && !starts_with(text, end))
		text->at += text->step;
	text->at += strlen(end) * text->step;
}

/* A document type may contain declarations in brackets. */
static void skip_doctype(struct text *text)
{
	char at;

	while ((at = peek(text, 0)) && at != '>' && at != '[')
		text->at += text->step;
	skip_past(text, at == '[' ? "]" : ">");
	if (at == '[')
		skip_past(text, ">");
}

/* Skips the prolog before the first element (XML 1.0, 2.8). */
static void skip_prolog(struct text *text)
{
	for (;;) {
		skip_space(text);
		if (starts_with(text, "<?"))
			skip_past(text, "?>");
		else if (starts_with(text, "<!--"))
			skip_past(text, "-->");
		else if (starts_with(text, "<!doctype") &&
			 !starts_with(text, "<!doctype html"))
			skip_doctype(text);
		else
			return;
	}
}

/* Skips the namespace prefix of an element. */
static void skip_prefix(struct text *text)
{
	size_t count = 0;

	while (isalnum((unsigned char)peek(text, count)))
		count++;
	if (peek(text, count) == ':')
		text->at += (count + 1) * text->step;
}

static const char *find_markup(struct bytes bytes)
{
	static const char *const html[] = { "!doctype html", "html",  "head",
					    "body",          "title", "meta",
					    "script",        "div",   "iframe",
					    "link",          "style", "table" };
	struct text text = open_text(bytes);
	bool is_xml;

	skip_space(&text);
	is_xml = starts_with(&text, "<?xml");
	skip_prolog(&text);
	if (peek(&text, 0) != '<')
		return is_xml ? "XML" : NULL;
	text.at += text.step;
	for (size_t i = 0; i < ARRAY_LEN(html); i++)
		if (starts_with(&text, html[i]))
			return "HTML";
	skip_prefix(&text);
	if (starts_with(&text, "svg") &&
	    !isalnum((unsigned char)peek(&text, 3)))
		return "SVG";
	return is_xml ? "XML" : NULL;
}

const char *foreign_name(const uint8_t *bytes, size_t len)
{
	static const char *(*const finders[])(struct bytes) = {
		find_media, find_icon, find_netpbm, find_pdf, find_markup
	};
	const struct bytes file = { bytes, len };
	const char *name = find(signatures, ARRAY_LEN(signatures), file);

	for (size_t i = 0; !name && i < ARRAY_LEN(finders); i++)
		name = finders[i](file);
	return name;
}

const char *foreign_disguised(const uint8_t *bytes, size_t len)
{
	return find(disguised, ARRAY_LEN(disguised),
		    (struct bytes){ bytes, len });
}
