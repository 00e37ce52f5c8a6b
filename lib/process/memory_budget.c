/* memory_budget.c: shares memory among all processes of a service. */
#include "config.h"

#include "lib/process/memory_budget.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/base/work.h"
#include "lib/process/process_id.h"
#include "lib/process/shared.h"

enum {
	/* more than the responders and workers of two supervisors, and of the
	   two that replace them */
	RESERVATIONS = 4096,
	LOOK_MS = 10,
	TICK_MS = 1000,
	ENDING_MS = 1000, /* the least time to wait for processes that end */
	OPEN_ATTEMPTS = 100
};

/* The bytes of the file that are locked. They may lie after its end. */
enum { USERS_BYTE, TABLE_BYTE, FIRST_BYTE };

/* One reservation. A process may die at any moment, so each field is written
   atomically, and `mib` or `idle_mib` last. If both are 0, it is free. */
struct reservation {
	_Atomic uint64_t ticket; /* the lowest is first, and ends first */
	_Atomic uint32_t waits;
	_Atomic uint32_t mib;
	/* memory of the idle process `pid`; it is also used while the holder
	   waits for `mib` */
	_Atomic uint32_t idle_mib;
	_Atomic uint32_t ending; /* the process was killed */
	_Atomic uint64_t started;
	_Atomic int32_t pid;
};

struct table {
	_Atomic uint64_t last_ticket;
	_Atomic uint64_t used; /* 1 + the highest entry that was ever used */
	struct reservation reservations[RESERVATIONS];
};

struct memory_budget {
	struct table *table;
	char path[128];
	int file; /* its open file description holds the table's lock */
	long total_mib;
};

/* The current sums, and those that count for one more reservation. */
struct sums {
	long small, large; /* MiB that are reserved */
	long before;       /* MiB of reservations that have waited longer */
	long idle;         /* MiB of idle processes */
	long ending;       /* MiB of those that were killed */
};

static long small_share(long total_mib)
{
	return total_mib / MEMORY_BUDGET_SMALL_SHARE;
}

long memory_budget_largest_mib(long total_mib)
{
	return total_mib - small_share(total_mib);
}

/* Reads the limit of a control group; false if it has none (cgroups(7)). */
static bool read_limit(uint64_t *bytes, const char *path)
{
	FILE *file = fopen(path, "re");
	char text[32] = "";
	int64_t number;
	bool found;

	if (!file)
		return false;
	found = fgets(text, sizeof(text), file);
	fclose(file);
	text[strcspn(text, "\n")] = '\0';
	if (!found || !text_int(&number, text, 1, INT64_MAX))
		return false;
	*bytes = (uint64_t)number;
	return true;
}

static void lower_by_group(uint64_t *bytes, const char *root, char *group,
			   const char *name)
{
	uint64_t limit;
	char path[512];

	for (;;) {
		snprintf(path, sizeof(path), "%s%s/%s", root, group, name);
		if (read_limit(&limit, path) && limit < *bytes)
			*bytes = limit;
		if (!*group)
			return;
		*strrchr(group, '/') = '\0';
	}
}

static void lower_by_groups(uint64_t *bytes)
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	char line[384];

	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		char *group = strstr(line, ":/");

		line[strcspn(line, "\n")] = '\0';
		if (group && !strncmp(line, "0::/", 4))
			lower_by_group(bytes, "/sys/fs/cgroup", group + 1,
				       "memory.max");
		else if (group && strstr(line, ":memory:/"))
			lower_by_group(bytes, "/sys/fs/cgroup/memory",
				       group + 1, "memory.limit_in_bytes");
	}
	fclose(file);
}

long memory_budget_default_mib(void)
{
	uint64_t bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) *
			 (uint64_t)sysconf(_SC_PAGESIZE);

	lower_by_groups(&bytes);
	return (long)(bytes / 2 >> 20);
}

static bool set_lock(int file, int command, short type, off_t byte)
{
	struct flock lock = { .l_type = type,
			      .l_whence = SEEK_SET,
			      .l_start = byte,
			      .l_len = 1 };
	int result;

	do
		result = fcntl(file, command, &lock);
	while (result < 0 && errno == EINTR);
	return result == 0;
}

