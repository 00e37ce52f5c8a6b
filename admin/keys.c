/* keys.c: pixtierctl key. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/command.h"
#include "admin/print.h"
#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/service/keyring.h"

enum { RETIRE_AFTER = 2592000, RETIRE_MAX = 315360000 };

static const char *time_text(struct pool *pool, int64_t seconds)
{
	return clock_text(pool, seconds * 1000000);
}

static const char *state_of(const struct key *key, int64_t signer)
{
	if (key->id == signer)
		return "signs";
	if (key->retires_at && key->retires_at * 1000000 <= clock_now_us())
		return "retired";
	return "verifies";
}

bool cmd_keys_list(struct call *call)
{
	static const char *const columns[] = { "id", "state", "created_at",
					       "retires_at", NULL };
	struct pool *pool = call->work->pool;
	struct print *print = print_table(call, columns);
	struct key signer;
	const struct key *keys;
	size_t count;

	if (access(call->work->conf->keys_file, F_OK))
		return fail(call->work, ERR_NOT_FOUND,
			    "keys_file: %s does not exist; `pixtierctl key "
			    "rotate` makes it",
			    call->work->conf->keys_file);
	if (!keyring_signer(&signer, call->work) ||
	    !keyring_list(&keys, &count, call->work))
		return false;
	explicit_bzero(signer.secret, sizeof(signer.secret));
	for (size_t i = 0; i < count; i++)
		PRINT_ROW(print, cell_number(keys[i].id),
			  cell_text(state_of(&keys[i], signer.id)),
			  cell_text(time_text(pool, keys[i].created_at)),
			  cell_text(time_text(pool, keys[i].retires_at)));
	return print_end(print);
}

/* Keys are local files, so a database that is unreachable or has no schema yet
   does not prevent a change; then the audit log has no entry. */
static void audit_key(struct call *call, const char *action, int64_t id)
{
	struct pool *pool = call->work->pool;

	if (!command_audit(call, action,
			   pool_printf(pool, "key %lld", (long long)id), ""))
		fprintf(stderr,
			"pixtierctl: the change is in force, but the audit "
			"log has no entry of it: %s\n",
			call->work->why);
}

bool cmd_keys_rotate(struct call *call)
{
	int64_t retire_after;
	struct key key;

	if (!command_seconds(&retire_after, call, OPTION_RETIRE_AFTER,
			     RETIRE_AFTER, 0, RETIRE_MAX) ||
	    !keyring_rotate(&key, call->work, retire_after))
		return false;
	explicit_bzero(key.secret, sizeof(key.secret));
	audit_key(call, "key.rotate", key.id);
	return cmd_keys_list(call);
}

bool cmd_keys_retire(struct call *call)
{
	int64_t id, retire_after;

	if (!text_int(&id, call->args[0], 1, KEY_MAX_ID))
		return fail(call->work, ERR_BAD_REQUEST,
			    "ID: an id from `pixtierctl key list` is "
			    "expected, not \"%s\"",
			    call->args[0]);
	if (!command_seconds(&retire_after, call, OPTION_RETIRE_AFTER, 0, 0,
			     RETIRE_MAX) ||
	    !keyring_retire(call->work, id, retire_after))
		return false;
	audit_key(call, "key.retire", id);
	return cmd_keys_list(call);
}
