/* link.c: signed, time-limited URLs. */
#include "config.h"

#include "lib/service/link.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/model/variant.h"
#include "lib/model/watermark.h"
#include "lib/service/access.h"
#include "lib/service/keyring.h"

enum {
	TOKEN_VERSION = 1,
	HEAD_SIZE = 1 + 1 + 2 + 5 + 1 + 16 + 16,
	MAC_SIZE = CRYPT_SHA256_SIZE,
	NAME_MAX_BYTES = 100,
	TOKEN_MAX = HEAD_SIZE + VARIANT_NAME_MAX + MAC_SIZE,
};

static uint8_t *put_number(uint8_t *at, int64_t number, int size)
{
	for (int i = size; i--;)
		*at++ = (uint8_t)(number >> (8 * i));
	return at;
}

static int64_t get_number(const uint8_t **at, int size)
{
	int64_t number = 0;

	for (; size; size--)
		number = number << 8 | *(*at)++;
	return number;
}

static void sign(uint8_t mac[MAC_SIZE], const struct key *key,
		 const uint8_t *token, size_t len, const char *file_name)
{
	uint8_t text[4 + TOKEN_MAX + 4 + 1024], *at = text;
	size_t name_len = strnlen(file_name, 1024);

	at = put_number(at, (int64_t)len, 4);
	memcpy(at, token, len);
	at = put_number(at + len, (int64_t)name_len, 4);
	memcpy(at, file_name, name_len);
	crypt_hmac_sha256(mac, key->secret, KEY_SIZE, text,
			  (size_t)(at - text) + name_len);
}

enum { LONGEST_EXTENSION = 5 };

const char *link_file_name(struct pool *pool, const char *name,
			   enum format format)
{
	char *stem = pool_strdup(pool, name);
	char *dot;

	for (char *at = stem; *at; at++)
		if ((unsigned char)*at < 0x20 || strchr("/\\\x7f", *at))
			*at = '_';
	dot = strrchr(stem, '.');
	if (dot && dot != stem && strlen(dot) <= 1 + LONGEST_EXTENSION)
		*dot = '\0';
	stem[text_cut(stem, NAME_MAX_BYTES)] = '\0';
	return pool_printf(pool, "%s.%s", *stem ? stem : "image",
			   format_row(format)->extension);
}

bool link_format(enum format *format, struct work *work, const char *name)
{
	return format_by_name(format, name) ||
	       fail(work, ERR_INTERNAL, "a row has the format \"%s\"", name);
}

const char *link_format_name(const struct signed_link *signed_link)
{
	return format_row(signed_link->format)->name;
}

static bool make_token(const char **text, struct work *work,
		       const struct signed_link *signed_link, const char *file)
{
	uint8_t token[TOKEN_MAX], *at = token;
	size_t variant_len = strlen(signed_link->variant);
	struct key key;

	if (!keyring_signer(&key, work))
		return false;
	if (variant_len > VARIANT_NAME_MAX)
		return fail_field(
			work, "variant",
			"variant: expected a name of at most %d bytes",
			VARIANT_NAME_MAX);
	*at++ = TOKEN_VERSION;
	*at++ = (uint8_t)signed_link->purpose;
	at = put_number(at, key.id, 2);
	at = put_number(at, signed_link->expires_at, 5);
	*at++ = (uint8_t)signed_link->format;
	at = mempcpy(at, &signed_link->image_id, 16);
	at = mempcpy(at, &signed_link->link_id, 16);
	at = mempcpy(at, signed_link->variant, variant_len);
	sign(at, &key, token, (size_t)(at - token), file);
	explicit_bzero(&key, sizeof(key));
	*text = text_base64url(work->pool, token,
			       (size_t)(at - token) + MAC_SIZE);
	return true;
}

bool link_url(const char **url, struct work *work,
	      const struct signed_link *signed_link, const char *name)
{
	const char *file =
		link_file_name(work->pool, name, signed_link->format);
	const char *token;

	if (!make_token(&token, work, signed_link, file))
		return false;
	*url = pool_printf(work->pool, "%s/l/%s/%s", work->conf->base_url,
			   token, text_percent(work->pool, file));
	return true;
}

const char *link_url_at(struct work *work, const char *url, const char *path)
{
	const char *base = work->conf->base_url;

	return pool_printf(work->pool, "%s%s%s", base, path,
			   url + strlen(base) + strlen("/l"));
}

int64_t link_display_expiry(const struct work *work)
{
	int64_t ttl = work->conf->display_ttl;

	return (db_now_us(work) / 1000000 / ttl + 2) * ttl;
}

static bool forged(struct work *work)
{
	return fail(work, ERR_BAD_SIGNATURE,
		    "the link's signature is invalid: request a new link");
}

static bool unpack(struct signed_link *signed_link, struct work *work,
		   const uint8_t *at, size_t variant_len)
{
	int64_t format;

	signed_link->expires_at = get_number(&at, 5);
	format = get_number(&at, 1);
	if (format >= FORMAT__COUNT)
		return forged(work);
	signed_link->format = (enum format)format;
	memcpy(&signed_link->image_id, at, 16);
	memcpy(&signed_link->link_id, at + 16, 16);
	signed_link->variant =
		pool_strndup(work->pool, (const char *)at + 32, variant_len);
	return true;
}

int64_t link_seconds_left(const struct work *work,
			  const struct signed_link *signed_link)
{
	return signed_link->expires_at - db_now_us(work) / 1000000;
}

