#ifndef LIB_BASE_ACCOUNT_H
#define LIB_BASE_ACCOUNT_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "lib/base/work.h"

/* The account that the programs run as, and the groups of the web server. */

struct account {
	uid_t uid;
	gid_t gid;
};

/* Finds the account of the service. If root asks, it is that of the setting
   user or, without one, the owner of store_dir. Others ask for themselves.
   ERR_INVALID_FIELD if it does not exist. */
bool account_find(struct account *account, struct work *work) MUST_CHECK;

/* Whether the permissions let the account read the file. */
bool account_can_read(const struct account *account, const struct stat *st);

/* Finds the group with this name, which is the value of `setting`. An empty
   name gives ACCOUNT_NO_GROUP. ERR_INVALID_FIELD if it does not exist. */
#define ACCOUNT_NO_GROUP ((gid_t)-1)
bool account_find_group(gid_t *group, struct work *work, const char *setting,
			const char *name) MUST_CHECK;

/* Calls `body` and returns its result. If root calls, `body` has only the
   rights of the service's account and of the group store_group, to which the
   account need not belong. */
bool account_run(struct work *work, bool (*body)(struct work *work, void *arg),
		 void *arg) MUST_CHECK;

#endif
