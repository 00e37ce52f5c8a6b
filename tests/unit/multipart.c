/* multipart.c: tests how forms and files are taken apart. */
#include "config.h"

#include "fcgi/multipart.h"

#include "fcgi/part.h"
#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/base/work.h"
#include "tests/unit/test.h"

/* The parts in which a file is expected. */
#define FILE_NAMES "image file original_file"

/* The sink writes down what it gets: "field NAME=VALUE;" and "file NAME
   FILENAME TYPE:DATA". */
static bool field(void *arg, struct work *work, const char *name,
		  const char *value)
{
	(void)work;
	return buf_printf(arg, "field %s=%s;", name, value);
}

static bool file(void *arg, struct work *work, const char *name,
		 const char *filename, const char *media_type)
{
	(void)work;
	return buf_printf(arg, "file %s [%s] %s:", name, filename, media_type);
}

static bool data(void *arg, struct work *work, const void *bytes, size_t len)
{
	(void)work;
	assert_int_not_equal(len, 0);
	return buf_add(arg, bytes, len);
}

/* Feeds `first` bytes, then pieces of `piece` bytes. */
static bool parse(struct buf *log, struct work *work, const char *type,
		  const char *body, size_t len, size_t first, size_t piece)
{
	struct multipart_sink sink = { log, field, file, data };
	struct multipart *mp;

	if (!multipart_open(&mp, work, type, FILE_NAMES, &sink) ||
	    !multipart_feed(mp, body, first))
		return false;
	for (size_t at = first; at < len; at += piece)
		if (!multipart_feed(mp, body + at,
				    piece < len - at ? piece : len - at))
			return false;
	return multipart_close(mp);
}

struct outcome {
	struct pool *pool;
	struct work work;
	struct buf *log;
	bool ok;
};

static struct outcome outcome(const char *type, const char *body, size_t len,
			      size_t first, size_t piece)
{
	struct outcome out = { .pool = pool_new() };

	out.work.pool = out.pool;
	out.log = buf_new(out.pool, 1 << 24);
	out.ok = parse(out.log, &out.work, type, body, len, first, piece);
	return out;
}

static void assert_same(const char *type, const char *body, size_t len,
			size_t first, size_t piece, const struct outcome *whole)
{
	struct outcome out = outcome(type, body, len, first, piece);

	if (out.ok != whole->ok || strcmp(out.work.why, whole->work.why) ||
	    out.log->len != whole->log->len ||
	    memcmp(out.log->data, whole->log->data, out.log->len))
		fail_msg("%zu bytes, then %zu each: %d %s\n%s", first, piece,
			 out.ok, out.work.why, out.log->data);
	pool_free(out.pool);
}

/* However the body arrives, the result is that of the whole. */
static struct outcome outcome_of_all_pieces(const char *type, const char *body,
					    size_t len)
{
	struct outcome whole = outcome(type, body, len, len, 1);

	for (size_t first = 0; first < len; first++)
		assert_same(type, body, len, first, len, &whole);
	for (size_t piece = 1; piece < 80 && piece < len; piece++)
		assert_same(type, body, len, 0, piece, &whole);
	return whole;
}

#define TYPE    "multipart/form-data; boundary=b"
#define NAME    "Content-Disposition: form-data; name="
#define PICTURE "Content-Disposition: form-data; name=image; filename="
#define END     "\r\n--b--\r\n"

struct form {
	const char *body;
	const char *log; /* NULL: `why` says what fails */
	const char *why;
};

