/* schedule.c: chooses the job that a worker takes next. */
#include "config.h"

#include "lib/service/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/pool.h"

/* TURN_JOBS is small compared with a window, so workers that read the same
   window seldom try the same job. A larger LOOK_WINDOWS would find a new user
   sooner among many users with many jobs each. */
enum { TURN_JOBS = 8, LOOK_WINDOWS = 16 };
enum { OLD_SECONDS = 60, VERY_OLD_SECONDS = 300 };

/* The jobs of one fair_key that may be taken. */
struct group {
	struct uuid key;
	struct job_candidate *list;
	size_t count;
	int64_t running; /* on all workers */
};

/* One priority. `pass` is the virtual time of its next share, in units of jobs
   (stride scheduling). */
struct lane {
	int64_t priority;
	int64_t pass;
	int64_t waited; /* in seconds; -1: no job is due */
	struct uuid last_key;
	struct group *groups; /* the first group has the turn */
	size_t count;
	size_t turn_jobs; /* jobs taken in this turn */
};

struct schedule {
	struct pool *pool; /* holds what the last look read */
	int64_t look_at_ms;
	int64_t pass; /* virtual time of the last share */
	struct lane lanes[JOB_PRIORITIES];
};

static void release(void *arg)
{
	struct schedule *s = arg;

	pool_free(s->pool);
}

struct schedule *schedule_new(struct pool *pool)
{
	struct schedule *s = pool_alloc(pool, sizeof(*s));

	s->pool = pool_new();
	pool_defer(pool, release, s);
	for (int64_t priority = 0; priority < JOB_PRIORITIES; priority++)
		s->lanes[priority] =
			(struct lane){ .priority = priority, .waited = -1 };
	return s;
}

/* Returns the virtual time between two shares of the lane. */
static int64_t stride(const struct lane *lane)
{
	static const int64_t strides[JOB_PRIORITIES] = { 1, 4, 16 };
	const int64_t shorter =
		strides[lane->priority] >> ((lane->waited >= OLD_SECONDS) +
					    (lane->waited >= VERY_OLD_SECONDS));

	return shorter ? shorter : 1;
}

static bool look(struct schedule *s, struct work *work)
{
	int64_t waited[JOB_PRIORITIES];

	pool_free(s->pool);
	s->pool = work->pool = pool_new();
	for (size_t i = 0; i < JOB_PRIORITIES; i++)
		s->lanes[i].count = 0;
	if (!job_waited(waited, work))
		return false;
	for (size_t i = 0; i < JOB_PRIORITIES; i++) {
		struct lane *lane = &s->lanes[i];
		const bool begins = lane->waited < 0;

		lane->waited = waited[i];
		lane->turn_jobs = 0;
		if (begins && lane->pass < s->pass + stride(lane))
			lane->pass = s->pass + stride(lane);
	}
	s->look_at_ms = clock_monotonic_ms() + SCHEDULE_LOOK_MS;
	return true;
}

static struct lane *next_lane(struct schedule *s)
{
	struct lane *next = NULL;

	for (size_t i = 0; i < JOB_PRIORITIES; i++) {
		struct lane *lane = &s->lanes[i];

		if (lane->waited >= 0 && (!next || lane->pass < next->pass))
			next = lane;
	}
	return next;
}

/* Reads a lane's windows after `after`, and continues from the first key after
   the last. */
struct reading {
	struct work *work;
	const struct job_claimant *claimant;
	struct lane *lane;
	const struct job_running *running;
	size_t running_count;
	struct uuid after;
	size_t windows;
	bool wrapped, ended;
	size_t room;
};

static int64_t running_of(const struct reading *r, struct uuid key)
{
	for (size_t i = 0; i < r->running_count; i++)
		if (uuid_equal(r->running[i].fair_key, key))
			return r->running[i].count;
	return 0;
}

/* Sorts the groups by their number of running jobs; equal ones keep their
   order. */
static void add_group(struct reading *r, const struct group *group)
{
	struct lane *lane = r->lane;
	size_t at = lane->count;

	if (lane->count == r->room) {
		struct group *old = lane->groups;

		r->room = r->room ? 2 * r->room : JOB_WINDOW;
		lane->groups = pool_alloc(r->work->pool,
					  r->room * sizeof(*lane->groups));
		if (at)
			memcpy(lane->groups, old, at * sizeof(*old));
	}
	while (at && lane->groups[at - 1].running > group->running)
		at--;
	memmove(&lane->groups[at + 1], &lane->groups[at],
		(lane->count - at) * sizeof(*lane->groups));
	lane->groups[at] = *group;
	lane->count++;
}

/* The first `count` candidates have one key. `cut`: the key may have more. */
static bool read_group(struct reading *r, struct job_candidate *list,
		       size_t count, bool cut)
{
	struct group group = { .key = list[0].fair_key, .list = list };

	for (size_t i = 0; i < count; i++)
		if (list[i].due && list[i].allowed)
			list[group.count++] = list[i];
	if (!group.count && cut && list[count - 1].due &&
	    !job_list_allowed(&group.list, &group.count, r->work, r->claimant,
			      r->lane->priority, group.key))
		return false;
	group.running = running_of(r, group.key);
	if (group.count)
		add_group(r, &group);
	return true;
}

