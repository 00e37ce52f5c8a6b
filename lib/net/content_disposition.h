#ifndef LIB_NET_CONTENT_DISPOSITION_H
#define LIB_NET_CONTENT_DISPOSITION_H

struct pool;

/*
 * Returns the file name in a Content-Disposition header (RFC 6266), in UTF-8
 * without control characters and without folders; "" if there is none or
 * `header` is NULL. `filename*` (RFC 8187) has precedence over `filename`,
 * which may have encoded words (RFC 2047) or be in an unknown charset.
 * Malformed parameters are ignored.
 */
const char *content_disposition_filename(struct pool *pool, const char *header);

#endif
