#ifndef LIB_NET_FILENAME_H
#define LIB_NET_FILENAME_H

struct pool;

/*
 * The file's name in the value of a header Content-Disposition (RFC 6266), in
 * UTF-8 without control characters and without the folders of a path; "" when
 * there is none, or `header` is NULL. `filename*` (RFC 8187, in UTF-8 or
 * ISO-8859-1) comes before `filename`. What is malformed counts as absent.
 */
const char *filename_of_disposition(struct pool *pool, const char *header);

#endif
