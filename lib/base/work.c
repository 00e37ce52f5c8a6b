/* work.c: begins and ends units of work, and says how they fail. */
#include "config.h"

#include "lib/base/work.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"

static void copy(char *to, size_t size, const char *text)
{
	size_t len = text_cut(text, size - 1);

	memmove(to, text, len);
	to[len] = '\0';
}

static void set(struct work *work, enum err err, const char *field,
		const char *fmt, va_list args)
{
	/* A copy, because an argument may point into the work; one character
	   longer than work->why, so that truncation is detected. */
	char why[sizeof(work->why) + 4];

	vsnprintf(why, sizeof(why), fmt, args);
	work->err = err;
	work->transient = err_is_transient(err);
	work->uncounted = err == ERR_UNAVAILABLE || err == ERR_STORAGE_FULL;
	work->for_log = err == ERR_INTERNAL;
	copy(work->field, sizeof(work->field), field);
	copy(work->why, sizeof(work->why), why);
}

bool fail(struct work *work, enum err err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set(work, err, "", fmt, args);
	va_end(args);
	return false;
}

bool fail_field(struct work *work, const char *field, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set(work, ERR_INVALID_FIELD, field, fmt, args);
	va_end(args);
	return false;
}

bool fail_unknown(struct work *work, const char *field, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set(work, ERR_UNKNOWN_FIELD, field, fmt, args);
	va_end(args);
	return false;
}

bool fail_transient(struct work *work, enum err err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set(work, err, "", fmt, args);
	va_end(args);
	work->transient = true;
	work->uncounted = false;
	return false;
}

/* A temporary lack of resources is not an error of this program. */
static enum err err_of_errno(int number)
{
	switch (number) {
	case ENOSPC:
	case EDQUOT:
		return ERR_STORAGE_FULL;
	case EIO:
	case EROFS:
	case ENOMEM:
	case EMFILE:
	case ENFILE:
		return ERR_UNAVAILABLE;
	default:
		return ERR_INTERNAL;
	}
}

bool fail_errno(struct work *work, const char *fmt, ...)
{
	int saved = errno;
	char what[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	fail(work, err_of_errno(saved), "%s: %s", what, strerror(saved));
	work->for_log = true;
	return false;
}

struct work work_begin(const struct work *base, const char *id)
{
	struct work work = *base;

	work.pool = pool_new();
	work.id = id;
	return work;
}

void work_end(struct work *work)
{
	pool_free(work->pool);
}

struct pool *work_pool_begin(struct work *work)
{
	struct pool *outer = work->pool;

	work->pool = pool_new();
	return outer;
}

void work_pool_end(struct work *work, struct pool *outer)
{
	pool_free(work->pool);
	work->pool = outer;
}

bool work_check_wanted(struct work *work)
{
	if (!work->is_abandoned || !work->is_abandoned(work->is_abandoned_arg))
		return true;
	return fail(work, ERR_CLIENT_GONE, "the client closed the connection");
}
