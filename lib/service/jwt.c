/* jwt.c: JSON Web Tokens of users. */
#include "config.h"

#include "lib/service/jwt.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/service/keyring.h"

enum { MAC_SIZE = CRYPT_SHA256_SIZE, MARK_SIZE = 16, JTI_SIZE = 16 };

static const char *const type_names[] = {
	[JWT_ACCESS] = "access",
	[JWT_REFRESH] = "refresh",
};

/* The signing key that is derived from a key of the key ring. */
struct signer {
	int64_t id;
	uint8_t secret[MAC_SIZE];
};

static struct signer derive(struct key *key)
{
	static const char purpose[] = "jwt";
	struct signer signer = { .id = key->id };

	crypt_hmac_sha256(signer.secret, key->secret, KEY_SIZE, purpose,
			  sizeof(purpose) - 1);
	explicit_bzero(key, sizeof(*key));
	return signer;
}

static const char *mac_of(struct pool *pool, const struct signer *signer,
			  const char *text, size_t len, size_t mac_len)
{
	uint8_t mac[MAC_SIZE];

	crypt_hmac_sha256(mac, signer->secret, sizeof(signer->secret), text,
			  len);
	return text_base64url(pool, mac, mac_len);
}

/* Cannot collide with a token: a token's signed text begins with the base64url
   of '{'. */
static const char *mark_password(struct pool *pool, const struct signer *signer,
				 const struct user *user)
{
	char *text = pool_printf(pool, "password\n%s\n%s", UUID_TEXT(user->id),
				 user->password);
	const char *mark = mac_of(pool, signer, text, strlen(text), MARK_SIZE);

	explicit_bzero(text, strlen(text));
	return mark;
}

static const char *encode(struct pool *pool, const struct json *json)
{
	size_t len;
	const char *text = json_print(pool, json, &len);

	return text_base64url(pool, text, len);
}

static const char *make_header(struct pool *pool, const struct signer *signer)
{
	struct json *json = json_object(pool);

	json_set_text(json, "alg", "HS256");
	json_set_text(json, "typ", "JWT");
	json_set_text(json, "kid", pool_printf(pool, "%" PRId64, signer->id));
	return encode(pool, json);
}

static const char *make_claims(struct work *work, const struct signer *signer,
			       const struct user *user, enum jwt_type type)
{
	const struct conf *conf = work->conf;
	struct json *json = json_object(work->pool);
	int64_t now = db_now_us(work) / 1000000;
	uint8_t jti[JTI_SIZE];
	char hex[2 * JTI_SIZE + 1];

	crypt_random(jti, sizeof(jti));
	text_hex(hex, jti, sizeof(jti));
	json_set_text(json, "token_type", type_names[type]);
	json_set_int(json, "exp",
		     now + (type == JWT_ACCESS ? conf->jwt_access_ttl
					       : conf->jwt_refresh_ttl));
	json_set_int(json, "iat", now);
	json_set_text(json, "jti", hex);
	json_set_text(json, "user_id", UUID_TEXT(user->id));
	json_set_text(json, "hash_password",
		      mark_password(work->pool, signer, user));
	return encode(work->pool, json);
}

bool jwt_make(const char **text, struct work *work, const struct user *user,
	      enum jwt_type type)
{
	struct signer signer;
	struct key key;
	const char *said;

	if (!keyring_signer(&key, work))
		return false;
	signer = derive(&key);
	said = pool_printf(work->pool, "%s.%s",
			   make_header(work->pool, &signer),
			   make_claims(work, &signer, user, type));
	*text = pool_printf(
		work->pool, "%s.%s", said,
		mac_of(work->pool, &signer, said, strlen(said), MAC_SIZE));
	explicit_bzero(&signer, sizeof(signer));
	return true;
}

static bool invalid(struct work *work)
{
	return fail(work, ERR_UNAUTHENTICATED,
		    "the token is unknown or has expired");
}

/* Decodes one part of a token: `len` characters of base64url. */
static bool decode(struct json **json, struct work *work, const char *text,
		   size_t len)
{
	void *bytes;
	size_t size;

	return text_unbase64url(work->pool, &bytes, &size,
				pool_strndup(work->pool, text, len))
		       ? json_parse(json, work, bytes, size)
		       : invalid(work);
}

