/* password.c: reads a password from the terminal or the standard input. */
#include "config.h"

#include "admin/password.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "admin/command.h"
#include "lib/base/crypt.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/service/password.h"

enum { MAX_LINE = PASSWORD_MAX + 3 };

static void restore(void *terminal)
{
	tcsetattr(STDIN_FILENO, TCSAFLUSH, terminal);
}

/* Turns echo and signals off until work->pool is freed. Without ISIG, Ctrl-C is
   a character, which a password must not have; as a signal it would leave the
   terminal without echo. */
static bool silence(struct work *work)
{
	struct termios *before = pool_alloc(work->pool, sizeof(*before));
	struct termios silent;

	if (tcgetattr(STDIN_FILENO, before))
		return fail(work, ERR_BAD_REQUEST,
			    "the standard input is not a terminal: use "
			    "--password-stdin");
	silent = *before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	pool_defer(work->pool, restore, before);
	return !tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) ||
	       fail_errno(work, "cannot turn off the echo of the terminal");
}

static bool read_line(const char **line, struct work *work)
{
	char text[MAX_LINE];
	size_t len;

	if (!fgets(text, sizeof(text), stdin))
		return fail(work, ERR_INVALID_FIELD,
			    "a password is expected on the standard input, "
			    "but it has ended");
	len = strcspn(text, "\n");
	*line = pool_strndup(work->pool, text, len);
	explicit_bzero(text, sizeof(text));
	if (!text_is_utf8(*line, len) || !text_is_printable(*line))
		return fail_field(work, "password",
				  "password: text in UTF-8 without control "
				  "characters is expected");
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
	    !password_check_length(work, "password", *password) ||
	    !ask(&again, work, "Again: "))
		return false;
	return !strcmp(*password, again) ||
	       fail_field(work, "password",
			  "password: the two passwords differ");
}

/* Asks twice if there is no prompt. */
static bool read_silently(const char **password, struct work *work,
			  const char *prompt)
{
	struct pool *outer = work_pool_begin(work);
	const char *typed = "";
	const bool good = silence(work) && (prompt ? ask(&typed, work, prompt)
						   : ask_twice(&typed, work));

	if (good)
		*password = pool_strdup(outer, typed);
	work_pool_end(work, outer);
	return good;
}

bool password_ask(const char **password, struct work *work, const char *prompt)
{
	return isatty(STDIN_FILENO) ? read_silently(password, work, prompt)
				    : read_line(password, work);
}

/* Without characters that look alike. Four groups of six are easy to type and
   need no quotes in a shell. */
const char *password_generate(struct pool *pool)
{
	static const char digits[] = "abcdefghijkmnpqrstuvwxyz23456789";
	enum { GROUPS = 4, GROUP = 6, SIZE = GROUPS * (GROUP + 1) };
	char *text = pool_alloc(pool, SIZE);
	uint8_t bytes[SIZE];

	_Static_assert(sizeof(digits) == 32 + 1, "five bits a digit");
	crypt_random(bytes, sizeof(bytes));
	for (int i = 0; i < SIZE - 1; i++)
		text[i] = (i + 1) % (GROUP + 1) ? digits[bytes[i] % 32] : '-';
	explicit_bzero(bytes, sizeof(bytes));
	return text;
}

bool password_read(const char **password, const struct call *call)
{
	const char *read;

	if (call->options[OPTION_GENERATE]) {
		if (call->options[OPTION_PASSWORD_STDIN])
			return fail(call->work, ERR_BAD_REQUEST,
				    "--generate and --password-stdin exclude "
				    "each other");
		*password = password_generate(call->work->pool);
		return true;
	}

	if (call->options[OPTION_PASSWORD_STDIN]) {
		if (!read_line(&read, call->work))
			return false;
	} else if (!read_silently(&read, call->work, NULL)) {
		return false;
	}
	if (!password_check_length(call->work, "password", read))
		return false;
	*password = read;
	return true;
}