static void lock_table(const struct memory_budget *budget)
{
	if (!set_lock(budget->file, F_OFD_SETLKW, F_WRLCK, TABLE_BYTE))
		abort();
}

static void unlock_table(const struct memory_budget *budget)
{
	if (!set_lock(budget->file, F_OFD_SETLK, F_UNLCK, TABLE_BYTE))
		abort();
}

/* Whether a process still holds the lock of this reservation. */
static bool is_held(const struct memory_budget *budget, size_t i)
{
	struct flock lock = { .l_type = F_WRLCK,
			      .l_whence = SEEK_SET,
			      .l_start = FIRST_BYTE + (off_t)i,
			      .l_len = 1 };

	return fcntl(budget->file, F_OFD_GETLK, &lock) ||
	       lock.l_type != F_UNLCK;
}

/* Whether the path still leads to the opened file: the last user may have
   removed it meanwhile. */
static bool is_current(const char *path, int file)
{
	struct stat opened, named;

	return !fstat(file, &opened) && !lstat(path, &named) &&
	       opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/* /dev/shm is writable for everyone: accepts only a file of this user. */
static bool open_file(int *file, const char *path)
{
	struct stat st;
	const int fd =
		open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return false;
	if (!fstat(fd, &st) && st.st_uid == geteuid() && S_ISREG(st.st_mode) &&
	    st.st_nlink <= 1 && !(st.st_mode & (S_IRWXG | S_IRWXO)) &&
	    set_lock(fd, F_OFD_SETLKW, F_RDLCK, USERS_BYTE)) {
		*file = fd;
		return true;
	}
	close(fd);
	errno = EACCES;
	return false;
}

static bool open_current(int *file, const char *path)
{
	for (int i = 0; i < OPEN_ATTEMPTS; i++) {
		if (!open_file(file, path))
			return false;
		if (is_current(path, *file))
			return true;
		close(*file);
	}
	errno = EAGAIN;
	return false;
}

bool memory_budget_open(struct memory_budget **budget, const char *name,
			long total_mib)
{
	struct memory_budget *made = calloc(1, sizeof(*made));
	void *table;

	if (!made)
		abort();
	made->total_mib = total_mib;
	snprintf(made->path, sizeof(made->path), "/dev/shm/%s", name);
	if (!open_current(&made->file, made->path)) {
		free(made);
		return false;
	}
	if (!shared_open(&table, made->file, sizeof(*made->table))) {
		close(made->file);
		free(made);
		return false;
	}
	made->table = table;
	*budget = made;
	return true;
}

/* Only the last user gets the exclusive lock. */
void memory_budget_close(struct memory_budget *budget)
{
	if (set_lock(budget->file, F_OFD_SETLK, F_WRLCK, USERS_BYTE) &&
	    is_current(budget->path, budget->file))
		(void)unlink(budget->path);
	shared_free(budget->table, sizeof(*budget->table));
	close(budget->file);
	free(budget);
}

/* Opening the path in /proc makes a new open file description, which has its
   own locks. */
bool memory_holder_open(struct memory_holder *holder,
			const struct memory_budget *budget)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", budget->file);
	*holder = (struct memory_holder){ open(path, O_RDWR | O_CLOEXEC), -1 };
	return holder->file >= 0;
}

void memory_holder_close(struct memory_holder *holder)
{
	if (holder->file >= 0)
		close(holder->file);
	*holder = (struct memory_holder){ -1, -1 };
}

static bool is_small(long mib)
{
	return mib <= MEMORY_BUDGET_SMALL_MIB;
}

/* Only programs of this service write the table, but what they write is
   checked. */
static size_t used(const struct table *table)
{
	return table->used < RESERVATIONS ? table->used : RESERVATIONS;
}

/* The idle process of `own` does not count: it is used for the reservation. */
static struct sums sum_up(const struct memory_budget *budget,
			  const struct reservation *own)
{
	const struct table *table = budget->table;
	const uint64_t ticket = own ? own->ticket : UINT64_MAX;
	struct sums sums = { 0 };

	for (size_t i = 0; i < used(table); i++) {
		const struct reservation *r = &table->reservations[i];
		const long mib = (long)r->mib;
		const long idle_mib = r == own ? 0 : (long)r->idle_mib;

		if (r->waits)
			sums.before += r->ticket < ticket ? mib : 0;
		else if (is_small(mib))
			sums.small += mib;
		else
			sums.large += mib;
		sums.idle += idle_mib;
		sums.ending += r->ending ? idle_mib : 0;
	}
	return sums;
}

