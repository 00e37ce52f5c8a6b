/* terminal.c: a page on the terminal that is drawn again and again. */
#include "config.h"

#include "admin/terminal.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/pool.h"

/* xterm's control sequences: another screen, without a cursor and without line
   breaks. */
#define ENTER   "\033[?1049h\033[?25l\033[?7l"
#define LEAVE   "\033[?7h\033[?25h\033[?1049l"
#define HOME    "\033[H"
#define NEWLINE "\033[K\n"
#define CLEAR   "\033[J"

enum { CTRL_C = 3, CTRL_D = 4, DEFAULT_ROWS = 24 };

static volatile sig_atomic_t stopped;

static void on_stop(int signal)
{
	(void)signal;
	stopped = 1;
}

bool terminal_is_there(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static void leave(void *before)
{
	fputs(LEAVE, stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, before);
}

/* Keys arrive at once. Without ISIG, Ctrl-C is a key too, and Ctrl-Z does not
   leave the page behind. */
bool terminal_enter(struct work *work)
{
	const struct sigaction stop = { .sa_handler = on_stop };
	struct termios *before = pool_alloc(work->pool, sizeof(*before));
	struct termios page;

	if (tcgetattr(STDIN_FILENO, before))
		return fail_errno(work, "cannot read the terminal's mode");
	page = *before;
	page.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &page))
		return fail_errno(work, "cannot set the terminal's mode");
	pool_defer(work->pool, leave, before);
	fputs(ENTER, stdout);
	return true;
}

void terminal_draw(const char *text)
{
	struct winsize size = { 0 };
	int rows = DEFAULT_ROWS;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row)
		rows = size.ws_row;
	fputs(HOME, stdout);
	for (; *text && rows > 1; rows--) {
		const size_t len = strcspn(text, "\n");

		fwrite(text, 1, len, stdout);
		fputs(NEWLINE, stdout);
		text += len;
		text += *text == '\n';
	}
	fputs(CLEAR, stdout);
	fflush(stdout);
}

/* The end of the terminal counts as the end of the page. */
static bool key_ends(void)
{
	char key;

	return read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q' ||
	       key == CTRL_C || key == CTRL_D;
}

bool terminal_wait(int ms)
{
	const int64_t deadline = clock_monotonic_ms() + ms;
	struct pollfd keys = { .fd = STDIN_FILENO, .events = POLLIN };

	for (int64_t left = ms; left > 0 && !stopped;
	     left = deadline - clock_monotonic_ms())
		if (poll(&keys, 1, (int)left) > 0 && key_ends())
			return false;
	return !stopped;
}