bool link_open(struct signed_link *signed_link, struct work *work,
	       const char *token, const char *name)
{
	uint8_t mac[MAC_SIZE];
	const uint8_t *at;
	struct signed_link opened = { 0 };
	struct key key;
	void *bytes;
	size_t len;

	if (!text_unbase64url(work->pool, &bytes, &len, token) ||
	    len <= HEAD_SIZE + MAC_SIZE || len > TOKEN_MAX)
		return forged(work);
	at = bytes;
	if (*at++ != TOKEN_VERSION)
		return forged(work);
	opened.purpose = (enum link_purpose)at[0];
	at++;
	if (!keyring_find(&key, work, get_number(&at, 2)))
		return false;
	sign(mac, &key, bytes, len - MAC_SIZE, name);
	explicit_bzero(&key, sizeof(key));
	if (!crypt_equal(mac, (uint8_t *)bytes + len - MAC_SIZE, MAC_SIZE))
		return forged(work);
	if (!unpack(&opened, work, at, len - HEAD_SIZE - MAC_SIZE))
		return false;
	if (link_seconds_left(work, &opened) <= 0)
		return fail(
			work, ERR_LINK_EXPIRED,
			"the link expired at %s: request a new link",
			clock_text(work->pool, opened.expires_at * 1000000));
	*signed_link = opened;
	return true;
}

/* Finds the format of the file that the link will serve. The variant must be
   ready. */
static bool linked_format(enum format *format, struct work *work,
			  const struct image *image, const char *name)
{
	struct variant variant;

	if (variant_is_original(name) && image->format)
		return link_format(format, work, image->format);
	if (variant_is_original(name))
		return fail(
			work, ERR_CONFLICT,
			"the original is %s: a link requires it to be ready",
			image_status_name(image->status));
	if (!variant_find(&variant, work, image->id, name))
		return false;
	if (!variant.format)
		return fail(work, ERR_CONFLICT,
			    "variant %s is %s: a link requires it to be ready",
			    name, variant_status_name(variant.status));
	return link_format(format, work, variant.format);
}

bool link_is_allowed(struct work *work, const struct tier *tier)
{
	return tier->links ||
	       fail(work, ERR_TIER_FORBIDS,
		    "the tier %s does not allow expiring links", tier->name);
}

/* A new link and the content of its URL. */
struct new_link {
	struct link link;
	struct signed_link signed_link;
};

static bool check_seconds(struct work *work, const struct tier *tier,
			  int64_t expires_in)
{
	if (expires_in >= tier->link_min && expires_in <= tier->link_max)
		return true;
	return fail_field(work, "expires_in",
			  "expires_in: %lld to %lld seconds, not %lld",
			  (long long)tier->link_min, (long long)tier->link_max,
			  (long long)expires_in);
}

static bool prepare_link(struct new_link *new_link, struct work *work,
			 const struct tier *tier, const struct image *image,
			 const char *variant, int64_t expires_in)
{
	struct new_link made = {
		.signed_link = { .purpose = LINK_PURPOSE_LINK,
				 .image_id = image->id,
				 .variant = variant },
		.link = { .image_id = image->id,
			  .user_id = image->user_id,
			  .variant = variant },
	};

	if (!link_is_allowed(work, tier) ||
	    !access_check_variant(work, tier, variant) ||
	    !check_seconds(work, tier, expires_in) ||
	    !linked_format(&made.signed_link.format, work, image, variant))
		return false;
	made.link.id = made.signed_link.link_id = uuid_new();
	made.link.created_at = db_now_us(work);
	made.signed_link.expires_at =
		made.link.created_at / 1000000 + expires_in;
	made.link.expires_at = made.signed_link.expires_at * 1000000;
	*new_link = made;
	return true;
}

bool link_create(struct link *link, const char **url, struct work *work,
		 const struct tier *tier, const struct image *image,
		 const char *variant, int64_t expires_in)
{
	struct new_link new_link;

	if (!prepare_link(&new_link, work, tier, image, variant, expires_in) ||
	    !link_url(url, work, &new_link.signed_link, image->name) ||
	    !link_add(work, &new_link.link))
		return false;
	*link = new_link.link;
	return true;
}

bool link_create_alias(const char **alias, struct work *work,
		       const struct tier *tier, const struct image *image,
		       int64_t expires_in)
{
	struct new_link new_link;

	return prepare_link(&new_link, work, tier, image, VARIANT_ORIGINAL,
			    expires_in) &&
	       make_token(alias, work, &new_link.signed_link, "") &&
	       link_add(work, &new_link.link);
}

static int compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

static void read_revoked(struct link_revocations *revoked, struct work *work)
{
	struct pool *outer = work_pool_begin(work), *unused = work->pool;
	struct uuid *ids;
	size_t count;

	revoked->read_at_ms = clock_monotonic_ms();
	(void)!watermark_is_used(&revoked->watermarks, work);
	if (link_list_revoked(&ids, &count, work)) {
		unused = revoked->pool;
		revoked->pool = work->pool;
		revoked->ids = ids;
		revoked->count = count;
	}
	if (unused)
		pool_free(unused);
	work->pool = outer;
}

static void keep_fresh(struct link_revocations *revoked, struct work *work)
{
	if (!revoked->read_at_ms ||
	    clock_monotonic_ms() - revoked->read_at_ms >= 1000)
		read_revoked(revoked, work);
}

bool link_has_watermarks(struct link_revocations *revoked, struct work *work)
{
	keep_fresh(revoked, work);
	return revoked->watermarks;
}

bool link_is_revoked(struct link_revocations *revoked, struct work *work,
		     struct uuid link_id)
{
	keep_fresh(revoked, work);
	return revoked->count && bsearch(&link_id, revoked->ids, revoked->count,
					 sizeof(link_id), compare_ids);
}