/* Small reservations may also use memory outside their share, if nobody waits
   for it. Idle processes count as small. */
static bool fits(const struct memory_budget *budget, const struct sums *sums,
		 long idle, long mib)
{
	const long share = small_share(budget->total_mib);
	const long small = sums->small + idle;
	const long others = sums->large + sums->before + mib;

	if (is_small(mib))
		return small + mib <= share ||
		       small + others <= budget->total_mib;
	return (small > share ? small : share) + others <= budget->total_mib;
}

static struct process_id process_of(const struct reservation *r)
{
	return (struct process_id){ r->pid, r->started };
}

/* Frees what belongs to processes that have died. The kernel has freed the
   memory of an idle process even if others still have its descriptors. */
static void drop_lost(const struct memory_budget *budget)
{
	struct table *table = budget->table;

	for (size_t i = 0; i < used(table); i++) {
		struct reservation *r = &table->reservations[i];

		if ((r->mib || r->idle_mib) && !is_held(budget, i)) {
			r->idle_mib = 0;
			r->mib = 0;
		} else if (r->idle_mib && r->ending &&
			   !process_id_is_alive(process_of(r))) {
			r->idle_mib = 0;
		}
	}
}

static struct reservation *find_oldest_idle(const struct memory_budget *budget,
					    const struct reservation *own)
{
	struct table *table = budget->table;
	struct reservation *found = NULL;

	for (size_t i = 0; i < used(table); i++) {
		struct reservation *r = &table->reservations[i];

		if (r != own && r->idle_mib && !r->ending &&
		    (!found || r->ticket < found->ticket))
			found = r;
	}
	return found;
}

/* Ends as many idle processes as the reservation needs, if that is enough. If
   it is, returns true: the reservation fits when they have ended. */
static bool end_idle(const struct memory_budget *budget,
		     const struct reservation *own)
{
	struct sums sums = sum_up(budget, own);
	const long mib = (long)own->mib;
	struct reservation *oldest;

	if (!sums.idle || !fits(budget, &sums, 0, mib))
		return false;
	while (!fits(budget, &sums, sums.idle - sums.ending, mib)) {
		oldest = find_oldest_idle(budget, own);
		if (!oldest)
			return false;
		oldest->ending = 1;
		process_id_kill(process_of(oldest));
		sums = sum_up(budget, own);
	}
	return true;
}

static bool set_place_lock(const struct memory_holder *holder, short type,
			   int place)
{
	return set_lock(holder->file, F_OFD_SETLK, type, FIRST_BYTE + place);
}

/* Finds a free entry, and locks it for the holder. */
static bool find_place(const struct memory_budget *budget,
		       struct memory_holder *holder)
{
	struct table *table = budget->table;

	for (int i = 0; i < RESERVATIONS; i++) {
		if (table->reservations[i].mib ||
		    table->reservations[i].idle_mib ||
		    !set_place_lock(holder, F_WRLCK, i))
			continue;
		if ((uint64_t)i >= table->used)
			table->used = (uint64_t)i + 1;
		holder->place = i;
		return true;
	}
	return false;
}

static struct reservation *own_reservation(const struct memory_budget *budget,
					   const struct memory_holder *holder)
{
	return &budget->table->reservations[holder->place];
}

/* A holder of an idle process has an entry. */
static struct reservation *queue_up(const struct memory_budget *budget,
				    struct memory_holder *holder, long mib)
{
	struct reservation *r;

	if (holder->place < 0 && !find_place(budget, holder)) {
		drop_lost(budget);
		if (!find_place(budget, holder))
			return NULL;
	}
	r = own_reservation(budget, holder);
	r->ticket = ++budget->table->last_ticket;
	r->waits = 1;
	r->mib = (uint32_t)mib;
	return r;
}

enum taking { IS_TAKEN, IS_ENDING, IS_IN_USE };

