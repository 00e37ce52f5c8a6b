/* readiness.c: checks the database, the store and the keys. */
#include "config.h"

#include "lib/service/readiness.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/model/tier.h"
#include "lib/service/keyring.h"
#include "lib/store/store.h"

static bool check_database(struct work *work)
{
	struct tier *tiers;
	size_t count;

	return tier_list(&tiers, &count, work);
}

static bool check_store(struct work *work)
{
	struct store_temp *temp;

	return store_has_room(work) && store_temp_new(&temp, work) &&
	       store_temp_write(temp, work, "", 1);
}

static bool check_keys(struct work *work)
{
	struct key key;
	bool found = keyring_signer(&key, work);

	explicit_bzero(&key, sizeof(key));
	return found;
}

static const struct {
	const char *part;
	bool (*check)(struct work *work);
} parts[] = {
	{ "the database or its schema", check_database },
	{ "the store", check_store },
	{ "the keys that sign links", check_keys },
};

bool readiness_check(const char **warning, struct work *work)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (!parts[i].check(work))
			return fail(work, ERR_UNAVAILABLE,
				    "%s: not ready; run `pixtierctl doctor` "
				    "for details",
				    parts[i].part);
	*warning = keyring_is_damaged(work->keys)
			   ? "keys_file cannot be used; the keys read before "
			     "work until a restart; run `pixtierctl doctor` "
			     "for details"
			   : NULL;
	return true;
}
