/* foreign.c: tests the names of files that are not accepted, by bytes as real
   ones begin. */
#include "config.h"

#include "lib/picture/foreign.h"

#include "lib/base/util.h"
#include "tests/unit/test.h"

struct file {
	const char *name; /* what it must begin with; NULL: unknown */
	const char *bytes;
	size_t len;
};

/* clang-format off */
#define BYTES(text) text, sizeof(text) - 1
#define Z4   "\0\0\0\0"
#define Z8   Z4 Z4
#define Z32  Z8 Z8 Z8 Z8
#define Z128 Z32 Z32 Z32 Z32
#define ZIP(name) "PK\3\4\x14\0\6\0\x08\0\0\0\x21\0" Z8 Z4 "\x13\0\0\0" name
#define UTF16_SVG "<\0?\0x\0m\0l\0?\0>\0\n\0<\0s\0v\0g\0 \0x\0>\0"

static const struct file files[] = {
	{ "HEIC (iPhone photo)", BYTES("\0\0\0\x28" "ftypheic\0\0\0\0mif1MiHEMiPrmiafMiHBheic" "\0\0\x10\x34meta") },
	{ "HEIC",        BYTES("\0\0\0\x18" "ftypmif1\0\0\0\0mif1heic") },
	{ "HEIC",        BYTES("\0\0\0\x18" "ftypmsf1\0\0\0\0msf1hevc") },
	{ "HEIC",        BYTES("\0\0\0\x18" "ftypheix\0\0\0\0mif1heix") },
	{ "HEIF",        BYTES("\0\0\0\x14" "ftypmif1\0\0\0\0mif1") },
	{ "AVIF",        BYTES("\0\0\0\x20" "ftypavif\0\0\0\0avifmif1miafMA1B") },
	{ "AVIF",        BYTES("\0\0\0\x1c" "ftypmif1\0\0\0\0mif1avifmiaf") },
	{ "AVIF",        BYTES("\0\0\0\x18" "ftypavis\0\0\0\0avismsf1") },
	{ "JPEG XL",     BYTES("\xff\x0a\xfa\x1f\x01\x91\x08\x06") },
	{ "JPEG XL",     BYTES("\0\0\0\x0cJXL \x0d\x0a\x87\x0a\0\0\0\x14" "ftypjxl ") },
	{ "CR3",         BYTES("\0\0\0\x18" "ftypcrx \0\0\0\1crx isom") },
	{ "MP4",         BYTES("\0\0\0\x18" "ftypmp42\0\0\0\0mp42isom") },
	{ "MP4",         BYTES("\0\0\0\x20" "ftypisom\0\0\2\0isomiso2avc1mp41") },
	{ "MP4",         BYTES("\0\0\0\x14" "ftyp3gp5\0\0\0\0xxxx") },
	{ "MOV",         BYTES("\0\0\0\x14" "ftypqt  \0\0\0\0qt  ") },
	{ "MOV",         BYTES("\0\0\0\x08" "wide\0\1\x02\x03mdat") },
	{ "MOV",         BYTES("\0\0\x08\x08moov\0\0\0\x6cmvhd") },
	{ "M4A",         BYTES("\0\0\0\x1c" "ftypM4A \0\0\0\0M4A mp42isom") },
	{ "HEIC",        BYTES("\0\0\0\x08" "ftypheic") },
	{ NULL,          BYTES("\0\0\0\x18" "ftyp") },
	{ "JPEG 2000",   BYTES("\0\0\0\x0cjP  \x0d\x0a\x87\x0a\0\0\0\x14" "ftypjp2 ") },
	{ "JPEG 2000",   BYTES("\xff\x4f\xff\x51\0\x2f\0\0") },
	{ "JPEG XR",     BYTES("II\xbc\1\x20\0\0\0") },
	{ "PSD",         BYTES("8BPS\0\1" "\0\0\0\0\0\0\0\3") },
	{ "PSB",         BYTES("8BPS\0\2" "\0\0\0\0\0\0\0\3") },
	{ "XCF",         BYTES("gimp xcf v011\0") },
	{ "RAF",         BYTES("FUJIFILMCCD-RAW 0201FF383501") },
	{ "ORF",         BYTES("IIRO\x08\0\0\0") },
	{ "ORF",         BYTES("IIRS\x08\0\0\0") },
	{ "ORF",         BYTES("MMOR\0\0\0\x08") },
	{ "RW2",         BYTES("IIU\0\x18\0\0\0") },
	{ "MRW",         BYTES("\0MRM\0\1\x5e\x1c") },
	{ "X3F",         BYTES("FOVb\3\0\2\0") },
	{ "CRW",         BYTES("II\x1a\0\0\0HEAPCCDR\2\0\1\0") },
	{ "MNG",         BYTES("\x8aMNG\r\n\x1a\n\0\0\0\x1cMHDR") },
	{ "JNG",         BYTES("\x8bJNG\r\n\x1a\n\0\0\0\x10JHDR") },
	{ "QOI",         BYTES("qoif\0\0\1\0\0\0\1\0\4\0") },
	{ "FLIF",        BYTES("FLIF31") },
	{ "BPG",         BYTES("BPG\xfb\0\x30") },
	{ "DDS",         BYTES("DDS \x7c\0\0\0\x07\x10\0\0") },
	{ "KTX",         BYTES("\xabKTX 11\xbb\r\n\x1a\n") },
	{ "OpenEXR",     BYTES("\x76\x2f\x31\x01\2\0\0\0channels") },
	{ "HDR",         BYTES("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n") },
	{ "HDR",         BYTES("#?RGBE\nFORMAT=32-bit_rle_rgbe\n") },
	{ "DPX",         BYTES("SDPX\0\0\x20\0V1.0") },
	{ "DPX",         BYTES("XPDS\0\x20\0\0V1.0") },
	{ "ICNS",        BYTES("icns\0\1\x02\x03ic07") },
	{ "ICO",         BYTES("\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0\x68\4\0\0\x16\0\0\0") },
	{ "CUR",         BYTES("\0\0\2\0\1\0\x20\x20\0\0\0\0\0\0\xa8\x10\0\0\x16\0\0\0") },
	{ NULL,          BYTES("\0\0\2\0\0\0\0\0\0\0\0\0\x80\0\x80\0\x18\0" Z8) }, /* TGA */
	{ "WMF",         BYTES("\xd7\xcd\xc6\x9a\0\0\0\0") },
	{ "WMF",         BYTES("\1\0\x09\0\0\3\x11\2\0\0") },
	{ "EMF",         BYTES("\1\0\0\0\x6c\0\0\0" Z32 " EMF\0\0\1\0") },
	{ "PCX",         BYTES("\x0a\5\1\x08\0\0\0\0\x3f\1") },
	{ "SGI",         BYTES("\1\xda\1\1\0\3") },
	{ "Sun",         BYTES("\x59\xa6\x6a\x95\0\0\1\0") },
	{ "XPM",         BYTES("/* XPM */\nstatic char *x[] = {") },
	{ "XBM",         BYTES("#define x_width 16\n#define x_height 16\n") },
	{ "FITS",        BYTES("SIMPLE  =                    T") },
	{ "DICOM",       BYTES(Z128 "DICM\2\0\0\0UL") },
	{ "DjVu",        BYTES("AT&TFORM\0\0\x12\x34" "DJVU") },
	{ "ILBM",        BYTES("FORM\0\0\x12\x34ILBMBMHD") },
	{ "PNM",         BYTES("P6\n640 480\n255\n") },
	{ "PNM",         BYTES("P3 # comment\n2 2 255") },
	{ "PNM",         BYTES("P7\nWIDTH 4\n") },
	{ "PNM",         BYTES("PF\n640 480\n-1.0\n") },
	{ NULL,          BYTES("P8\n640 480\n") },
	{ NULL,          BYTES("Place") },

	{ "SVG",         BYTES("<svg xmlns=\"http://www.w3.org/2000/svg\"/>") },
	{ "SVG",         BYTES("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg width='1'/>") },
	{ "SVG",         BYTES("\xef\xbb\xbf<?xml version=\"1.0\"?>\r\n<!-- Created with Inkscape -->\r\n\r\n<svg\n/>") },
	{ "SVG",         BYTES("<?xml version=\"1.0\"?><!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"svg11.dtd\"><svg>") },
	{ "SVG",         BYTES("<!DOCTYPE svg [\n <!ENTITY ns \"http://x/\">\n <!ENTITY b \"c\">\n]>\n<svg xmlns=\"&ns;\">") },
	{ "SVG",         BYTES("<!-- a > b --><?xml-stylesheet href='a'?><SVG>") },
	{ "SVG",         BYTES("  \n\t<svg>") },
	{ "SVG",         BYTES("<svg:svg xmlns:svg='http://www.w3.org/2000/svg'>") },
	{ "SVG",         BYTES("\xff\xfe" UTF16_SVG) },
	{ "SVG",         BYTES("\xfe\xff\0" UTF16_SVG) },
	{ "XML",         BYTES("<?xml version=\"1.0\"?><plist version=\"1.0\">") },
	{ "XML",         BYTES("<?xml version=\"1.0\"?>") },
	{ "XML",         BYTES("<?xml version") },
	{ "XML",         BYTES("<?xml version=\"1.0\"?><svgs/>") },
	{ "HTML",        BYTES("<!DOCTYPE html>\n<html lang=\"en\">") },
	{ "HTML",        BYTES("<html><head>") },
	{ "HTML",        BYTES("<div class='error'>Not found</div>") },
	{ "HTML",        BYTES("\n\n<!-- x -->\n<!doctype HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\">") },
	{ "HTML",        BYTES("<?xml version='1.0'?><!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0\"><html>") },
	{ NULL,          BYTES("<") },
	{ NULL,          BYTES("<!--") },
	{ NULL,          BYTES("<!DOCTYPE svg [") },
	{ NULL,          BYTES("<paragraph>") },
	{ NULL,          BYTES("a text about <svg>") },

	{ "PDF",         BYTES("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n") },
	{ "PDF",         BYTES("\xef\xbb\xbf\r\n%PDF-1.4\n") },
	{ "EPS",         BYTES("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox:") },
	{ "EPS",         BYTES("\xc5\xd0\xd3\xc6\x20\0\0\0") },
	{ "PostScript",  BYTES("%!PS-Adobe-3.0\n%%Title:") },
	{ "PostScript",  BYTES("%!\n") },
	{ "DOCX",        BYTES(ZIP("[Content_Types].xml")) },
	{ "OpenDocument", BYTES(ZIP("mimetypeapplication/vnd.oasis.opendocument.text")) },
	{ "EPUB",        BYTES(ZIP("mimetypeapplication/epub+zip")) },
	{ "Krita",       BYTES(ZIP("mimetypeapplication/x-kritaPK")) },
	{ "Krita",       BYTES(ZIP("mimetypeimage/openrasterPK")) },
	{ "ZIP",         BYTES(ZIP("IMG_0001.JPG")) },
	{ "ZIP",         BYTES("PK\5\6" Z8 Z8) },
	{ "DOC",         BYTES("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" Z8) },
	{ "RTF",         BYTES("{\\rtf1\\ansi") },
	{ "GZIP",        BYTES("\x1f\x8b\x08\0\0\0\0\0\0\3") },
	{ "BZIP2",       BYTES("BZh91AY&SY") },
	{ "XZ",          BYTES("\xfd" "7zXZ\0\0\4") },
	{ "Zstandard",   BYTES("\x28\xb5\x2f\xfd\x24") },
	{ "7z",          BYTES("7z\xbc\xaf\x27\x1c\0\4") },
	{ "RAR",         BYTES("Rar!\x1a\x07\1\0") },
	{ "TAR",         BYTES("photo.jpg" "\0\0\0\0\0\0\0" Z128 Z32 Z32 Z32 Z8 Z8 "\0ustar\0" "00") },

	{ "AVI",         BYTES("RIFF\x24\1\2\0AVI LIST") },
	{ "WAV",         BYTES("RIFF\x24\1\2\0WAVEfmt ") },
	{ "ANI",         BYTES("RIFF\x24\1\2\0ACONanih") },
	{ NULL,          BYTES("RIFF\x24\1\2\0abcdanih") },
	{ "WebM",        BYTES("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\1webm") },
	{ "FLV",         BYTES("FLV\1\5\0\0\0\x09") },
	{ "WMV",         BYTES("\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9") },
	{ "MPEG",        BYTES("\0\0\1\xba\x44\0") },
	{ "MPEG",        BYTES("\0\0\1\xb3\x14\0") },
	{ "OGG",         BYTES("OggS\0\2") },
	{ "FLAC",        BYTES("fLaC\0\0\0\x22") },
	{ "MP3",         BYTES("ID3\4\0\0\0\0\0\x23TSSE") },
	{ "MP3",         BYTES("\xff\xfb\x90\x64\0\0") },
	{ "AAC",         BYTES("\xff\xf1\x50\x80") },
	{ "AMR",         BYTES("#!AMR\n\x3c") },
	{ "MIDI",        BYTES("MThd\0\0\0\6") },
	{ "AIFF",        BYTES("FORM\0\1\x02\x03" "AIFFCOMM") },
	{ "a program for Windows", BYTES("MZ\x90\0\3\0") },
	{ "a program for Linux", BYTES("\x7f" "ELF\2\1\1\0") },
	{ "a script",    BYTES("#!/bin/sh\n") },

	{ NULL,          BYTES("") },
	{ NULL,          BYTES("a") },
	{ NULL,          BYTES("plain text\n") },
	{ NULL,          BYTES("{\"url\": \"https://example.com/\"}") },
	{ NULL,          BYTES(Z128) },
};

