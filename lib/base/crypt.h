#ifndef LIB_BASE_CRYPT_H
#define LIB_BASE_CRYPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/util.h"

struct pool;

/* The library's name and version: "OpenSSL 3.0.17". */
const char *crypt_library(void);

enum { CRYPT_SHA256_SIZE = 32, CRYPT_PASSWORD_MAX = 511 };

/* SHA-256 (FIPS 180-4) of bytes at hand, or of bytes that come piece by
   piece. After crypt_sha256_end() the sum is used no more. */
void crypt_sha256(uint8_t out[CRYPT_SHA256_SIZE], const void *bytes,
		  size_t len);
struct crypt_sha256;
struct crypt_sha256 *crypt_sha256_new(struct pool *pool);
void crypt_sha256_add(struct crypt_sha256 *sum, const void *bytes, size_t len);
void crypt_sha256_end(struct crypt_sha256 *sum, uint8_t out[CRYPT_SHA256_SIZE]);

/* RFC 2104 with SHA-256. */
void crypt_hmac_sha256(uint8_t out[CRYPT_SHA256_SIZE], const void *key,
		       size_t key_len, const void *bytes, size_t len);

/* In a time that does not depend on where they differ. */
bool crypt_equal(const void *a, const void *b, size_t len);

/* From the kernel's generator. */
void crypt_random(void *bytes, size_t len);

/*
 * Passwords as crypt(5) writes them. New hashes are yescrypt ($y$) of a cost
 * from 1 to 11; a password has at most CRYPT_PASSWORD_MAX bytes, which the
 * caller has checked.
 */
const char *crypt_password_hash(struct pool *pool, const char *password,
				long cost);

/* Takes any hash that crypt(3) knows, such as PHP's $2y$. One that it does not
   know (NULL, "", "!", ...) is false after the time of a yescrypt hash of
   that cost, so that nobody learns who has an account. */
bool crypt_password_verify(const char *password, const char *hash, long cost);

/* What crypt_password_verify() computes for a hash: its prefix in crypt(5) with
   the parameters and without the salt, such as "$2y$12$" or "$6$", or "des"
   when it has none; for one that it does not know that of yescrypt of that
   cost. */
enum { CRYPT_KIND_SIZE = 64 };
void crypt_password_kind(char kind[CRYPT_KIND_SIZE], const char *hash,
			 long cost);

/* Computes a hash of that kind; false when there is none. */
bool crypt_password_spend(const char *password, const char *kind);

/* False: hash it anew at the next login. */
bool crypt_password_is_current(const char *hash, long cost);

#endif