/* clang-format off */
static const struct form forms[] = {
	/* Delimiters */
	{ "--b\r\n" NAME "n\r\n\r\nv" END, "field n=v;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\nv\r\n--b--", "field n=v;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\nv\r\n--b-- \t\r\nepilogue\n--b\n", "field n=v;", NULL },
	{ "\r\n--b\r\n" NAME "n\r\n\r\nv" END, "field n=v;", NULL },
	{ "pre\r\nam\rble--b\r\n--b\r\n" NAME "n\r\n\r\nv" END, "field n=v;", NULL },
	{ "--b \t \r\n" NAME "n\r\n\r\nv\r\n--b--", "field n=v;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\n" END, "field n=;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\n--b--", "field n=;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\n--a" END, "field n=--a;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\n--" END, "field n=--;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\n\r" END, "field n=\r;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\n\r\n" END, "field n=\r\n;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\n\r\n-\r\n--\r\n\n--b" END, "field n=\r\n-\r\n--\r\n\n--b;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\nvw\r\n--b\r\n" NAME "m\r\n\r\nx" END, "field n=vw;field m=x;", NULL },
	{ "--b--", "", NULL },
	{ "--b--\r\n", "", NULL },
	{ "", NULL, "before its last delimiter" },
	{ "--b", NULL, "before its last delimiter" },
	{ "--b-", NULL, "before its last delimiter" },
	{ "\n--b--", NULL, "before its last delimiter" },
	{ "--b\r\n" NAME "n\r\n\r\nv", NULL, "before its last delimiter" },
	{ "--b\r\n" NAME "n\r\n\r\nv\r\n--", NULL, "before its last delimiter" },
	{ "--b\r\n" NAME "n\r\n\r\nv\n--b--\n", NULL, "before its last delimiter" },
	{ "--b\r\n" NAME "n\r\n", NULL, "before its last delimiter" },
	{ "--b\n" NAME "n\r\n\r\nv" END, NULL, "a boundary must be followed by" },
	{ "--b\r" NAME "n\r\n\r\nv" END, NULL, "a boundary must be followed by" },
	{ "--bb\r\n" NAME "n\r\n\r\nv" END, NULL, "a boundary must be followed by" },
	{ "--b -\r\n" NAME "n\r\n\r\nv" END, NULL, "a boundary must be followed by" },
	{ "--b-x" NAME "n\r\n\r\nv" END, NULL, "a boundary must be followed by" },
	{ "--b\r\n" NAME "n\r\n\r\nv\r\n--b--x", NULL, "the last delimiter must be followed by" },
	{ "--b\r\n" NAME "n\r\n\r\nv\r\n--b--\n", "field n=v;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\nv\r\n--b--\r", "field n=v;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\nv\r\n--b--\rx", "field n=v;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\nv\r\n--b-- x", "field n=v;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\nv\r\n--b--\x1a\xff", "field n=v;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\nv\r\n--b----b", NULL, "the last delimiter must be followed by" },

	/* Headers */
	{ "--b\r\ncontent-disposition:form-data ;NAME=\"n\"; ; \r\nX: y\r\n\r\nv" END, "field n=v;", NULL },
	{ "--b\r\nX-A:\r\n" NAME "n\t\r\n\r\nv" END, "field n=v;", NULL },
	{ "--b\r\n" NAME "n\r\nContent-Type: text/plain;charset=UTF-8\r\n\r\nv" END, "field n=v;", NULL },
	{ "--b\r\n" NAME "n\r\nContent-Type: text/plain; charset=\"us-ascii\"\r\n\r\nv" END, "field n=v;", NULL },
	{ "--b\r\n" NAME "n\r\nContent-Transfer-Encoding: 8BIT\r\n\r\nv" END, "field n=v;", NULL },
	{ "--b\r\n" NAME "n\r\nContent-Transfer-Encoding: base64\r\n\r\nv" END, NULL, "not \"base64\"" },
	{ "--b\r\n" NAME "n\r\nContent-Transfer-Encoding:\r\n\r\nv" END, NULL, "7bit, 8bit or binary" },
	{ "--b\r\n" NAME "n\r\nContent-Type: text/plain; charset=utf-16\r\n\r\nv" END, "field n=v;", NULL },
	{ "--b\r\n" NAME "n\r\nContent-Type: text/plain; charset=ISO-8859-1\r\n\r\nv" END, "field n=v;", NULL },
	{ "--b\r\n" NAME "n\r\nContent-Type: text/plain; charset=\"ISO-8859-1\"\r\n\r\n\xfc" END, "field n=ü;", NULL },
	{ "--b\r\n" NAME "n\r\nContent-Type: text/plain; charset=windows-1252\r\n\r\n\x80" END, "field n=€;", NULL },
	{ "--b\r\n" NAME "n\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n\xc3\xbc" END, "field n=ü;", NULL },
	{ "--b\r\n" NAME "n\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\xfc" END, NULL, "not text in \"utf-8\"" },
	{ "--b\r\n" NAME "n\r\nContent-Type: text/plain; charset=utf-16\r\n\r\n\xfc" END, NULL, "not text in \"utf-16\"" },
	{ "--b\r\n" NAME "n\r\nContent-Type: text/plain; charset=latin1\r\n\r\n\x1b" END, NULL, "not text in \"latin1\"" },
	{ "--b\r\n" NAME "n\r\nContent-Type: text\r\n\r\nv" END, NULL, "type/subtype" },
	{ "--b\r\n" NAME "n\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\nv" END, NULL, "not multipart/mixed" },
	{ "--b\r\n" NAME "n\r\n" NAME "n\r\n\r\nv" END, NULL, "one Content-Disposition" },
	{ "--b\r\n" NAME "n; name=m\r\n\r\nv" END, NULL, "one name" },
	{ "--b\r\n" PICTURE "a; filename=b\r\n\r\nv" END, NULL, "one filename" },
	{ "--b\r\nContent-Disposition: attachment; name=n\r\n\r\nv" END, NULL, "not \"attachment\"" },
	{ "--b\r\nContent-Disposition: form-data\r\n\r\nv" END, NULL, "with a name" },
	{ "--b\r\n" NAME "\"\"\r\n\r\nv" END, NULL, "with a name" },
	{ "--b\r\nX: y\r\n\r\nv" END, NULL, "with a name" },
	{ "--b\r\n\r\nv" END, NULL, "with a name" },
	{ "--b\r\n" NAME "\"n; x=y\r\n\r\nv" END, NULL, "no closing quote" },
	{ "--b\r\n" NAME "\"n\\\"\r\n\r\nv" END, NULL, "no closing quote" },
	{ "--b\r\n" NAME "\r\n\r\nv" END, NULL, "expected a value" },
	{ "--b\r\n" NAME "n m\r\n\r\nv" END, NULL, "expected \";\"" },
	{ "--b\r\n" NAME "\"n\"m\r\n\r\nv" END, NULL, "expected \";\"" },
	{ "--b\r\n" NAME "n; m\r\n\r\nv" END, NULL, "expected a parameter" },
	{ "--b\r\n" NAME "n\n\r\nv" END, NULL, "must end in CRLF" },
	{ "--b\r\n" NAME "n\r\n\nv" END, NULL, "must end in CRLF" },
	{ "--b\r\n" NAME "n\r; x=y\r\n\r\nv" END, NULL, "no control" },
	{ "--b\r\n" NAME "\"n\x01\"\r\n\r\nv" END, NULL, "no control" },
	{ "--b\r\n" NAME "\"n\x7f\"\r\n\r\nv" END, NULL, "no control" },
	{ "--b\r\nContent-Disposition: form-data;\r\n name=n\r\n\r\nv" END, "field n=v;", NULL },
	{ "--b\r\nContent-Disposition:\r\n\tform-data;\r\n\t name=n\r\n \r\nX: y\r\n z\r\n\r\nv" END, "field n=v;", NULL },
	{ "--b\r\n" NAME "\"n\r\n m\"\r\n\r\nv" END, "field n m=v;", NULL },
	{ "--b\r\n " NAME "n\r\n\r\nv" END, NULL, "a colon and a value" },
	{ "--b\r\n" NAME "n;\r\n name=m\r\n\r\nv" END, NULL, "one name" },
	{ "--b\r\n" NAME "n;\r\n x=\x01\r\n\r\nv" END, NULL, "no control" },
	{ "--b\r\n" NAME "n;\r\n x=y\n\r\nv" END, NULL, "must end in CRLF" },
	{ "--b\r\n" NAME "n\r\n x", NULL, "before its last delimiter" },
	{ "--b\r\nname\r\n\r\nv" END, NULL, "a colon and a value" },
	{ "--b\r\n: x\r\n\r\nv" END, NULL, "a colon and a value" },
	{ "--b\r\nX : y\r\n\r\nv" END, NULL, "a colon and a value" },

	/* Names and values */
	{ "--b\r\n" NAME "\"a b\xc3\xa9%22%zz\\\\\\\"\"\r\n\r\nv" END, "field a bé\"%zz\\\"=v;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\n\t1\r\n2\n3 \xe2\x82\xac" END, "field n=\t1\r\n2\n3 €;", NULL },
	{ "--b\r\n" NAME "a%0D%0Ab\r\n\r\nv" END, NULL, "a name without control" },
	{ "--b\r\n" NAME "\"\xff\"\r\n\r\nv" END, "field ÿ=v;", NULL },
	{ "--b\r\n" NAME "\"=?utf-8?B?w78=?=\"\r\n\r\nv" END, "field ÿ=v;", NULL },
	{ "--b\r\n" NAME "\"=?utf-8?B?\?=\"\r\n\r\nv" END, NULL, "with a name" },
	{ "--b\r\n" NAME "\"a\tb\"\r\n\r\nv" END, NULL, "a name without control" },
	{ "--b\r\n" NAME "n[]\r\n\r\nv" END, "field n[]=v;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\n\xc3" END, NULL, "n: text in UTF-8" },
	{ "--b\r\n" NAME "n\r\n\r\n\x1b[0m" END, NULL, "n: text in UTF-8" },
	{ "--b\r\n" NAME "n\r\n\r\n\x7f" END, NULL, "n: text in UTF-8" },

	/* Files */
	{ "--b\r\n" PICTURE "a.jpg\r\nContent-Type: IMAGE/Jpeg; q=1\r\n\r\n\xff\xd8" END, "file image [a.jpg] image/jpeg:\xff\xd8", NULL },
	{ "--b\r\n" PICTURE "a.jpg\r\n\r\n" END, "file image [a.jpg] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "a.jpg\r\n\r\n\r\r\n\r\n-\r\n--\r\n--a\n--b" END, "file image [a.jpg] application/octet-stream:\r\r\n\r\n-\r\n--\r\n--a\n--b", NULL },
	{ "--b\r\n" PICTURE "a\r\n\r\nx\r\n--b\r\n" NAME "n\r\n\r\nv" END, "file image [a] application/octet-stream:xfield n=v;", NULL },
	{ "--b\r\n" NAME "n\r\n\r\nv\r\n--b\r\n" PICTURE "a\r\n\r\nx" END, "field n=v;file image [a] application/octet-stream:x", NULL },
	{ "--b\r\n" PICTURE "a\r\n\r\nx\r\n--b\r\n" PICTURE "a\r\n\r\nx" END, NULL, "not a second one" },
	{ "--b\r\n" PICTURE "a\r\n\r\n\r\n--b\r\n" PICTURE "b\r\n\r\n" END, NULL, "not a second one" },
	{ "--b\r\n" PICTURE "a\r\n\r\nx\r\n--b\r\n" PICTURE "\"\"\r\n\r\nx" END, NULL, "not a second one" },
	{ "--b\r\n" PICTURE "a\r\n\r\nx\r\n--b\r\n" PICTURE "\"\"\r\nContent-Type: application/octet-stream\r\n\r\n" END, "file image [a] application/octet-stream:x", NULL },
	{ "--b\r\n" NAME "f; filename=\"\"\r\n\r\n\r\n--b\r\n" PICTURE "a\r\n\r\nx\r\n--b\r\n" NAME "g; filename=\"\"\r\n\r\n" END, "file image [a] application/octet-stream:x", NULL },
	{ "--b\r\n" NAME "image[]; filename=a\r\n\r\nx" END, "file image [a] application/octet-stream:x", NULL },
	{ "--b\r\n" NAME "f[12]; filename=a\r\n\r\nx" END, "file f [a] application/octet-stream:x", NULL },
	{ "--b\r\n" NAME "f[a]; filename=a\r\n\r\nx" END, "file f[a] [a] application/octet-stream:x", NULL },
	{ "--b\r\n" NAME "f[]g; filename=a\r\n\r\nx" END, "file f[]g [a] application/octet-stream:x", NULL },
	{ "--b\r\n" NAME "[]; filename=a\r\n\r\nx" END, "file [] [a] application/octet-stream:x", NULL },
	{ "--b\r\n" NAME "file[]\r\nContent-Type: image/png\r\n\r\nx" END, "file file [] image/png:x", NULL },
	{ "--b\r\n" NAME "image\r\nContent-Type: image/png\r\n\r\nx" END, "file image [] image/png:x", NULL },
	{ "--b\r\n" NAME "file\r\nContent-Type: image/png\r\n\r\nx" END, "file file [] image/png:x", NULL },
	{ "--b\r\n" NAME "original_file\r\nContent-Type: image/png\r\n\r\nx" END, "file original_file [] image/png:x", NULL },
	{ "--b\r\n" NAME "other\r\nContent-Type: image/png\r\n\r\nx" END, "field other=x;", NULL },
	{ "--b\r\n" NAME "image\r\nContent-Type: text/plain\r\n\r\nx" END, "field image=x;", NULL },
	{ "--b\r\n" NAME "image\r\n\r\nx" END, "field image=x;", NULL },
	{ "--b\r\n" PICTURE "a; x=y\r\nContent-Type: text/plain; charset=utf-16\r\n\r\nx" END, "file image [a] text/plain:x", NULL },

	/* Filenames */
	{ "--b\r\n" PICTURE "\"\"\r\n\r\n" END, "", NULL },
	{ "--b\r\n" PICTURE "\"\"\r\n\r\nx" END, "file image [] application/octet-stream:x", NULL },
	{ "--b\r\n" PICTURE "\"../../etc/passwd\"\r\n\r\n" END, "file image [passwd] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "\"C:\\dir\\x.jpg\"\r\n\r\n" END, "file image [x.jpg] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "\"C:\\\\dir\\\\x.jpg\"\r\n\r\n" END, "file image [x.jpg] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "\"a/..\"\r\n\r\nx" END, "file image [] application/octet-stream:x", NULL },
	{ "--b\r\n" PICTURE "\".\"\r\n\r\nx" END, "file image [] application/octet-stream:x", NULL },
	{ "--b\r\n" PICTURE "\"a/\"\r\n\r\nx" END, "file image [] application/octet-stream:x", NULL },
	{ "--b\r\n" PICTURE "\"..a\"\r\n\r\n" END, "file image [..a] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "\"a\\\"%22;b.jpg\"\r\n\r\n" END, "file image [a\"\";b.jpg] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "\"%2f%00%\"\r\n\r\n" END, "file image [%2f%00%] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "\"a%0d%0aX: y\"\r\n\r\n" END, NULL, "a filename without control" },
	{ "--b\r\n" PICTURE "\"%0A/a\"\r\n\r\n" END, NULL, "a filename without control" },
	{ "--b\r\n" PICTURE "\"=?utf-8?Q?a=0D=0AX:_y?=\"\r\n\r\n" END, NULL, "a filename without control" },
	{ "--b\r\n" PICTURE "\"Z\xfcrich.png\"\r\n\r\n" END, "file image [Zürich.png] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "\"C:\\fakepath\\Z\xfcrich.png\"\r\n\r\n" END, "file image [Zürich.png] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "\"a/\x95\\\x8e\xa6.jpg\"\r\n\r\n" END, "file image [•_Ž¦.jpg] application/octet-stream:", NULL },
	{ "--b\r\nContent-Disposition: form-data; filename=\"\x95\\\"; name=\"image\"\r\n\r\n" END, "file image [•_] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "\"=?utf-8?B?RsOkaHJlPz5+w7/Dvy5qcGc=?=\"; filename*=utf-8''F%C3%A4hre%3F%3E~%C3%BF%C3%BF.jpg\r\n\r\n" END, "file image [Fähre?>~ÿÿ.jpg] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "\"=?utf-8?B?RsOkaHJlPz5+w7/Dvy5qcGc=?=\"\r\n\r\n" END, "file image [Fähre?>~ÿÿ.jpg] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "\"=?utf-8?Q?a?=\r\n =?iso-8859-1?Q?_=FC?=\"\r\n\r\n" END, "file image [a ü] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "\"=?utf-8?Q?C=3A=5Cfakepath=5Cx.jpg?=\"\r\n\r\n" END, "file image [x.jpg] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "\"a/=?koi8-r?B?/e/+?=\"\r\n\r\n" END, "file image [=?koi8-r?B?_e_+?=] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "a; filename*=UTF-8''b\r\n\r\n" END, "file image [b] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "a; filename*=UTF-8''%zz\r\n\r\n" END, "file image [a] application/octet-stream:", NULL },
	{ "--b\r\n" PICTURE "a; filename*=koi8-r''%ff\r\n\r\n" END, "file image [a] application/octet-stream:", NULL },
	{ "--b\r\n" NAME "f; filename*=utf-8'en'%e2%82%AC%2fb%20c; filename=a\r\n\r\n" END, "file f [b c] application/octet-stream:", NULL },
	{ "--b\r\n" NAME "f; filename*=utf-8'en'%e2%82%AC%2fb%20c\r\n\r\n" END, "file f [b c] application/octet-stream:", NULL },
	{ "--b\r\n" NAME "f; filename*=UTF-8''%e2%82%AC\r\n\r\n" END, "file f [€] application/octet-stream:", NULL },
	{ "--b\r\n" NAME "f; filename*=a\r\n\r\n" END, NULL, "filename* is" },
	{ "--b\r\n" NAME "f; filename*=UTF-8'a\r\n\r\n" END, NULL, "filename* is" },
	{ "--b\r\n" NAME "f; filename*=koi8-r''%ff\r\n\r\n" END, NULL, "filename* is" },
	{ "--b\r\n" NAME "f; filename*=iso-8859-1''%fc\r\n\r\n" END, "file f [ü] application/octet-stream:", NULL },
	{ "--b\r\n" NAME "f; filename*=UTF-8''%e2\r\n\r\n" END, NULL, "filename* is" },
	{ "--b\r\n" NAME "f; filename*=UTF-8''%00\r\n\r\n" END, NULL, "filename* is" },
	{ "--b\r\n" NAME "f; filename*=UTF-8''%4\r\n\r\n" END, NULL, "filename* is" },
	{ "--b\r\n" NAME "f; filename*=UTF-8''%0a\r\n\r\n" END, NULL, "a filename without control" },
};
/* clang-format on */

static void check_form(const struct form *form)
{
	struct outcome out =
		outcome_of_all_pieces(TYPE, form->body, strlen(form->body));

	if (out.ok != !!form->log)
		fail_msg("%s: %s", form->body, out.work.why);
	if (!out.ok) {
		assert_int_equal(out.work.err, ERR_BAD_REQUEST);
		if (!strstr(out.work.why, form->why))
			fail_msg("%s: %s", form->body, out.work.why);
	} else {
		assert_string_equal(out.log->data, form->log);
	}
	pool_free(out.pool);
}

static void takes_forms_apart(void **state)
{
	(void)state;
	EACH_ROW(i, forms)
		check_form(&forms[i]);
}

#define SEND "Content-Type: application/octet-stream\r\n\r\n"

/* What is no text, and what is more than a field may have. */
static void names_the_part_without_filename(void **state)
{
	static const char start[] = "--b\r\n" NAME "image[]\r\n" SEND;
	static const char png[] = "--b\r\n" NAME "file\r\n" SEND "\x89PNG" END;
	struct pool *pool = pool_new();
	char *large = pool_alloc(pool, sizeof(start) + MULTIPART_MAX_VALUE);
	struct outcome out = outcome_of_all_pieces(TYPE, png, strlen(png));

	(void)state;
	assert_false(out.ok);
	assert_int_equal(out.work.err, ERR_INVALID_FIELD);
	assert_string_equal(out.work.field, "file");
	assert_non_null(strstr(out.work.why, "give the part a filename"));
	pool_free(out.pool);
	memset(large, 'x', sizeof(start) + MULTIPART_MAX_VALUE);
	memcpy(large, start, strlen(start));
	out = outcome(TYPE, large, sizeof(start) + MULTIPART_MAX_VALUE, 0, 999);
	assert_int_equal(out.work.err, ERR_INVALID_FIELD);
	assert_string_equal(out.work.field, "image");
	pool_free(out.pool);
	pool_free(pool);
}

static void accepts_nul_after_the_end(void **state)
{
	static const char body[] = "--b\r\n" NAME "n\r\n\r\nv\r\n--b--\0\0";
	struct outcome out = outcome_of_all_pieces(TYPE, body, sizeof(body));

	(void)state;
	assert_true(out.ok);
	assert_string_equal(out.log->data, "field n=v;");
	pool_free(out.pool);
}

static void refuses_nul(void **state)
{
	static const char value[] = "--b\r\n" NAME "n\r\n\r\n\0" END;
	static const char line[] = "--b\r\n" NAME "\"n\0\"\r\n\r\nv" END;
	struct outcome out;

	(void)state;
	out = outcome_of_all_pieces(TYPE, value, sizeof(value) - 1);
	assert_false(out.ok);
	assert_non_null(strstr(out.work.why, "n: text in UTF-8"));
	pool_free(out.pool);
	out = outcome_of_all_pieces(TYPE, line, sizeof(line) - 1);
	assert_false(out.ok);
	assert_non_null(strstr(out.work.why, "no control"));
	pool_free(out.pool);
}

#define SEVENTY                                                                \
	"01234567890123456789012345678901234567890123456789012345678901234567" \
	"89"

struct content_type {
	const char *type;
	const char *boundary; /* NULL: `err` and `why` say what fails */
	enum err err;
	const char *why;
};

/* clang-format off */
static const struct content_type content_types[] = {
	{ "multipart/form-data; boundary=b", "b", 0, NULL },
	{ "Multipart/Form-Data;BOUNDARY=\"b\"", "b", 0, NULL },
	{ "multipart/form-data ; charset=utf-8; boundary=b;", "b", 0, NULL },
	{ "multipart/form-data; boundary=\"a b:'()+_,-./=?\"", "a b:'()+_,-./=?", 0, NULL },
	{ "multipart/form-data; boundary=----=_Part_1", "----=_Part_1", 0, NULL },
	{ "multipart/form-data; boundary=" SEVENTY, SEVENTY, 0, NULL },
	{ "multipart/form-data; boundary=" SEVENTY "x", NULL, ERR_BAD_REQUEST, "1 to 70" },
	{ "multipart/form-data; boundary=\"\"", NULL, ERR_BAD_REQUEST, "1 to 70" },
	{ "multipart/form-data; boundary=\"a \"", NULL, ERR_BAD_REQUEST, "1 to 70" },
	{ "multipart/form-data; boundary=a\\b", NULL, ERR_BAD_REQUEST, "1 to 70" },
	{ "multipart/form-data; boundary=\xc3\xa9", NULL, ERR_BAD_REQUEST, "1 to 70" },
	{ "multipart/form-data; boundary=\"a\rb\"", NULL, ERR_BAD_REQUEST, "1 to 70" },
	{ "multipart/form-data; boundary=a; boundary=a", NULL, ERR_BAD_REQUEST, "not two" },
	{ "multipart/form-data; boundary=", NULL, ERR_BAD_REQUEST, "expected a value" },
	{ "multipart/form-data; boundary=\"b", NULL, ERR_BAD_REQUEST, "closing quote" },
	{ "multipart/form-data", NULL, ERR_BAD_REQUEST, "parameter boundary" },
	{ "multipart/form-data boundary=b", NULL, ERR_BAD_REQUEST, "\";\"" },
	{ "multipart/mixed; boundary=b", NULL, ERR_UNSUPPORTED_MEDIA_TYPE, "not multipart/mixed" },
	{ "application/json", NULL, ERR_UNSUPPORTED_MEDIA_TYPE, "not application/json" },
	{ "multipart", NULL, ERR_BAD_REQUEST, "type/subtype" },
	{ "multipart/", NULL, ERR_BAD_REQUEST, "type/subtype" },
	{ "", NULL, ERR_BAD_REQUEST, "type/subtype" },
};
/* clang-format on */

static void check_content_type(const struct content_type *row)
{
	char body[256];
	int len = snprintf(body, sizeof(body),
			   "--%s\r\n" NAME "n\r\n\r\nv\r\n--%s--",
			   row->boundary ? row->boundary : "b",
			   row->boundary ? row->boundary : "b");
	struct outcome out = outcome(row->type, body, (size_t)len, 0, 1);

	if (out.ok != !!row->boundary)
		fail_msg("%s: %s", row->type, out.work.why);
	if (out.ok) {
		assert_string_equal(out.log->data, "field n=v;");
	} else {
		assert_int_equal(out.work.err, row->err);
		if (!strstr(out.work.why, row->why))
			fail_msg("%s: %s", row->type, out.work.why);
	}
	pool_free(out.pool);
}

static void reads_content_types(void **state)
{
	(void)state;
	EACH_ROW(i, content_types)
		check_content_type(&content_types[i]);
}

/* `before`, `unit` so often, then `after`. */
struct bulk {
	const char *before, *unit, *after;
	unsigned most;
	enum err err;
	const char *why;
};

/* clang-format off */
static const struct bulk bulks[] = {
	{ "", "p", "\r\n--b--", MULTIPART_MAX_SPARE - 2, ERR_BAD_REQUEST, "outside the parts" },
	{ "--b--\r\n", "e", "", MULTIPART_MAX_SPARE - 4, ERR_BAD_REQUEST, "outside the parts" },
	{ "--b", " ", "\r\n" NAME "n\r\n\r\nv" END, MULTIPART_MAX_SPARE - 6, ERR_BAD_REQUEST, "outside the parts" },
	{ "--b\r\n" NAME "n\r\n\r\n", "v", END, MULTIPART_MAX_VALUE, ERR_TOO_LARGE, "n: at most 65536" },
	{ "", "--b\r\n" NAME "n\r\n\r\nv\r\n", "--b--", MULTIPART_MAX_PARTS, ERR_BAD_REQUEST, "at most 32 parts" },
	{ "--b\r\n" NAME "n\r\n", "X: y\r\n", "\r\nv" END, PART_MAX_LINES - 1, ERR_BAD_REQUEST, "at most 16 lines" },
	{ "--b\r\n" NAME "n\r\nX: ", "y", "\r\n\r\nv" END, MULTIPART_MAX_HEADER - 40 - 3 - 4, ERR_BAD_REQUEST, "at most 8192 bytes" },
};
/* clang-format on */

static struct outcome bulk_outcome(const struct bulk *bulk, unsigned count,
				   size_t piece)
{
	struct pool *pool = pool_new();
	struct buf *body = buf_new(pool, 1 << 20);
	struct outcome out;

	assert_true(buf_add_text(body, bulk->before));
	for (unsigned i = 0; i < count; i++)
		assert_true(buf_add_text(body, bulk->unit));
	assert_true(buf_add_text(body, bulk->after));
	out = outcome(TYPE, body->data, body->len, 0, piece);
	pool_free(pool);
	return out;
}

static void check_bulk(const struct bulk *bulk, size_t piece)
{
	struct outcome out = bulk_outcome(bulk, bulk->most, piece);

	if (!out.ok)
		fail_msg("%s %u times: %s", bulk->unit, bulk->most,
			 out.work.why);
	pool_free(out.pool);
	out = bulk_outcome(bulk, bulk->most + 1, piece);
	assert_false(out.ok);
	assert_int_equal(out.work.err, bulk->err);
	if (!strstr(out.work.why, bulk->why))
		fail_msg("%s: %s", bulk->unit, out.work.why);
	pool_free(out.pool);
}

static void has_limits(void **state)
{
	(void)state;
	EACH_ROW(i, bulks) {
		check_bulk(&bulks[i], 1);
		check_bulk(&bulks[i], 4096);
		check_bulk(&bulks[i], 1 << 20);
	}
}

static bool refuse(void *arg, struct work *work, const char *name,
		   const char *value)
{
	(void)arg, (void)name, (void)value;
	/* Without the parentheses it would be cmocka's macro. */
	return (fail)(work, ERR_UNKNOWN_FIELD, "not here");
}

static void stays_failed(void **state)
{
	static const char body[] = "--b\r\n" NAME "n\r\n\r\nv\r\n--b\r\n";
	static const char rest[] = NAME "m\r\n\r\nv" END;
	struct pool *pool = pool_new();
	struct work work = { .pool = pool };
	struct multipart_sink sink = { NULL, refuse, file, data };
	struct multipart *mp;

	(void)state;
	assert_true(multipart_open(&mp, &work, TYPE, FILE_NAMES, &sink));
	assert_true(multipart_feed(mp, NULL, 0));
	assert_false(multipart_feed(mp, body, strlen(body)));
	assert_int_equal(work.err, ERR_UNKNOWN_FIELD);
	assert_false(multipart_feed(mp, rest, strlen(rest)));
	assert_false(multipart_feed(mp, NULL, 0));
	assert_false(multipart_close(mp));
	assert_int_equal(work.err, ERR_UNKNOWN_FIELD);
	pool_free(pool);
}

static char *read_all(struct pool *pool, size_t *len, const char *dir,
		      const char *name)
{
	const char *path = pool_printf(pool, "%s/requests/%s", dir, name);
	FILE *in = fopen(path, "rb");
	char *bytes;

	if (!in)
		fail_msg("%s cannot be read", path);
	fseek(in, 0, SEEK_END);
	*len = (size_t)ftell(in);
	rewind(in);
	bytes = pool_alloc(pool, *len + 1);
	assert_int_equal(fread(bytes, 1, *len, in), *len);
	fclose(in);
	return bytes;
}

/* MANIFEST.tsv has a line for each body: its name, what it is, and what the
   service should answer. A form without a file is for the service to refuse. */
static void check_corpus_body(const char *dir, const char *name,
			      const char *expected)
{
	static const size_t pieces[] = { 1, 7, 512, 8192, 65536 };
	struct pool *pool = pool_new();
	size_t len, type_len;
	const char *body = read_all(pool, &len, dir, name);
	const char *type = read_all(
		pool, &type_len, dir,
		pool_printf(pool, "%.*s.ctype", (int)strlen(name) - 5, name));
	struct outcome out = outcome(type, body, len, len, 1);
	const char *has_file = strstr(out.log->data, "file image [");

	if (has_file)
		print_message("# %s: %.*s\n", name,
			      (int)strcspn(has_file, "]") + 1, has_file);
	else
		print_message("# %s: no file; %s\n", name, out.work.why);
	if (!strncmp(expected, "201/202", 7) && (!out.ok || !has_file))
		fail_msg("%s: %s", name, out.work.why);
	if (!strncmp(expected, "400", 3) && out.ok && has_file)
		fail_msg("%s was taken", name);
	EACH_ROW(i, pieces)
		assert_same(type, body, len, 0, pieces[i], &out);
	pool_free(out.pool);
	pool_free(pool);
}

static void answers_the_corpus(void **state)
{
	const char *dir = getenv("PIXTIER_CORPUS");
	struct pool *pool;
	unsigned count = 0;
	size_t len;
	char *saved;

	(void)state;
	if (!dir)
		skip();
	pool = pool_new();
	for (char *line = strtok_r(read_all(pool, &len, dir, "MANIFEST.tsv"),
				   "\n", &saved);
	     line; line = strtok_r(NULL, "\n", &saved)) {
		char *name = strsep(&line, "\t");
		const char *what = strsep(&line, "\t");

		if (strncmp(name, "multipart/", 10) || !strstr(name, ".body"))
			continue;
		assert_non_null(what);
		check_corpus_body(dir, name, line);
		count++;
	}
	assert_true(count > 50);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_forms_apart),
		cmocka_unit_test(names_the_part_without_filename),
		cmocka_unit_test(accepts_nul_after_the_end),
		cmocka_unit_test(refuses_nul),
		cmocka_unit_test(reads_content_types),
		cmocka_unit_test(has_limits),
		cmocka_unit_test(stays_failed),
		cmocka_unit_test(answers_the_corpus),
	};

	return RUN_TESTS(tests);
}
