/* remedy.c: what an administrator can do about a missing connection. */
#include "config.h"

#include "lib/db/remedy.h"

#include <errmsg.h>
#include <mysqld_error.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/db/connection.h"

/* MariaDB's, for an account without a password. */
enum { MARIADB_ACCESS_DENIED_NO_PASSWORD = 1698 };

#define REMEDY_OF_ACCOUNT                                                       \
	"check db_user and db_password (with unix_socket authentication, only " \
	"the system account %1$s can log in), or make the account, in the "     \
	"database as its administrator: CREATE USER %1$s@localhost IDENTIFIED " \
	"BY 'PASSWORD'; GRANT ALL ON %2$s.* TO %1$s@localhost"

/* In each remedy, %1$s is db_user and %2$s is db_name. */
/* clang-format off */
static const struct {
	unsigned number;
	const char *remedy;
} remedies[] = {
	{ ER_ACCESS_DENIED_ERROR,            REMEDY_OF_ACCOUNT },
	{ MARIADB_ACCESS_DENIED_NO_PASSWORD, REMEDY_OF_ACCOUNT },
	{ ER_DBACCESS_DENIED_ERROR,          "give the account its rights, in the database as its administrator: GRANT ALL ON %2$s.* TO %1$s@localhost" },
	{ ER_BAD_DB_ERROR,                   "check db_name, or make the database, as its administrator: CREATE DATABASE %2$s CHARACTER SET utf8mb4" },
	{ ER_HOST_NOT_PRIVILEGED,            "make an account for this host, in the database as its administrator: CREATE USER %1$s@HOST" },
	{ ER_CON_COUNT_ERROR,                "raise max_connections of the server, or lower responders, upload_responders or workers" },
	{ CR_SSL_CONNECTION_ERROR,           "check db_tls_ca, and the certificate of the server" },
};
/* clang-format on */

static const char other_remedy[] = "check that the server runs and that "
				   "db_socket, or db_host and db_port, are "
				   "correct";

static const char *place_of(struct work *work)
{
	const struct conf *conf = work->conf;

	if (*conf->db_socket)
		return pool_printf(work->pool, "at the socket %s (db_socket)",
				   conf->db_socket);
	return pool_printf(work->pool, "at %s:%ld (db_host, db_port)",
			   conf->db_host, conf->db_port);
}

const char *remedy_text(struct work *work)
{
	const struct db *db = work->db;
	const char *remedy = other_remedy;

	for (size_t i = 0; i < ARRAY_LEN(remedies); i++)
		if (remedies[i].number == db->number)
			remedy = pool_printf(work->pool, remedies[i].remedy,
					     work->conf->db_user,
					     work->conf->db_name);
	return pool_printf(work->pool, "%s: %s, as %s (db_user); %s",
			   place_of(work), db->message, work->conf->db_user,
			   remedy);
}
