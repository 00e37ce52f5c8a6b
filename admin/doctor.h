#ifndef ADMIN_DOCTOR_H
#define ADMIN_DOCTOR_H

#include "lib/base/pool.h"
#include "lib/base/work.h"

/* Only for the files of pixtierctl doctor and pixtierctl setup. */

/* The result of one check, and what to do. */
struct finding {
	enum { FINE, WARN, BAD } verdict;
	const char *text;
};

struct doctor {
	struct work *work;
	const char *server; /* db_server_version(); NULL: no connection */
};

#define FINDING(doctor, verdict, ...)                                          \
	((struct finding){ (verdict),                                          \
			   pool_printf((doctor)->work->pool, __VA_ARGS__) })

/* The checks of what runs: the sockets of the settings listen and
   listen_uploads, the workers, and the delivery of a picture to a client. */
struct finding doctor_look_at_socket(struct doctor *doctor);
struct finding doctor_look_at_uploads_socket(struct doctor *doctor);
struct finding doctor_look_at_workers(struct doctor *doctor);
struct finding doctor_look_at_delivery(struct doctor *doctor);

#endif
