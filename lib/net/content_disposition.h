#ifndef LIB_NET_CONTENT_DISPOSITION_H
#define LIB_NET_CONTENT_DISPOSITION_H

struct pool;

/*
 * The file's name in the value of a header Content-Disposition (RFC 6266), in
 * UTF-8 without control characters and without the folders of a path; "" when
 * there is none, or `header` is NULL. `filename*` (RFC 8187) comes before
 * `filename`, which may have encoded words (RFC 2047) or be of an unknown
 * charset. What is malformed counts as absent.
 */
const char *content_disposition_filename(struct pool *pool, const char *header);

#endif
