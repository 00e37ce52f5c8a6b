/* cidr.c: blocks of IP addresses. */
#include "config.h"

#include "lib/base/cidr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/text.h"

enum { ALL_BITS = 128, MAPPED_BITS = 96 };

static bool read_address(struct cidr *cidr, const char *text)
{
	cidr->bits = 0;
	if (inet_pton(AF_INET6, text, cidr->bytes) == 1)
		return true;
	cidr->bits = MAPPED_BITS;
	memset(cidr->bytes, 0, 10);
	memset(cidr->bytes + 10, 0xff, 2);
	return inet_pton(AF_INET, text, cidr->bytes + 12) == 1;
}

static bool is_set(const uint8_t *bytes, unsigned bit)
{
	return bytes[bit / 8] >> (7 - bit % 8) & 1;
}

bool cidr_parse(struct cidr *cidr, const char *text)
{
	const size_t len = strcspn(text, "/");
	char address[CIDR_TEXT_SIZE];
	struct cidr made;
	int64_t bits;

	if (len >= sizeof(address))
		return false;
	snprintf(address, sizeof(address), "%.*s", (int)len, text);
	if (!read_address(&made, address))
		return false;
	bits = ALL_BITS - made.bits;
	if (text[len] && !text_int(&bits, text + len + 1, 0, bits))
		return false;
	made.bits += (unsigned)bits;
	for (unsigned bit = made.bits; bit < ALL_BITS; bit++)
		if (is_set(made.bytes, bit))
			return false;
	*cidr = made;
	return true;
}

bool cidr_has(const struct cidr *cidr, const uint8_t address[CIDR_ADDRESS_SIZE])
{
	for (unsigned bit = 0; bit < cidr->bits; bit++)
		if (is_set(cidr->bytes, bit) != is_set(address, bit))
			return false;
	return true;
}

/* Copies the next word of the list. A word that is too long is cut, which makes
   it an invalid block. */
static bool next_word(char word[CIDR_TEXT_SIZE], const char **list)
{
	size_t len;

	*list += strspn(*list, " ");
	len = strcspn(*list, " ");
	snprintf(word, CIDR_TEXT_SIZE, "%.*s", (int)len, *list);
	*list += len;
	return len;
}

bool cidr_list_check(char bad[CIDR_TEXT_SIZE], const char *list)
{
	char word[CIDR_TEXT_SIZE];
	struct cidr cidr;

	while (next_word(word, &list))
		if (strlen(word) == sizeof(word) - 1 ||
		    !cidr_parse(&cidr, word)) {
			memcpy(bad, word, sizeof(word));
			return false;
		}
	return true;
}

bool cidr_list_has(const char *list, const uint8_t address[CIDR_ADDRESS_SIZE])
{
	char word[CIDR_TEXT_SIZE];
	struct cidr cidr;

	while (next_word(word, &list))
		if (cidr_parse(&cidr, word) && cidr_has(&cidr, address))
			return true;
	return false;
}
