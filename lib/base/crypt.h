#ifndef LIB_BASE_CRYPT_H
#define LIB_BASE_CRYPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/util.h"

struct pool;

/* Returns the library's name and version: "OpenSSL 3.0.17". */
const char *crypt_library(void);

enum { CRYPT_SHA256_SIZE = 32, CRYPT_PASSWORD_MAX = 511 };

/* SHA-256 (FIPS 180-4) of bytes in memory, or of bytes that arrive in pieces.
   crypt_sha256_end() ends the computation. */
void crypt_sha256(uint8_t out[CRYPT_SHA256_SIZE], const void *bytes,
		  size_t len);
struct crypt_sha256;
struct crypt_sha256 *crypt_sha256_new(struct pool *pool);
void crypt_sha256_add(struct crypt_sha256 *sum, const void *bytes, size_t len);
void crypt_sha256_end(struct crypt_sha256 *sum, uint8_t out[CRYPT_SHA256_SIZE]);

/* HMAC (RFC 2104) with SHA-256. */
void crypt_hmac_sha256(uint8_t out[CRYPT_SHA256_SIZE], const void *key,
		       size_t key_len, const void *bytes, size_t len);

/* Compares in a time that does not depend on where the bytes differ. */
bool crypt_equal(const void *a, const void *b, size_t len);

/* Reads the kernel's random generator. */
void crypt_random(void *bytes, size_t len);

/* Hashes a password in the format of crypt(5). New hashes are yescrypt ($y$) of
   a cost from 1 to 11. A password has at most CRYPT_PASSWORD_MAX bytes; the
   caller checks that. */
const char *crypt_password_hash(struct pool *pool, const char *password,
				long cost);

/* Accepts any hash that crypt(3) knows, such as PHP's $2y$. For an unknown hash
   (NULL, "", "!", ...) returns false after the time of a yescrypt hash of that
   cost, so that the time does not show which accounts exist. */
bool crypt_password_verify(const char *password, const char *hash, long cost);

/*
 * Returns what crypt_password_verify() computes for a hash: its prefix in
 * crypt(5) with the parameters and without the salt, such as "$2y$12$" or
 * "$6$", or "des" if it has no prefix. For an unknown hash: the kind of a
 * yescrypt hash of that cost.
 */
enum { CRYPT_KIND_SIZE = 64 };
void crypt_password_kind(char kind[CRYPT_KIND_SIZE], const char *hash,
			 long cost);

/* Computes a hash of that kind; false if the kind is unknown. */
bool crypt_password_spend(const char *password, const char *kind);

/* False: hash the password again at the next login. */
bool crypt_password_is_current(const char *hash, long cost);

#endif
