/* keyring.c: caches the signing keys of keys_file. */
#include "config.h"

#include "lib/service/keyring.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/log.h"

enum { TRY_AGAIN_MS = 1000 };

struct keyring {
	const char *path;
	struct stat seen; /* the file at the last read; zeros: none */
	int64_t read_at_ms;
	bool damaged;
	struct keys keys;
};

/* The process that fetches URLs is forked from one that may hold keys; it finds
   zeros here. */
struct keyring *keyring_new(const struct conf *conf)
{
	struct keyring *ring = mmap(NULL, sizeof(*ring), PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (ring == MAP_FAILED || madvise(ring, sizeof(*ring), MADV_WIPEONFORK))
		abort();
	ring->path = conf->keys_file;
	return ring;
}

void keyring_free(struct keyring *ring)
{
	explicit_bzero(ring, sizeof(*ring));
	munmap(ring, sizeof(*ring));
}

static const struct key *find_signer(const struct keys *keys)
{
	for (size_t i = keys->count; i--;)
		if (!keys->list[i].retires_at)
			return &keys->list[i];
	return NULL;
}

/* Detects a file that was cut at a line's end: it lacks the newest key, which
   signs. */
static bool read_all(struct keys *keys, struct work *work, const char *path)
{
	return keyfile_read(keys, work, path) &&
	       (find_signer(keys) ||
		fail(work, ERR_INTERNAL,
		     "keys_file: %s has no key that signs; make one with "
		     "`pixtierctl key rotate`",
		     path));
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
	       a->st_size == b->st_size &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Reads a damaged file again after TRY_AGAIN_MS even if it looks unchanged: a
   repair in place may keep its times. */
static bool is_up_to_date(const struct keyring *ring, const struct stat *now)
{
	return ring->keys.count && is_same(&ring->seen, now) &&
	       (!ring->damaged ||
		clock_monotonic_ms() - ring->read_at_ms < TRY_AGAIN_MS);
}

/* Returns false if no keys were ever read. */
static bool keep_old(struct keyring *ring, struct work *work,
		     const struct stat *now)
{
	if (!ring->keys.count)
		return false;
	if (!ring->damaged || !is_same(&ring->seen, now))
		log_failure(work, "keys_damaged");
	ring->damaged = true;
	return true;
}

static bool look(struct keyring *ring, struct work *work)
{
	struct keys keys;
	struct stat now;
	bool usable = true;

	/* stat() comes before the read: a change in between is noticed at the
	   next use. */
	if (stat(ring->path, &now))
		now = (struct stat){ 0 };
	if (is_up_to_date(ring, &now))
		return true;
	if (read_all(&keys, work, ring->path)) {
		ring->keys = keys;
		ring->damaged = false;
	} else {
		usable = keep_old(ring, work, &now);
	}
	explicit_bzero(&keys, sizeof(keys));
	ring->seen = now;
	ring->read_at_ms = clock_monotonic_ms();
	return usable;
}

static bool is_retired(const struct key *key)
{
	return key->retires_at && key->retires_at <= time(NULL);
}

bool keyring_signer(struct key *key, struct work *work)
{
	if (!look(work->keys, work))
		return false;
	*key = *find_signer(&work->keys->keys);
	return true;
}

static struct key *look_up(struct keys *keys, int64_t id)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->list[i].id == id)
			return &keys->list[i];
	return NULL;
}

bool keyring_find(struct key *key, struct work *work, int64_t id)
{
	const struct key *found;

	if (!look(work->keys, work))
		return false;
	found = look_up(&work->keys->keys, id);
	if (!found || is_retired(found))
		return fail(
			work, ERR_BAD_SIGNATURE,
			"the key that signed the link is unknown or retired");
	*key = *found;
	return true;
}

bool keyring_is_damaged(const struct keyring *ring)
{
	return ring->damaged;
}

bool keyring_list(const struct key **keys, size_t *count, struct work *work)
{
	if (!look(work->keys, work))
		return false;
	*keys = work->keys->keys.list;
	*count = work->keys->keys.count;
	return true;
}

/* Changes */

/* A change of the key file, and the key that it made. */
struct change {
	bool (*edit)(struct keys *keys, struct work *work,
		     struct change *change);
	struct key key;
	int64_t retire_after;
};

static bool edit_locked(struct work *work, struct change *change, int folder)
{
	struct keyring *ring = work->keys;
	struct keys keys = { 0 };
	bool edited = (access(ring->path, F_OK) ||
		       keyfile_read(&keys, work, ring->path)) &&
		      change->edit(&keys, work, change) &&
		      keyfile_replace(work, ring->path, folder, &keys);

	explicit_bzero(&keys, sizeof(keys));
	ring->seen = (struct stat){ 0 };
	return edited;
}

static bool make_change(struct work *work, struct change *change)
{
	int folder;
	bool made;

	if (!keyfile_lock(&folder, work, work->keys->path))
		return false;
	made = edit_locked(work, change, folder);
	close(folder);
	return made;
}

static void retire(struct key *key, int64_t at)
{
	if (!key->retires_at || key->retires_at > at)
		key->retires_at = at;
}

static void retire_all(struct keys *keys, int64_t at)
{
	size_t kept = 0;

	for (size_t i = 0; i < keys->count; i++) {
		if (is_retired(&keys->list[i]))
			continue;
		keys->list[kept] = keys->list[i];
		retire(&keys->list[kept++], at);
	}
	keys->count = kept;
}

/* After KEY_MAX_ID the ids start again from 1; by then the first keys have
   retired. */
static int64_t next_id(struct keys *keys)
{
	int64_t id = keys->count ? keys->list[keys->count - 1].id : 0;

	do
		id = id % KEY_MAX_ID + 1;
	while (look_up(keys, id));
	return id;
}

static bool add_key(struct keys *keys, struct work *work, struct change *change)
{
	struct key *key = &change->key;

	key->id = next_id(keys);
	key->created_at = time(NULL);
	retire_all(keys, key->created_at + change->retire_after);
	if (keys->count == KEYRING_MAX)
		return fail(work, ERR_CONFLICT,
			    "%d keys are in use; wait until one retires, or "
			    "use `pixtierctl key retire`",
			    KEYRING_MAX);
	crypt_random(key->secret, KEY_SIZE);
	keys->list[keys->count++] = *key;
	return true;
}

bool keyring_rotate(struct key *made, struct work *work, int64_t retire_after)
{
	struct change change = { .edit = add_key,
				 .retire_after = retire_after };
	bool added = make_change(work, &change);

	if (added)
		*made = change.key;
	explicit_bzero(&change, sizeof(change));
	return added;
}

static bool retire_key(struct keys *keys, struct work *work,
		       struct change *change)
{
	int64_t id = change->key.id;
	struct key *key = look_up(keys, id);

	if (!key)
		return fail(work, ERR_NOT_FOUND, "no key %" PRId64, id);
	if (key == find_signer(keys))
		return fail(work, ERR_CONFLICT,
			    "key %" PRId64 " signs: `pixtierctl key rotate` "
			    "first",
			    id);
	retire(key, time(NULL) + change->retire_after);
	return true;
}

bool keyring_retire(struct work *work, int64_t id, int64_t retire_after)
{
	struct change change = { .edit = retire_key,
				 .key = { .id = id },
				 .retire_after = retire_after };

	return make_change(work, &change);
}