static const struct file in_disguise[] = {
	{ "PNG for iPhones", BYTES("\x89PNG\r\n\x1a\n\0\0\0\4CgBI\x50\0\x20\2\x2b\xd5\xb3\x7f\0\0\0\x0dIHDR") },
	{ "CR2",         BYTES("II*\0\x10\0\0\0CR\2\0") },
	{ "JPEG-LS",     BYTES("\xff\xd8\xff\xf7\0\x0b\x08") },
	{ NULL,          BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR") },
	{ NULL,          BYTES("II*\0\x08\0\0\0\1\0\0\1") },
	{ NULL,          BYTES("\xff\xd8\xff\xe0\0\x10JFIF") },
	{ NULL,          BYTES("II*\0\x10\0\0\0CR") },
};
/* clang-format on */

static void check(const struct file *file,
		  const char *(*name_of)(const uint8_t *, size_t))
{
	uint8_t *exact = malloc(file->len + !file->len);
	const char *name;

	memcpy(exact, file->bytes, file->len);
	name = name_of(exact, file->len);
	free(exact);
	if (file->name ? !name || strncmp(name, file->name, strlen(file->name))
		       : name != NULL)
		fail_msg("expected %s, found %s, for %.12s...",
			 file->name ? file->name : "nothing",
			 name ? name : "nothing", file->bytes);
}

static void names_foreign_files(void **state)
{
	(void)state;
	EACH_ROW(i, files)
		check(&files[i], foreign_name);
}

static void names_disguised_files(void **state)
{
	(void)state;
	EACH_ROW(i, in_disguise)
		check(&in_disguise[i], foreign_disguised);
}

/* On the heap, where a sanitizer sees each byte that is read too far. */
static void reads_no_further(void **state)
{
	(void)state;
	EACH_ROW(i, files)
		for (size_t len = 0; len < files[i].len; len++) {
			uint8_t *cut = malloc(len + !len);

			memcpy(cut, files[i].bytes, len);
			(void)foreign_name(cut, len);
			(void)foreign_disguised(cut, len);
			free(cut);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_foreign_files),
		cmocka_unit_test(names_disguised_files),
		cmocka_unit_test(reads_no_further),
	};

	return RUN_TESTS(tests);
}