static bool fits_now(const struct memory_budget *budget,
		     const struct reservation *r)
{
	const struct sums sums = sum_up(budget, r);

	return fits(budget, &sums, sums.idle, (long)r->mib);
}

static enum taking try_take(const struct memory_budget *budget,
			    struct reservation *r)
{
	bool taken = fits_now(budget, r);

	if (!taken) {
		drop_lost(budget);
		taken = fits_now(budget, r);
	}
	if (!taken)
		return end_idle(budget, r) ? IS_ENDING : IS_IN_USE;
	r->idle_mib = 0;
	r->waits = 0;
	return IS_TAKEN;
}

static void pause_and_tick(struct work *work, int64_t *tick_at_ms)
{
	static const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };

	nanosleep(&pause, NULL);
	if (clock_monotonic_ms() < *tick_at_ms)
		return;
	*tick_at_ms = clock_monotonic_ms() + TICK_MS;
	if (work->tick)
		work->tick(work->tick_arg);
}

/* Idle processes that end for this reservation need a moment. */
static int64_t most_ms(const struct work *work, enum taking taking)
{
	return taking == IS_ENDING && work->memory_wait_ms < ENDING_MS
		       ? ENDING_MS
		       : work->memory_wait_ms;
}

static enum taking wait_for(const struct memory_budget *budget,
			    struct reservation *r, struct work *work,
			    enum taking taking)
{
	const int64_t began_ms = clock_monotonic_ms();
	int64_t tick_at_ms = began_ms + TICK_MS;

	while (taking != IS_TAKEN &&
	       clock_monotonic_ms() - began_ms < most_ms(work, taking)) {
		pause_and_tick(work, &tick_at_ms);
		lock_table(budget);
		taking = try_take(budget, r);
		unlock_table(budget);
	}
	return taking;
}

/* An idle process stays one. */
static void leave_queue(struct memory_budget *budget,
			struct memory_holder *holder)
{
	struct reservation *r;

	if (holder->place < 0)
		return;
	r = own_reservation(budget, holder);
	if (!r->idle_mib) {
		memory_budget_give(budget, holder);
		return;
	}
	r->mib = 0;
	r->waits = 0;
}

bool memory_budget_take(struct memory_budget *budget,
			struct memory_holder *holder, struct work *work,
			long mib)
{
	enum taking taking = IS_IN_USE;
	struct reservation *r;

	lock_table(budget);
	r = queue_up(budget, holder, mib);
	if (r)
		taking = try_take(budget, r);
	unlock_table(budget);
	if (r && taking != IS_TAKEN)
		taking = wait_for(budget, r, work, taking);
	if (taking != IS_TAKEN)
		leave_queue(budget, holder);
	return taking == IS_TAKEN;
}

/* Both count for a moment: never less than is used. */
bool memory_budget_idle(struct memory_budget *budget,
			const struct memory_holder *holder, long mib,
			struct process_id process)
{
	struct reservation *r;

	if (holder->place < 0)
		return false;
	r = own_reservation(budget, holder);
	if (mib < 1 || (mib > (long)r->mib && mib > (long)r->idle_mib))
		return false;
	if (r->idle_mib && r->ending)
		return false;
	r->ticket = ++budget->table->last_ticket;
	r->pid = process.pid;
	r->started = process.started;
	r->ending = 0;
	r->idle_mib = (uint32_t)mib;
	r->mib = 0;
	return true;
}

/* The entry is freed before its lock, so that no process can take it in
   between. */
void memory_budget_give(struct memory_budget *budget,
			struct memory_holder *holder)
{
	const int place = holder->place;

	if (place < 0)
		return;
	holder->place = -1;
	budget->table->reservations[place].idle_mib = 0;
	budget->table->reservations[place].mib = 0;
	if (!set_place_lock(holder, F_UNLCK, place))
		abort();
}

struct memory_budget_state memory_budget_state(
	const struct memory_budget *budget)
{
	struct sums sums;

	lock_table(budget);
	drop_lost(budget);
	sums = sum_up(budget, NULL);
	unlock_table(budget);
	return (struct memory_budget_state){ sums.small + sums.large,
					     sums.before, sums.idle };
}
