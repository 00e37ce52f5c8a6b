/* setup_file.c: the files that pixtierctl setup writes. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/setup.h"
#include "lib/base/account.h"
#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/work.h"

enum { MAX_FILE = 1 << 20 };

bool setup_file_read(const char **text, struct work *work, const char *path)
{
	struct buf *buf = buf_new(work->pool, MAX_FILE);
	FILE *in = fopen(path, "re");
	char chunk[4096];
	size_t got;
	bool fits = true, read;

	*text = buf->data;
	if (!in)
		return errno == ENOENT ||
		       fail_errno(work, "cannot read %s", path);
	while (fits && (got = fread(chunk, 1, sizeof(chunk), in)))
		fits = buf_add(buf, chunk, got);
	read = !ferror(in);
	fclose(in);
	*text = buf->data;
	if (!fits)
		return fail(work, ERR_CONFLICT, "%s: at most %d bytes", path,
			    MAX_FILE);
	return read || fail_errno(work, "cannot read %s", path);
}

static bool fill(int fd, const char *text, mode_t mode, gid_t group)
{
	const size_t len = strlen(text);

	return write(fd, text, len) == (ssize_t)len &&
	       !fchown(fd, 0, group == ACCOUNT_NO_GROUP ? 0 : group) &&
	       !fchmod(fd, mode) && !fsync(fd);
}

bool setup_file_write(struct work *work, const char *path, const char *text,
		      mode_t mode, gid_t group)
{
	const char *temp = pool_printf(work->pool, "%s.new", path);
	bool filled;
	int fd;

	unlink(temp); /* an interrupted setup may have left it */
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_errno(work, "cannot write %s", temp);
	filled = fill(fd, text, mode, group);
	if (!close(fd) && filled && !rename(temp, path))
		return true;
	fail_errno(work, "cannot write %s", path);
	unlink(temp);
	return false;
}

/* libconfuse gives a meaning to a backslash, a dollar sign and the quotation
   mark in a quoted text. */
static bool check_value(struct work *work, const struct setup_setting *setting)
{
	return (text_is_printable(setting->value) &&
		!strpbrk(setting->value, "\"\\$")) ||
	       fail_field(work, setting->name,
			  "%s: text without quotation marks, backslashes and "
			  "dollar signs is expected, not \"%s\"",
			  setting->name, setting->value);
}

/* Whether the line sets one of the settings. */
static bool sets_one(const char *line, const struct setup_setting *settings,
		     size_t count)
{
	const char *at = text_skip_blanks(line);

	for (size_t i = 0; i < count; i++) {
		const size_t len = strlen(settings[i].name);

		if (!strncmp(at, settings[i].name, len) &&
		    *text_skip_blanks(at + len) == '=')
			return true;
	}
	return false;
}

static bool copy_others(struct buf *to, const char *from,
			const struct setup_setting *settings, size_t count)
{
	while (*from) {
		const size_t len = strcspn(from, "\n");
		const size_t whole = len + (from[len] == '\n');

		if (!sets_one(from, settings, count) &&
		    !buf_add(to, from, whole))
			return false;
		from += whole;
	}
	return !to->len || to->data[to->len - 1] == '\n' ||
	       buf_add_text(to, "\n");
}

bool setup_file_edit(const char **text, struct work *work, const char *before,
		     const struct setup_setting *settings, size_t count)
{
	struct buf *buf = buf_new(work->pool, MAX_FILE);
	bool fits = copy_others(buf, before, settings, count);

	for (size_t i = 0; i < count; i++) {
		if (!check_value(work, &settings[i]))
			return false;
		fits = fits && buf_printf(buf, "%s = \"%s\"\n",
					  settings[i].name, settings[i].value);
	}
	*text = buf->data;
	return fits || fail(work, ERR_CONFLICT,
			    "the settings file: at most %d bytes", MAX_FILE);
}
