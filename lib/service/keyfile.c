/* keyfile.c: reads and replaces the file of the signing keys. */
#include "config.h"

#include "lib/service/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/account.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

enum { LINE_MAX_BYTES = 128, FILE_MAX_BYTES = LINE_MAX_BYTES * 128 };

static const char head[] =
	"# id created retires secret; made by pixtierctl key rotate\n";

/* Reading */

static bool parse_line(struct key *key, struct work *work, const char *line)
{
	char hex[2 * KEY_SIZE + 1] = "";
	int end = 0;
	bool good = sscanf(line, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %64s %n",
			   &key->id, &key->created_at, &key->retires_at, hex,
			   &end) == 4 &&
		    !line[end] && key->id >= 1 && key->id <= KEY_MAX_ID &&
		    text_unhex(key->secret, KEY_SIZE, hex);

	explicit_bzero(hex, sizeof(hex));
	return good || fail(work, ERR_INTERNAL,
			    "keys_file: a line is not \"id created retires "
			    "hex\": restore the file from a backup");
}

static bool add_line(struct keys *keys, struct work *work, const char *line)
{
	struct key *key = &keys->list[keys->count];

	if (!*line || *line == '#')
		return true;
	if (keys->count == KEYRING_MAX)
		return fail(work, ERR_INTERNAL, "keys_file: more than %d keys",
			    KEYRING_MAX);
	if (!parse_line(key, work, line))
		return false;
	for (size_t i = 0; i < keys->count; i++)
		if (keys->list[i].id == key->id)
			return fail(work, ERR_INTERNAL,
				    "keys_file: two keys have the id %" PRId64,
				    key->id);
	keys->count++;
	return true;
}

static bool parse(struct keys *keys, struct work *work, char *text)
{
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n")))
		if (!add_line(keys, work, line))
			return false;
	return true;
}

static bool read_text(char text[FILE_MAX_BYTES], struct work *work,
		      const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t got = -1;

	if (fd < 0)
		return fail(work, ERR_INTERNAL,
			    "keys_file: cannot read %s: %s; `pixtierctl key "
			    "rotate` makes it, for the account of the service "
			    "if root runs it",
			    path, strerror(errno));
	while (len < FILE_MAX_BYTES - 1 &&
	       (got = read(fd, text + len, FILE_MAX_BYTES - 1 - len)) > 0)
		len += (size_t)got;
	close(fd);
	text[len] = '\0';
	if (got < 0)
		return fail_errno(work, "keys_file: cannot read %s", path);
	return (!got && strlen(text) == len) ||
	       fail(work, ERR_INTERNAL,
		    "keys_file: not a text of less than %d bytes",
		    FILE_MAX_BYTES);
}

bool keyfile_read(struct keys *keys, struct work *work, const char *path)
{
	char text[FILE_MAX_BYTES];
	bool good;

	keys->count = 0;
	good = read_text(text, work, path) && parse(keys, work, text);
	explicit_bzero(text, sizeof(text));
	return good;
}

/* Replacing */

static const char *folder_of(struct pool *pool, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	return slash == path ? "/"
			     : pool_strndup(pool, path, (size_t)(slash - path));
}

/* Locks the folder, because each change replaces the file. */
bool keyfile_lock(int *folder, struct work *work, const char *path)
{
	const char *name = folder_of(work->pool, path);
	int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool locked = fd >= 0;

	while (locked && flock(fd, LOCK_EX))
		locked = errno == EINTR;
	if (!locked) {
		fail_errno(work, "keys_file: cannot lock the folder %s", name);
		if (fd >= 0)
			close(fd);
		return false;
	}
	*folder = fd;
	return true;
}

static size_t print_keys(char text[FILE_MAX_BYTES], const struct keys *keys)
{
	char hex[2 * KEY_SIZE + 1];
	char *at = stpcpy(text, head);

	for (size_t i = 0; i < keys->count; i++) {
		const struct key *key = &keys->list[i];

		text_hex(hex, key->secret, KEY_SIZE);
		at += snprintf(at, LINE_MAX_BYTES,
			       "%" PRId64 " %" PRId64 " %" PRId64 " %s\n",
			       key->id, key->created_at, key->retires_at, hex);
	}
	explicit_bzero(hex, sizeof(hex));
	return (size_t)(at - text);
}

/* Gives the new file the owner and group of the old one. If root writes it, and
   there was none or the service could not read it, gives it to the account of
   the service. */
static bool give_away(int fd, struct work *work, const char *path)
{
	struct account account;
	struct stat old;

	if (!account_find(&account, work))
		return false;
	if (stat(path, &old) ||
	    (!geteuid() && !account_can_read(&account, &old)))
		return !fchown(fd, account.uid, account.gid) ||
		       fail_errno(work, "keys_file: cannot chown %s", path);
	return (!fchown(fd, old.st_uid, old.st_gid) &&
		!fchmod(fd, old.st_mode & 0640)) ||
	       fail_errno(work, "keys_file: cannot chown %s", path);
}

static bool write_text(int fd, const struct keys *keys)
{
	char text[FILE_MAX_BYTES];
	size_t len = print_keys(text, keys);
	bool written = write(fd, text, len) == (ssize_t)len;

	explicit_bzero(text, sizeof(text));
	return written;
}

bool keyfile_replace(struct work *work, const char *path, int folder,
		     const struct keys *keys)
{
	const char *temp = pool_printf(work->pool, "%s.new", path);
	bool given, written;
	int fd;

	unlink(temp); /* a crashed process may have left it */
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_errno(work, "keys_file: cannot write %s", temp);
	given = give_away(fd, work, path);
	written = given && write_text(fd, keys) && !fsync(fd);
	if (close(fd) || !written || rename(temp, path)) {
		if (given)
			fail_errno(work, "keys_file: cannot replace %s", path);
		unlink(temp);
		return false;
	}
	return !fsync(folder) ||
	       fail_errno(work, "keys_file: fsync of the folder of %s", path);
}
