/* account.c: finds the account and the groups of the settings. */
#include "config.h"

#include "lib/base/account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/conf.h"

enum { MAX_GROUPS = 1024 };

static bool find_user(struct account *account, struct work *work,
		      const char *name)
{
	const struct passwd *found = getpwnam(name);

	if (!found)
		return fail_field(work, "user",
				  "user: the account %s does not exist; create "
				  "it or change the setting",
				  name);
	*account = (struct account){ found->pw_uid, found->pw_gid };
	return true;
}

bool account_find(struct account *account, struct work *work)
{
	const struct conf *conf = work->conf;
	struct stat st;

	if (!geteuid() && *conf->user)
		return find_user(account, work, conf->user);
	if (!geteuid() && !stat(conf->store_dir, &st))
		*account = (struct account){ st.st_uid, st.st_gid };
	else
		*account = (struct account){ geteuid(), getegid() };
	return true;
}

bool account_can_read(const struct account *account, const struct stat *st)
{
	if (!account->uid)
		return true;
	if (account->uid == st->st_uid)
		return st->st_mode & S_IRUSR;
	if (account->gid == st->st_gid)
		return st->st_mode & S_IRGRP;
	return st->st_mode & S_IROTH;
}

bool account_find_group(gid_t *group, struct work *work, const char *setting,
			const char *name)
{
	const struct group *found;

	*group = ACCOUNT_NO_GROUP;
	if (!*name)
		return true;
	found = getgrnam(name);
	if (!found)
		return fail_field(work, setting,
				  "%s: the group %s does not exist; create it "
				  "or change the setting",
				  setting, name);
	*group = found->gr_gid;
	return true;
}

/* The rights of root, for later. */
struct rights {
	gid_t group;
	gid_t groups[MAX_GROUPS];
	int count;
};

static void raise_again(const struct rights *root)
{
	if (seteuid(0) || setegid(root->group) ||
	    setgroups((size_t)root->count, root->groups))
		abort();
}

static bool lower(struct rights *root, struct work *work,
		  const struct account *account, gid_t group)
{
	root->group = getegid();
	root->count = getgroups(MAX_GROUPS, root->groups);
	if (root->count < 0)
		return fail_errno(work, "getgroups");
	if (!setgroups(1, &account->gid) &&
	    !setegid(group == ACCOUNT_NO_GROUP ? account->gid : group) &&
	    !seteuid(account->uid))
		return true;
	fail_errno(work, "cannot get the rights of uid %ld",
		   (long)account->uid);
	raise_again(root);
	return false;
}

bool account_run(struct work *work, bool (*body)(struct work *work, void *arg),
		 void *arg)
{
	struct rights root;
	struct account account;
	gid_t group;
	bool done;

	if (geteuid())
		return body(work, arg);
	if (!account_find_group(&group, work, "store_group",
				work->conf->store_group) ||
	    !account_find(&account, work))
		return false;
	if (!lower(&root, work, &account, group))
		return false;
	done = body(work, arg);
	raise_again(&root);
	return done;
}
