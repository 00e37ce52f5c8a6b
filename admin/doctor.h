#ifndef ADMIN_DOCTOR_H
#define ADMIN_DOCTOR_H

#include <stdint.h>

#include "lib/base/pool.h"
#include "lib/base/work.h"

/* Only for the files of pixtierctl doctor and pixtierctl setup. */

/* The result of one check, and what to do. */
struct finding {
	enum { FINE, WARN, BAD, SKIPPED } verdict;
	const char *text;
};

struct doctor {
	struct work *work;
	const char *server; /* db_server_version(); NULL: no connection */
};

#define FINDING(doctor, verdict, ...)                                          \
	((struct finding){ (verdict),                                          \
			   pool_printf((doctor)->work->pool, __VA_ARGS__) })

/* A finding that nothing is wrong, and that the work has failed. */
struct finding doctor_fine(const char *text);
struct finding doctor_failure(const struct doctor *doctor);

/* Returns how many seconds the clock that said `at` is ahead of this host's, or
   behind if it is less than 0. It was read between `from` and `to`. Returns 0
   if the difference does not matter. All are in microseconds. */
int64_t doctor_skew_s(int64_t at, int64_t from, int64_t to);

/* The checks. */
typedef struct finding doctor_look(struct doctor *doctor);
/* doctor_database.c */
doctor_look doctor_look_at_server, doctor_look_at_flush,
	doctor_look_at_doublewrite, doctor_look_at_binlog,
	doctor_look_at_packet, doctor_look_at_connections, doctor_look_at_time,
	doctor_look_at_schema;
/* doctor_files.c */
doctor_look doctor_look_at_owner, doctor_look_at_writing, doctor_look_at_room,
	doctor_look_at_devices, doctor_look_at_keys;
/* doctor_decoder.c */
doctor_look doctor_look_at_decoder, doctor_look_at_memory,
	doctor_look_at_sandbox, doctor_look_at_fetching;
/* doctor_pages.c */
doctor_look doctor_look_at_pages;
/* doctor_running.c */
doctor_look doctor_look_at_socket, doctor_look_at_uploads_socket,
	doctor_look_at_workers;
/* doctor_site.c */
doctor_look doctor_look_at_base_url, doctor_look_at_site,
	doctor_look_at_body_limit, doctor_look_at_public,
	doctor_look_at_delivery;

#endif
