#ifndef LIB_NET_CONTENT_CODING_H
#define LIB_NET_CONTENT_CODING_H

#include <stddef.h>

#include "lib/base/work.h"
#include "lib/net/client.h"

/*
 * Decodes an answer's body by its Content-Encoding (RFC 9110 section 8.4):
 * gzip, x-gzip and deflate, which some servers use without being asked. With
 * any other value, or if the body does not begin like gzip although the header
 * says so, the bytes stay as they are: pictures are often stored with wrong
 * values.
 */
struct content_coding;

/* `header` is the value of Content-Encoding, or NULL. The result belongs to the
   pool. */
struct content_coding *content_coding_new(struct pool *pool,
					  const char *header);

/* Decodes the next bytes of the body. `sink` receives them in chunks of limited
   size, and may fail to stop. ERR_FETCH_FAILED for invalid data. */
bool content_coding_decode(struct content_coding *coding, struct work *work,
			   const void *bytes, size_t len, client_sink *sink,
			   void *arg) MUST_CHECK;

/* Call it at the end of the body. ERR_FETCH_FAILED if data are missing. */
bool content_coding_end(struct content_coding *coding, struct work *work,
			client_sink *sink, void *arg) MUST_CHECK;

#endif
