/* password.c: takes a password from a person or a script. */
#include "config.h"

#include "admin/password.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "admin/command.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/service/login.h"

enum { MAX_LINE = LOGIN_PASSWORD_MAX + 3 };

static void restore(void *terminal)
{
	tcsetattr(STDIN_FILENO, TCSAFLUSH, terminal);
}

/* Until the pool is gone. Ctrl-C, which would leave the terminal silent, is a
   character here, and refused in a password. */
static bool silence(struct work *work)
{
	struct termios *before = pool_alloc(work->pool, sizeof(*before));
	struct termios silent;

	if (tcgetattr(STDIN_FILENO, before))
		return fail(work, ERR_BAD_REQUEST,
			    "the standard input is no terminal: use "
			    "--password-stdin");
	silent = *before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	pool_defer(work->pool, restore, before);
	return !tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) ||
	       fail_errno(work, "cannot silence the terminal");
}

static bool read_line(const char **line, struct work *work)
{
	char text[MAX_LINE];
	size_t len;

	if (!fgets(text, sizeof(text), stdin))
		return fail(work, ERR_INVALID_FIELD,
			    "a password was expected on the standard input, "
			    "which has ended");
	len = strcspn(text, "\n");
	*line = pool_strndup(work->pool, text, len);
	explicit_bzero(text, sizeof(text));
	if (!text_is_utf8(*line, len) || !text_is_printable(*line))
		return fail_field(work, "password",
				  "password: UTF-8 without control characters");
	return true;
}

static bool ask(const char **line, struct work *work, const char *prompt)
{
	bool got;

	fputs(prompt, stderr);
	got = read_line(line, work);
	fputc('\n', stderr);
	return got;
}

static bool ask_twice(const char **password, struct work *work)
{
	const char *again;

	if (!ask(password, work, "Password: ") ||
	    !login_check_password(work, "password", *password) ||
	    !ask(&again, work, "Again: "))
		return false;
	return !strcmp(*password, again) ||
	       fail_field(work, "password",
			  "password: the two are not the same");
}

static bool read_silently(const char **password, struct work *work)
{
	struct pool *outer = work->pool;
	const char *typed = "";
	bool good;

	work->pool = pool_new();
	good = silence(work) && ask_twice(&typed, work);
	if (good)
		*password = pool_strdup(outer, typed);
	pool_free(work->pool);
	work->pool = outer;
	return good;
}

bool password_read(const char **password, const struct call *call)
{
	const char *read;

	if (call->options[OPTION_PASSWORD_STDIN]) {
		if (!read_line(&read, call->work))
			return false;
	} else if (!read_silently(&read, call->work)) {
		return false;
	}
	if (!login_check_password(call->work, "password", read))
		return false;
	*password = read;
	return true;
}
