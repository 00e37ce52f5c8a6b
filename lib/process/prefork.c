/* prefork.c: a supervisor that keeps groups of children alive. */
#include "config.h"

#include "lib/process/prefork.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/base/work.h"
#include "lib/process/metric.h"
#include "lib/process/notify.h"

enum {
	NUDGE_MS = 100,
	LEAST_DELAY_MS = 100,
	MOST_DELAY_MS = 1000,
	SHORT_LIFE_MS = 1000,
	LONG_LIFE_MS = 10000,
	MAX_WAIT_MS = 60000
};

struct child {
	pid_t pid; /* 0: no process */
	pid_t predecessor;
	const char *group;
	long slot;
	int64_t started_at_ms;
	int64_t start_at_ms; /* for a slot without a process */
	int64_t kill_at_ms;  /* 0: not asked to stop */
	bool died_early;     /* since a child of the slot last lived long */
	int64_t delay_ms;    /* of the last delayed start, or 0 */
	const struct prefork_group *run;
};

struct children {
	struct child *list;
	size_t count;
};

struct supervisor {
	const struct prefork *prefork;
	struct children current; /* one for each slot, running or not */
	struct children old;     /* asked to stop by a reload */
	int64_t delayed_to_ms;   /* the latest delayed start */
	bool stopping, reload_wanted;
	int64_t watchdog_ms; /* interval of the messages, or 0 */
	int64_t watchdog_at_ms;
};

static volatile sig_atomic_t stopping;
static pid_t predecessor;

bool prefork_stopping(void)
{
	return stopping;
}

pid_t prefork_predecessor(void)
{
	return predecessor;
}

static void on_stop(int signal)
{
	(void)signal;
	stopping = 1;
}

static sigset_t watched(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	return set;
}

/* SIGINT, SIGQUIT and SIGHUP of a terminal reach the whole process group, but
   only the supervisor handles them. SIGTERM has no SA_RESTART, so that it
   interrupts accept(). */