/* Always uses HS256 and requires that the header says so (RFC 8725 section
   3.1). */
static bool find_signer(struct signer *signer, struct work *work,
			const struct json *header)
{
	const char *alg, *kid;
	struct key key;
	int64_t id;

	if (!json_get_text(&alg, work, header, "alg", 1, 16) ||
	    !json_get_text(&kid, work, header, "kid", 1, 5))
		return false;
	if (strcmp(alg, "HS256") || json_names(header, "crit") ||
	    !text_int(&id, kid, 1, KEY_MAX_ID))
		return invalid(work);
	if (!keyring_find(&key, work, id))
		return false;
	*signer = derive(&key);
	return true;
}

static bool check_mac(struct work *work, const struct signer *signer,
		      const char *text, size_t len, const char *given)
{
	const char *mac = mac_of(work->pool, signer, text, len, MAC_SIZE);

	return (strlen(given) == strlen(mac) &&
		crypt_equal(given, mac, strlen(mac))) ||
	       invalid(work);
}

static bool read_claims(struct jwt *jwt, struct work *work,
			const struct json *json, enum jwt_type type)
{
	const char *token_type, *user_id;

	if (!json_get_text(&token_type, work, json, "token_type", 1, 16) ||
	    !json_get_int(&jwt->expires_at, work, json, "exp", 0, INT64_MAX) ||
	    !json_get_int(&jwt->issued_at, work, json, "iat", 0, INT64_MAX) ||
	    !json_get_text(&jwt->id, work, json, "jti", 1, 64) ||
	    !json_get_text(&user_id, work, json, "user_id", 36, 36) ||
	    !json_get_text(&jwt->hash_password, work, json, "hash_password", 1,
			   64))
		return false;
	return (!strcmp(token_type, type_names[type]) &&
		jwt->expires_at > db_now_us(work) / 1000000 &&
		uuid_parse(&jwt->user_id, user_id)) ||
	       invalid(work);
}

/* Verifies the MAC before it parses the claims. */
static bool open_signed(struct jwt *jwt, struct work *work, const char *text,
			enum jwt_type type)
{
	const char *claims_at = strchr(text, '.');
	const char *mac_at = claims_at ? strchr(claims_at + 1, '.') : NULL;
	struct json *header, *claims;
	struct signer signer;
	bool good;

	if (!mac_at || strlen(text) > JWT_MAX)
		return invalid(work);
	if (!decode(&header, work, text, (size_t)(claims_at - text)) ||
	    !find_signer(&signer, work, header))
		return false;
	jwt->key_id = signer.id;
	good = check_mac(work, &signer, text, (size_t)(mac_at - text),
			 mac_at + 1);
	explicit_bzero(&signer, sizeof(signer));
	claims_at++;
	return good &&
	       decode(&claims, work, claims_at, (size_t)(mac_at - claims_at)) &&
	       read_claims(jwt, work, claims, type);
}

/* Hides from the client which check failed. */
static bool hide_reason(struct work *work)
{
	return err_http_status(work->err) >= 500 ? false : invalid(work);
}

bool jwt_open(struct jwt *jwt, struct work *work, const char *text,
	      enum jwt_type type)
{
	struct jwt opened;

	if (!open_signed(&opened, work, text, type))
		return hide_reason(work);
	*jwt = opened;
	return true;
}

bool jwt_check_user(const struct jwt *jwt, struct work *work,
		    const struct user *user)
{
	struct signer signer;
	struct key key;
	const char *mark;

	if (!keyring_find(&key, work, jwt->key_id))
		return hide_reason(work);
	signer = derive(&key);
	mark = mark_password(work->pool, &signer, user);
	explicit_bzero(&signer, sizeof(signer));
	return (uuid_equal(jwt->user_id, user->id) &&
		strlen(mark) == strlen(jwt->hash_password) &&
		crypt_equal(mark, jwt->hash_password, strlen(mark))) ||
	       invalid(work);
}
