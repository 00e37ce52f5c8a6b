/* keyring.c: the keys that sign links. */
#include "config.h"

#include "lib/service/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

struct keyring {
	const char *path;
	int64_t looked_at_ms;
	struct timespec changed_at;
	ino_t inode;
	size_t count;
	struct key keys[KEYRING_MAX];
};

/* A painter is forked from the process that has the keys, and decodes what
   strangers send: it finds zeros here. */
struct keyring *keyring_new(const struct conf *conf)
{
	struct keyring *ring = mmap(NULL, sizeof(*ring),
				    PROT_READ | PROT_WRITE,
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

static bool parse_line(struct key *key, struct work *work, const char *line)
{
	char hex[2 * KEY_SIZE + 1];

	if (sscanf(line, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %64s", &key->id,
		   &key->created_at, &key->retires_at, hex) != 4 ||
	    key->id < 1 || key->id > KEY_MAX_ID ||
	    !text_unhex(key->secret, KEY_SIZE, hex))
		return fail(work, ERR_INTERNAL,
			    "keys_file: a line is not \"id created retires "
			    "hex\"");
	explicit_bzero(hex, sizeof(hex));
	return true;
}

static bool parse(struct keyring *ring, struct work *work, FILE *file)
{
	char line[256];

	ring->count = 0;
	while (fgets(line, sizeof(line), file)) {
		if (*line == '#' || *line == '\n')
			continue;
		if (ring->count == KEYRING_MAX)
			return fail(work, ERR_INTERNAL,
				    "keys_file: more than %d keys",
				    KEYRING_MAX);
		if (!parse_line(&ring->keys[ring->count], work, line))
			return false;
		ring->count++;
	}
	explicit_bzero(line, sizeof(line));
	return true;
}

static bool has_changed(const struct keyring *ring, const struct stat *st)
{
	return st->st_ino != ring->inode ||
	       st->st_mtim.tv_sec != ring->changed_at.tv_sec ||
	       st->st_mtim.tv_nsec != ring->changed_at.tv_nsec;
}

static bool load(struct keyring *ring, struct work *work)
{
	FILE *file = fopen(ring->path, "re");
	struct stat st;
	bool loaded;

	ring->looked_at_ms = clock_monotonic_ms();
	if (!file)
		return fail_errno(work, "keys_file: cannot read %s",
				  ring->path);
	loaded = !fstat(fileno(file), &st) || fail_errno(work, "keys_file");
	if (loaded && has_changed(ring, &st)) {
		loaded = parse(ring, work, file);
		ring->inode = loaded ? st.st_ino : 0;
		ring->changed_at = st.st_mtim;
	}
	fclose(file);
	return loaded;
}

static bool refresh(struct keyring *ring, struct work *work)
{
	if (ring->count && clock_monotonic_ms() - ring->looked_at_ms < 1000)
		return true;
	return load(ring, work);
}

static bool is_retired(const struct key *key)
{
	return key->retires_at && key->retires_at <= time(NULL);
}

bool keyring_signer(struct key *key, struct work *work)
{
	struct keyring *ring = work->keys;
	const struct key *newest = NULL;

	if (!refresh(ring, work))
		return false;
	for (size_t i = 0; i < ring->count; i++)
		if (!ring->keys[i].retires_at &&
		    (!newest || ring->keys[i].id > newest->id))
			newest = &ring->keys[i];
	if (!newest)
		return fail(work, ERR_INTERNAL,
			    "keys_file: %s has no key that signs; make one "
			    "with `pixtierctl key rotate`",
			    ring->path);
	*key = *newest;
	return true;
}

static const struct key *look_up(const struct keyring *ring, int64_t id)
{
	for (size_t i = 0; i < ring->count; i++)
		if (ring->keys[i].id == id && !is_retired(&ring->keys[i]))
			return &ring->keys[i];
	return NULL;
}

bool keyring_find(struct key *key, struct work *work, int64_t id)
{
	const struct key *found;

	if (!refresh(work->keys, work))
		return false;
	found = look_up(work->keys, id);
	if (!found) {
		if (!load(work->keys, work))
			return false;
		found = look_up(work->keys, id);
	}
	if (!found)
		return fail(work, ERR_BAD_SIGNATURE,
			    "the link's key is not in use");
	*key = *found;
	return true;
}

bool keyring_list(const struct key **keys, size_t *count, struct work *work)
{
	if (!load(work->keys, work))
		return false;
	*keys = work->keys->keys;
	*count = work->keys->count;
	return true;
}

static void print_key(FILE *file, const struct key *key)
{
	char hex[2 * KEY_SIZE + 1];

	text_hex(hex, key->secret, KEY_SIZE);
	fprintf(file, "%" PRId64 " %" PRId64 " %" PRId64 " %s\n", key->id,
		key->created_at, key->retires_at, hex);
	explicit_bzero(hex, sizeof(hex));
}

/* Root's file belongs to whoever had the old one, or to the account that the
   responders run as, so that they can read it. */
static bool give_away(int fd, const struct stat *old, const char *user)
{
	const struct passwd *account;

	if (old)
		return !fchown(fd, old->st_uid, old->st_gid) &&
		       !fchmod(fd, old->st_mode & 0640);
	if (geteuid() || !*user)
		return true;
	account = getpwnam(user);
	return account && !fchown(fd, account->pw_uid, account->pw_gid);
}

static bool write_file(struct work *work, const struct keyring *ring,
		       const struct stat *old)
{
	const char *path = pool_printf(work->pool, "%s.new", ring->path);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	bool written;

	if (!file)
		return fail_errno(work, "keys_file: cannot write %s", path);
	fputs("# id created retires secret; made by pixtierctl key rotate\n",
	      file);
	for (size_t i = 0; i < ring->count; i++)
		print_key(file, &ring->keys[i]);
	written = !fflush(file) && give_away(fd, old, work->conf->user) &&
		  !fsync(fd);
	if (fclose(file) || !written || rename(path, ring->path))
		return fail_errno(work, "keys_file: cannot replace %s",
				  ring->path);
	return true;
}

static void retire_all(struct keyring *ring, int64_t at)
{
	size_t kept = 0;

	for (size_t i = 0; i < ring->count; i++) {
		struct key *key = &ring->keys[i];

		if (is_retired(key))
			continue;
		if (!key->retires_at || key->retires_at > at)
			key->retires_at = at;
		ring->keys[kept++] = *key;
	}
	ring->count = kept;
}

bool keyring_rotate(struct key *made, struct work *work, int64_t retire_after)
{
	struct keyring *ring = work->keys;
	struct stat st;
	bool exists = !stat(ring->path, &st);
	struct key key = { .id = 0, .created_at = time(NULL) };

	if (exists && !load(ring, work))
		return false;
	for (size_t i = 0; i < ring->count; i++)
		if (ring->keys[i].id > key.id)
			key.id = ring->keys[i].id;
	key.id = key.id % KEY_MAX_ID + 1;
	retire_all(ring, key.created_at + retire_after);
	if (ring->count == KEYRING_MAX)
		return fail(work, ERR_CONFLICT,
			    "%d keys are in use; wait until one retires",
			    KEYRING_MAX);
	crypt_random(key.secret, KEY_SIZE);
	ring->keys[ring->count++] = key;
	if (!write_file(work, ring, exists ? &st : NULL))
		return false;
	ring->inode = 0;
	*made = key;
	return true;
}
