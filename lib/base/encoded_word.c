/* encoded_word.c: decodes the encoded words of RFC 2047. */
#include "config.h"

#include "lib/base/encoded_word.h"

#include <string.h>
#include <strings.h>

#include "lib/base/charset.h"
#include "lib/base/mime.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

struct word {
	const char *charset; /* without the language (RFC 2231 section 5) */
	char encoding;       /* 'B' or 'Q' */
	const char *data;
	const char *end;
};

/* RFC 2047 section 2. Does not check yet whether the data can be decoded. */
static bool read_word(struct word *word, struct pool *pool, const char *text)
{
	const char *charset = text + 2, *encoding, *data, *end;

	if (!text_starts(text, "=?"))
		return false;
	encoding = charset + mime_token(charset);
	if (encoding == charset || *encoding++ != '?' || !*encoding ||
	    !strchr("BbQq", *encoding) || encoding[1] != '?')
		return false;
	data = encoding + 2;
	end = data + strcspn(data, "?");
	if (!text_starts(end, "?="))
		return false;
	*word = (struct word){
		.charset = pool_strndup(pool, charset, strcspn(charset, "*?")),
		.encoding = (char)(*encoding & ~0x20),
		.data = pool_strndup(pool, data, (size_t)(end - data)),
		.end = end + 2,
	};
	return true;
}

struct decoder {
	struct pool *pool;
	char *bytes; /* of consecutive words in one charset */
	size_t len;
	char *to;
};

/* RFC 2047 section 4.2. */
static bool add_q(struct decoder *decoder, const char *data)
{
	size_t len = decoder->len;

	for (; *data; data++) {
		char byte = *data == '_' ? ' ' : *data;

		if (byte == '=') {
			const char hex[] = { data[1], data[1] ? data[2] : '\0',
					     '\0' };

			if (!text_unhex(&byte, 1, hex))
				return false;
			data += 2;
		}
		decoder->bytes[len++] = byte;
	}
	decoder->len = len;
	return true;
}

static bool add_bytes(struct decoder *decoder, const struct word *word)
{
	void *bytes;
	size_t len;

	if (word->encoding == 'Q')
		return add_q(decoder, word->data);
	if (!text_unbase64(decoder->pool, &bytes, &len, word->data))
		return false;
	memcpy(decoder->bytes + decoder->len, bytes, len);
	decoder->len += len;
	return true;
}

/* Decodes `word` and the words after it in the same charset. Then `word` is the
   last of them. */
static bool read_run(struct decoder *decoder, struct word *word)
{
	struct word next;

	decoder->len = 0;
	if (!add_bytes(decoder, word))
		return false;
	while (read_word(&next, decoder->pool, text_skip_blanks(word->end)) &&
	       !strcasecmp(next.charset, word->charset) &&
	       add_bytes(decoder, &next))
		*word = next;
	return true;
}

static void add_undecoded(struct decoder *decoder, const char *from,
			  const char *end)
{
	for (; from < end; from++)
		*decoder->to++ = strchr("/\\", *from) ? '_' : *from;
}

/* Returns where the remaining text begins. */
static const char *add_run(struct decoder *decoder, const char *from,
			   struct word word)
{
	const char *decoded, *next;

	if (read_run(decoder, &word) &&
	    charset_decode(&decoded, decoder->pool, word.charset,
			   decoder->bytes, decoder->len))
		decoder->to = stpcpy(decoder->to, decoded);
	else
		add_undecoded(decoder, from, word.end);
	next = text_skip_blanks(word.end);
	return read_word(&word, decoder->pool, next) ? next : word.end;
}

const char *encoded_word_decode(struct pool *pool, const char *text)
{
	const size_t len = strlen(text);
	struct decoder decoder = { .pool = pool,
				   .bytes = pool_alloc(pool, len) };
	/* One byte of a word can become a character of three bytes. */
	char *decoded = pool_alloc(pool, 3 * len + 1);
	struct word word;

	decoder.to = decoded;
	while (*text)
		if (read_word(&word, pool, text))
			text = add_run(&decoder, text, word);
		else
			*decoder.to++ = *text++;
	*decoder.to = '\0';
	return decoded;
}