static void set_signals(void)
{
	const struct sigaction stop = { .sa_handler = on_stop };
	const sigset_t set = watched();

	sigaction(SIGTERM, &stop, NULL);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static NORETURN void be_child(const struct child *child, pid_t supervisor)
{
	stopping = 0;
	predecessor = child->predecessor;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() !=
	    supervisor) /* the supervisor died before the prctl() */
		_exit(1);
	set_signals();
	exit(child->run->run(child->run->arg, child->slot));
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Doubles the child's delay up to the limit, and starts delayed children one at
   a time, so that a supervisor with many failing children uses little CPU. */
static void delay(struct supervisor *s, struct child *child, int64_t now_ms)
{
	child->delay_ms =
		child->delay_ms ? 2 * child->delay_ms : LEAST_DELAY_MS;
	if (child->delay_ms > MOST_DELAY_MS)
		child->delay_ms = MOST_DELAY_MS;
	child->start_at_ms = larger(now_ms + child->delay_ms,
				    s->delayed_to_ms + LEAST_DELAY_MS);
	s->delayed_to_ms = child->start_at_ms;
}

static void start(struct supervisor *s, struct child *child, int64_t now_ms)
{
	pid_t supervisor = getpid();
	pid_t pid;

	fflush(NULL); /* otherwise the child would write buffered output again
		       */
	pid = fork();
	if (!pid)
		be_child(child, supervisor);
	if (pid < 0) {
		LOG_EVENT(LOG_LEVEL_ERROR, "child_not_started",
			  log_text("group", child->group),
			  log_number("slot", child->slot),
			  log_text("why", strerror(errno)));
		delay(s, child, now_ms);
		return;
	}
	child->pid = pid;
	child->started_at_ms = now_ms;
}

static void start_due(struct supervisor *s)
{
	int64_t now_ms = clock_monotonic_ms();

	for (size_t i = 0; i < s->current.count; i++) {
		struct child *child = &s->current.list[i];

		if (!s->stopping && !child->pid && child->start_at_ms <= now_ms)
			start(s, child, now_ms);
	}
}

static void fill_slots(struct supervisor *s)
{
	const struct prefork *prefork = s->prefork;
	size_t count = 0;

	for (size_t g = 0; g < prefork->group_count; g++)
		count += (size_t)prefork->groups[g].count;
	s->current.list = calloc(count + 1, sizeof(*s->current.list));
	if (!s->current.list)
		abort();
	s->current.count = 0;
	for (size_t g = 0; g < prefork->group_count; g++)
		for (long slot = 0; slot < prefork->groups[g].count; slot++)
			s->current.list[s->current.count++] = (struct child){
				.group = prefork->groups[g].name,
				.slot = slot,
				.run = &prefork->groups[g],
			};
}

static void stop_all(struct children *children, long stop_timeout)
{
	int64_t kill_at_ms =
		clock_monotonic_ms() + 1000 * (int64_t)stop_timeout;

	for (size_t i = 0; i < children->count; i++)
		if (!children->list[i].kill_at_ms)
			children->list[i].kill_at_ms = kill_at_ms;
}

static bool is_needed(const struct children *children,
		      const struct child *child)
{
	for (size_t i = 0; child->run->is_last && i < children->count; i++)
		if (children->list[i].pid && !children->list[i].run->is_last)
			return true;
	return false;
}

/* Sends SIGTERM repeatedly, because one that arrives between the child's check
   of prefork_stopping() and its next accept() has no effect. */
static void nudge(const struct children *children)
{
	int64_t now_ms = clock_monotonic_ms();

	for (size_t i = 0; i < children->count; i++) {
		const struct child *child = &children->list[i];

		if (child->pid && child->kill_at_ms &&
		    !is_needed(children, child))
			kill(child->pid,
			     now_ms < child->kill_at_ms ? SIGTERM : SIGKILL);
	}
}

static size_t alive(const struct children *children)
{
	size_t count = 0;

	for (size_t i = 0; i < children->count; i++)
		count += children->list[i].pid != 0;
	return count;
}

static struct child *find(struct children *children, pid_t pid)
{
	for (size_t i = 0; i < children->count; i++)
		if (children->list[i].pid == pid)
			return &children->list[i];
	return NULL;
}

static void log_end(const struct child *child, int status, int64_t lived_ms,
		    int64_t delay_ms)
{
	bool killed = WIFSIGNALED(status);

	LOG_EVENT(status ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "child_ended",
		  log_text("group", child->group),
		  log_number("slot", child->slot),
		  log_number("pid", child->pid),
		  log_number(killed ? "signal" : "status",
			     killed ? WTERMSIG(status) : WEXITSTATUS(status)),
		  log_number("lived_ms", lived_ms),
		  log_number("delay_ms", delay_ms));
}

/* The first early end causes no delay: it may be an accident. */
static void plan_replacement(struct supervisor *s, struct child *child,
			     int64_t now_ms, int64_t lived_ms)
{
	metric_add(METRIC_RESPAWNS, child->group, 1);
	if (lived_ms >= LONG_LIFE_MS) {
		child->died_early = false;
		child->delay_ms = 0;
	}
	child->start_at_ms = now_ms;
	if (lived_ms >= SHORT_LIFE_MS)
		return;
	if (child->died_early)
		delay(s, child, now_ms);
	child->died_early = true;
}

static void ended(struct supervisor *s, struct child *child, int status)
{
	int64_t now_ms = clock_monotonic_ms();
	int64_t lived_ms = now_ms - child->started_at_ms;

	child->start_at_ms = now_ms;
	if (!child->kill_at_ms)
		plan_replacement(s, child, now_ms, lived_ms);
	log_end(child, status, lived_ms, child->start_at_ms - now_ms);
	child->predecessor = child->pid;
	child->pid = 0;
}

static void reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct child *child = find(&s->current, pid);

		if (!child)
			child = find(&s->old, pid);
		if (child) /* unknown if it was a child before prefork_run() */
			ended(s, child, status);
	}
}

static void replace_children(struct supervisor *s)
{
	LOG_EVENT(LOG_LEVEL_INFO, "reloaded",
		  log_number("children", (int64_t)alive(&s->current)));
	stop_all(&s->current, s->prefork->stop_timeout);
	free(s->old.list);
	s->old = s->current;
	fill_slots(s);
	start_due(s);
}

static void reload(struct supervisor *s)
{
	const struct prefork *prefork = s->prefork;

	s->reload_wanted = false;
	notify_reloading();
	if (!prefork->reload || prefork->reload(prefork->reload_arg))
		replace_children(s);
	else
		LOG_EVENT(LOG_LEVEL_ERROR, "not_reloaded",
			  log_number("pid", getpid()));
	notify_send("READY=1");
}