/* After the wrap, keys above last_key have been read before. */
static bool is_read(const struct reading *r, struct uuid key)
{
	return r->wrapped && memcmp(key.bytes, r->lane->last_key.bytes,
				    sizeof(key.bytes)) > 0;
}

static bool read_groups(struct reading *r, struct job_candidate *list,
			size_t count)
{
	const bool full = count == JOB_WINDOW;
	size_t first = 0;

	for (size_t i = 1; i <= count && !is_read(r, list[first].fair_key);
	     i++) {
		if (i < count &&
		    uuid_equal(list[i].fair_key, list[first].fair_key))
			continue;
		if (!read_group(r, &list[first], i - first, full && i == count))
			return false;
		first = i;
	}
	return true;
}

static bool read_window(struct reading *r)
{
	struct job_candidate *list;
	size_t count;

	if (!job_list_window(&list, &count, r->work, r->claimant,
			     r->lane->priority, r->after))
		return false;
	r->windows++;
	if (count)
		r->after = list[count - 1].fair_key;
	if (count && !read_groups(r, list, count))
		return false;
	if (count < JOB_WINDOW) {
		r->ended = r->wrapped;
		r->wrapped = true;
		r->after = (struct uuid){ 0 };
	}
	return true;
}

static bool is_round(const struct reading *r)
{
	return r->ended ||
	       (r->wrapped && memcmp(r->after.bytes, r->lane->last_key.bytes,
				     sizeof(r->after.bytes)) >= 0);
}

static bool needs_more(const struct reading *r)
{
	const struct lane *lane = r->lane;

	if (is_round(r))
		return false;
	return !lane->count ||
	       (lane->groups[0].running && r->windows < LOOK_WINDOWS);
}

/* Fills the lane's groups. None: no job of the lane may be taken. */
static bool read_lane(struct lane *lane, struct work *work,
		      const struct job_claimant *claimant)
{
	struct job_running *running;
	struct reading r = { .work = work,
			     .claimant = claimant,
			     .lane = lane,
			     .after = lane->last_key };

	lane->count = lane->turn_jobs = 0;
	if (!job_list_running(&running, &r.running_count, work, lane->priority))
		return false;
	r.running = running;
	while (needs_more(&r))
		if (!read_window(&r))
			return false;
	return true;
}

static void end_turn(struct lane *lane)
{
	lane->groups++;
	lane->count--;
	lane->turn_jobs = 0;
}

/* Removes a random job from the group, so that it is not tried again. */
static struct job_candidate draw(struct group *group)
{
	const size_t i = (size_t)random() % group->count;
	const struct job_candidate drawn = group->list[i];

	group->list[i] = group->list[--group->count];
	return drawn;
}

static void drop_receiver(struct group *group, const char *receiver)
{
	size_t kept = 0;

	for (size_t i = 0; i < group->count; i++)
		if (!group->list[i].receiver ||
		    strcmp(group->list[i].receiver, receiver))
			group->list[kept++] = group->list[i];
	group->count = kept;
}

/* Takes a job from the groups that were read. */
static bool take_read(struct uuid *id, bool *taken, struct lane *lane,
		      struct work *work, const struct job_claimant *claimant)
{
	*taken = false;
	while (!*taken && lane->count) {
		struct group *group = lane->groups;
		struct job_candidate one;

		if (!group->count || lane->turn_jobs >= TURN_JOBS) {
			end_turn(lane);
			continue;
		}
		one = draw(group);
		if (!job_take(taken, work, claimant, &one))
			return false;
		if (!one.allowed)
			drop_receiver(group, one.receiver);
		*id = one.id;
		lane->last_key = group->key;
		lane->turn_jobs += *taken;
	}
	return true;
}

static bool take_from(struct uuid *id, bool *taken, struct lane *lane,
		      struct work *work, const struct job_claimant *claimant)
{
	return take_read(id, taken, lane, work, claimant) &&
	       (*taken || (read_lane(lane, work, claimant) &&
			   take_read(id, taken, lane, work, claimant)));
}

static bool take_any(struct uuid *id, bool *taken, struct schedule *s,
		     struct work *work, const struct job_claimant *claimant)
{
	struct lane *lane;

	*taken = false;
	while (!*taken && (lane = next_lane(s))) {
		if (!take_from(id, taken, lane, work, claimant))
			return false;
		if (*taken) {
			s->pass = lane->pass;
			lane->pass += stride(lane);
		} else {
			lane->waited = -1;
		}
	}
	return true;
}

/* Other workers may have taken all jobs of the last look; if so, looks
   again. */
static bool choose(struct uuid *id, bool *taken, struct schedule *s,
		   struct work *work, const struct job_claimant *claimant)
{
	*taken = false;
	if (clock_monotonic_ms() < s->look_at_ms &&
	    !take_any(id, taken, s, work, claimant))
		return false;
	return *taken ||
	       (look(s, work) && take_any(id, taken, s, work, claimant));
}

bool schedule_claim(struct job *job, bool *found, struct work *work,
		    struct schedule *s, const struct job_claimant *claimant)
{
	struct pool *outer = work->pool;
	struct uuid id;
	bool taken, good;

	work->pool = s->pool;
	good = choose(&id, &taken, s, work, claimant);
	work->pool = outer;
	if (!good) {
		s->look_at_ms = 0;
		return false;
	}
	*found = taken;
	return !taken || job_find(job, work, id);
}
