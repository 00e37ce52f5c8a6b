/* database.c: creates the database and its account. */
#include "config.h"

#include "lib/db/database.h"

#include <string.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/db/connection.h"
#include "lib/db/db.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

/* Statements that create accounts cannot have placeholders, so the values must
   not need quoting. In GRANT, an underscore in a name matches any character. */
static bool check_value(struct work *work, const char *setting,
			const char *value, const char *safe)
{
	return (*value && !value[strspn(value, safe)]) ||
	       fail_field(work, setting,
			  "%s: to create the account, expected only letters, "
			  "digits and hyphens; choose another, or create the "
			  "account yourself",
			  setting);
}

static bool check_values(struct work *work, const char *host)
{
	const struct conf *conf = work->conf;

	return check_value(work, "db_name", conf->db_name, LETTERS DIGITS) &&
	       check_value(work, "db_user", conf->db_user, LETTERS DIGITS) &&
	       check_value(work, "db_password", conf->db_password,
			   LETTERS DIGITS "-") &&
	       check_value(work, "db_host", host, LETTERS DIGITS "-.:%");
}

/* The log must not have the statement, because it has a password. */
static bool send(struct work *work, const char *statement)
{
	struct db *db = work->db;

	if (!connection_send(db, statement))
		return true;
	return fail(work, ERR_CONFLICT,
		    "the database refuses to create %s as %s: %.150s",
		    work->conf->db_name, db->conf->db_user, db->message);
}

/* This host as the server names it in an account. */
static bool find_host(const char **host, struct work *work)
{
	return db_one(work, "SELECT SUBSTRING_INDEX(USER(), '@', -1)", DB_NO_IN,
		      DB_OUT(db_text_to(host)));
}

static bool create(struct work *work)
{
	const struct conf *conf = work->conf;
	struct pool *pool = work->pool;
	const char *host;

	return find_host(&host, work) && check_values(work, host) &&
	       send(work,
		    pool_printf(pool,
				"CREATE DATABASE IF NOT EXISTS %s CHARACTER "
				"SET utf8mb4 COLLATE utf8mb4_unicode_520_ci",
				conf->db_name)) &&
	       send(work,
		    pool_printf(pool,
				"CREATE USER IF NOT EXISTS %s@'%s' "
				"IDENTIFIED BY '%s'",
				conf->db_user, host, conf->db_password)) &&
	       send(work, pool_printf(pool, "GRANT ALL ON %s.* TO %s@'%s'",
				      conf->db_name, conf->db_user, host));
}

static bool log_in(struct work *work)
{
	struct db *db = work->db;

	if (!connection_open(db))
		return true;
	return fail(work, ERR_CONFLICT,
		    "cannot log in to the database as %s: %.110s; check that "
		    "it runs, or name its administrator with --db-host, "
		    "--db-admin and --db-password-stdin",
		    db->conf->db_user, db->message);
}

bool database_create(struct work *work, const struct conf *admin)
{
	struct db *own = work->db;
	bool created;

	work->db = db_open(admin);
	created = log_in(work) && create(work);
	db_close(work->db);
	work->db = own;
	return created;
}