static void stop(struct supervisor *s)
{
	if (!s->stopping)
		notify_send("STOPPING=1");
	s->stopping = true;
	stop_all(&s->current, s->prefork->stop_timeout);
	stop_all(&s->old, s->prefork->stop_timeout);
}

/* Returns the time until the next action, if no signal comes earlier. */
static int64_t wait_ms(const struct supervisor *s)
{
	int64_t now_ms = clock_monotonic_ms();
	int64_t least = MAX_WAIT_MS;

	if (s->stopping || alive(&s->old))
		return NUDGE_MS;
	if (s->watchdog_ms)
		least = s->watchdog_at_ms - now_ms;
	for (size_t i = 0; i < s->current.count; i++) {
		const struct child *child = &s->current.list[i];
		int64_t left = child->start_at_ms - now_ms;

		if (!child->pid && left < least)
			least = left;
	}
	return least > 0 ? least : 0;
}

/* The supervisor alone sends it: it replaces children that end, and the limits
   of requests and jobs end those that hang. */
static void feed_watchdog(struct supervisor *s)
{
	const int64_t now_ms = clock_monotonic_ms();

	if (!s->watchdog_ms || now_ms < s->watchdog_at_ms)
		return;
	notify_send("WATCHDOG=1");
	s->watchdog_at_ms = now_ms + s->watchdog_ms;
}

static void wait_for_signal(struct supervisor *s)
{
	const sigset_t set = watched();
	int64_t ms = wait_ms(s);
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	switch (sigtimedwait(&set, NULL, &time)) {
	case SIGTERM:
	case SIGINT:
	case SIGQUIT:
		stop(s);
		break;
	case SIGHUP:
		s->reload_wanted = true;
		break;
	}
}

static void supervise(struct supervisor *s)
{
	while (!s->stopping || alive(&s->current) || alive(&s->old)) {
		wait_for_signal(s);
		reap(s);
		if (s->reload_wanted && !s->stopping && !alive(&s->old))
			reload(s);
		start_due(s);
		nudge(&s->current);
		nudge(&s->old);
		feed_watchdog(s);
	}
}

int prefork_run(const struct prefork *prefork)
{
	struct supervisor s = { .prefork = prefork,
				.watchdog_ms = notify_watchdog_ms() };
	const sigset_t set = watched();
	sigset_t before;

	sigprocmask(SIG_BLOCK, &set, &before);
	fill_slots(&s);
	start_due(&s);
	notify_send("READY=1");
	supervise(&s);
	free(s.current.list);
	free(s.old.list);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return 0;
}

struct pid_file {
	pid_t pid;
	const char *path;
};

static void remove_pid_file(void *arg)
{
	const struct pid_file *file = arg;

	if (getpid() == file->pid)
		unlink(file->path);
}

bool prefork_write_pid(struct work *work, const char *path)
{
	struct pid_file *file = pool_alloc(work->pool, sizeof(*file));
	bool written;
	int fd;

	if (!*path)
		return true;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		  0644);
	if (fd < 0)
		return fail_errno(work, "cannot write the pid to %s", path);
	*file = (struct pid_file){ getpid(), pool_strdup(work->pool, path) };
	pool_defer(work->pool, remove_pid_file, file);
	written = dprintf(fd, "%d\n", (int)getpid()) > 0;
	if (close(fd) || !written)
		return fail_errno(work, "cannot write the pid to %s", path);
	return true;
}

bool prefork_drop_rights(struct work *work, const char *user)
{
	const struct passwd *account;

	if (!*user || geteuid())
		return true;
	account = getpwnam(user);
	if (!account || !account->pw_uid)
		return fail_field(work, "user",
				  "user: an account other than root, not "
				  "\"%s\"",
				  user);
	if (initgroups(user, account->pw_gid) || setgid(account->pw_gid) ||
	    setuid(account->pw_uid))
		return fail_errno(work, "cannot become the user %s", user);
	if (!setuid(0) || getuid() != account->pw_uid ||
	    geteuid() != account->pw_uid || getegid() != account->pw_gid)
		return fail(work, ERR_INTERNAL,
			    "became the user %s, but could become root again",
			    user);
	return true;
}
