#ifndef LIB_DB_DATABASE_H
#define LIB_DB_DATABASE_H

#include "lib/base/work.h"

/*
 * Creates the database db_name and the account db_user of the work's settings,
 * with the rights that pixtier needs. `admin` has the settings of an account
 * that may do this. The account is for this host, as the server names it. What
 * exists stays as it is, also the password of the account.
 *
 * ERR_INVALID_FIELD if a name or the password has other characters than
 * letters, digits and hyphens; ERR_CONFLICT if the server refuses, with its
 * message.
 */
bool database_create(struct work *work, const struct conf *admin) MUST_CHECK;

#endif
