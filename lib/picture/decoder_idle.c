/* decoder_idle.c: idle decoder processes that all children share. */
#include "config.h"

#include "lib/picture/decoder_idle.h"

#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/base/log.h"
#include "lib/picture/decoder_process.h"
#include "lib/process/shared.h"

/* Each place has two descriptors in each child. Those in messages, of both
   supervisors, count against the same limit (unix(7), ETOOMANYREFS). */
enum { MOST_PLACES = 256, PLACE_FDS = 8, OTHER_FDS = 256 };

/* The descriptors of an idle process are a message from one end to the other:
   any child can take it. */
struct place {
	int ends[2];
	struct uuid owner; /* nil: the place is free */
	uint64_t used_at;  /* a number of `uses` */
	size_t bytes;
	pid_t pid;
	long pictures;
};

/* A child that dies while it has the lock leaves at worst a place that has an
   owner and no message. */
struct decoder_idle {
	struct shared_lock lock;
	size_t max_bytes;
	uint64_t uses;
	long count;
	struct place places[MOST_PLACES];
};

/* Goes with the descriptors, so whose process it is does not depend on what
   else the children write. */
struct parked {
	struct uuid owner;
	int64_t pid;
	uint64_t started;
	int64_t pictures;
	int64_t place; /* of its holder */
	uint64_t shared_bytes;
	uint64_t descriptors;
};

/* A process without a holder, where no memory is shared, has one fewer. */
enum { SOCKET, PIDFD, STATUS, HOLDER, DESCRIPTORS };
_Static_assert((int)DESCRIPTORS <= (int)SUBPROCESS_MAX_FDS,
	       "a message has them all");

/* Raises the soft limit of descriptors as far as the hard limit allows, and
   returns for how many places it is enough. */
static long allow_descriptors(long count)
{
	const rlim_t needed = OTHER_FDS + (rlim_t)count * PLACE_FDS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return 0;
	if (limit.rlim_cur < needed) {
		limit.rlim_cur =
			limit.rlim_max < needed ? limit.rlim_max : needed;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (limit.rlim_cur >= needed)
		return count;
	return limit.rlim_cur > OTHER_FDS
		       ? (long)(limit.rlim_cur - OTHER_FDS) / PLACE_FDS
		       : 0;
}

static long count_places(const struct conf *conf)
{
	const long count = allow_descriptors(conf->idle_decoders);

	if (count < conf->idle_decoders)
		LOG_EVENT(LOG_LEVEL_ERROR, "idle_decoders_limited",
			  log_number("idle_decoders", conf->idle_decoders),
			  log_number("possible", count),
			  log_text("why", "the hard limit of open files "
					  "(RLIMIT_NOFILE) is too low"));
	return count;
}

static bool open_places(struct decoder_idle *idle, long count)
{
	while (idle->count < count) {
		if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0,
			       idle->places[idle->count].ends))
			return false;
		idle->count++;
	}
	return true;
}

bool decoder_idle_new(struct decoder_idle **idle, const struct conf *conf)
{
	struct decoder_idle *made = shared_new(sizeof(*made));

	shared_lock_init(&made->lock);
	made->max_bytes = (size_t)conf->idle_decoders_memory << 20;
	if (!open_places(made, count_places(conf))) {
		decoder_idle_free(made);
		return false;
	}
	*idle = made;
	return true;
}

void decoder_idle_free(struct decoder_idle *idle)
{
	for (long i = 0; i < idle->count; i++) {
		close(idle->places[i].ends[0]);
		close(idle->places[i].ends[1]);
	}
	shared_free(idle, sizeof(*idle));
}

void decoder_idle_hide(struct decoder_idle *idle)
{
	shared_hide(idle, sizeof(*idle));
}

static bool is_free(const struct place *place)
{
	return uuid_is_nil(place->owner);
}

/* The owner's place that was used last. */
static struct place *find_owners(struct decoder_idle *idle, struct uuid owner)
{
	struct place *found = NULL;

	for (long i = 0; i < idle->count; i++) {
		struct place *place = &idle->places[i];

		if (uuid_equal(place->owner, owner) &&
		    (!found || place->used_at > found->used_at))
			found = place;
	}
	return found;
}

static struct decoder_process unpark(const struct parked *parked,
				     const int fds[DESCRIPTORS])
{
	return (struct decoder_process){
		.child = { .pid = (pid_t)parked->pid, .socket = fds[SOCKET] },
		.pidfd = fds[PIDFD],
		.status = fds[STATUS],
		.id = { (pid_t)parked->pid, parked->started },
		.holder = { fds[HOLDER], (int)parked->place },
		.owner = parked->owner,
		.pictures = (long)parked->pictures,
		.shared_bytes = parked->shared_bytes,
	};
}

static size_t count_descriptors(const int fds[DESCRIPTORS])
{
	size_t count = 0;

	while (count < DESCRIPTORS && fds[count] >= 0)
		count++;
	return count;
}

/* False when there is none, or this process has no room for descriptors. */
static bool receive(struct decoder_process *process, struct place *place)
{
	struct parked parked;
	int fds[DESCRIPTORS];
	const ssize_t got = subprocess_receive_fds(
		place->ends[1], &parked, sizeof(parked), fds, DESCRIPTORS,
		MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const size_t count = count_descriptors(fds);

	place->owner = (struct uuid){ 0 };
	if (got == sizeof(parked) && count > STATUS &&
	    count == parked.descriptors) {
		*process = unpark(&parked, fds);
		return true;
	}
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	return false;
}

bool decoder_idle_take(struct decoder_process *process,
		       struct decoder_idle *idle, struct uuid owner)
{
	struct place *place;
	bool found = false;

	if (uuid_is_nil(owner))
		return false;
	shared_lock_take(&idle->lock);
	while (!found && (place = find_owners(idle, owner)))
		found = receive(process, place);
	shared_lock_give(&idle->lock);
	if (found && !uuid_equal(process->owner, owner)) {
		decoder_process_end(process);
		return false;
	}
	return found;
}

static bool send_process(struct place *place,
			 const struct decoder_process *process)
{
	const int fds[DESCRIPTORS] = {
		[SOCKET] = process->child.socket,
		[PIDFD] = process->pidfd,
		[STATUS] = process->status,
		[HOLDER] = process->holder.file,
	};
	const struct parked parked = {
		.owner = process->owner,
		.pid = process->child.pid,
		.started = process->id.started,
		.pictures = process->pictures,
		.place = process->holder.place,
		.shared_bytes = process->shared_bytes,
		.descriptors = count_descriptors(fds),
	};

	return subprocess_send_fds(place->ends[0], &parked, sizeof(parked), fds,
				   parked.descriptors, MSG_DONTWAIT);
}

/* Another client can end the process from now on, and have it as soon as the
   lock is free. */
static bool leave_idle(const struct decoder_process *process, size_t bytes,
		       struct memory_budget *budget)
{
	const long mib = (long)(bytes >> 20) + 1;

	return !budget ||
	       memory_budget_idle(budget, &process->holder, mib, process->id);
}

static bool fill(struct place *place, struct decoder_idle *idle,
		 const struct decoder_process *process, size_t bytes,
		 struct memory_budget *budget)
{
	if (!leave_idle(process, bytes, budget))
		return false;
	place->bytes = bytes;
	place->pid = process->child.pid;
	place->pictures = process->pictures;
	place->used_at = ++idle->uses;
	place->owner = process->owner;
	if (!send_process(place, process)) {
		place->owner = (struct uuid){ 0 };
		return false;
	}
	return true;
}

static size_t sum_bytes(const struct decoder_idle *idle)
{
	size_t sum = 0;

	for (long i = 0; i < idle->count; i++)
		if (!is_free(&idle->places[i]))
			sum += idle->places[i].bytes;
	return sum;
}

static struct place *find_free(struct decoder_idle *idle)
{
	for (long i = 0; i < idle->count; i++)
		if (is_free(&idle->places[i]))
			return &idle->places[i];
	return NULL;
}

static struct place *find_oldest(struct decoder_idle *idle)
{
	struct place *found = NULL;

	for (long i = 0; i < idle->count; i++) {
		struct place *place = &idle->places[i];

		if (!is_free(place) &&
		    (!found || place->used_at < found->used_at))
			found = place;
	}
	return found;
}

enum parking { IS_PARKED, IS_CROWDED, IS_FORBIDDEN };

/* When it is crowded, takes another process, if that one is still there. */
static enum parking park(struct decoder_idle *idle,
			 const struct decoder_process *process, size_t bytes,
			 struct memory_budget *budget,
			 struct decoder_process *oldest)
{
	struct place *place;
	enum parking result = IS_CROWDED;

	shared_lock_take(&idle->lock);
	place = find_free(idle);
	if (place && sum_bytes(idle) + bytes <= idle->max_bytes)
		result = fill(place, idle, process, bytes, budget)
				 ? IS_PARKED
				 : IS_FORBIDDEN;
	else if (!(place = find_oldest(idle)))
		result = IS_FORBIDDEN;
	else
		(void)!receive(oldest, place);
	shared_lock_give(&idle->lock);
	return result;
}

void decoder_idle_put(struct decoder_idle *idle,
		      struct decoder_process *process,
		      struct memory_budget *budget)
{
	const size_t bytes = decoder_process_bytes(process);
	enum parking result = IS_CROWDED;

	if (uuid_is_nil(process->owner) || bytes > idle->max_bytes)
		result = IS_FORBIDDEN;
	while (result == IS_CROWDED) {
		struct decoder_process oldest = decoder_process_none();

		result = park(idle, process, bytes, budget, &oldest);
		decoder_process_end(&oldest);
	}
	if (result == IS_PARKED)
		decoder_process_close(process);
	else
		decoder_process_end(process);
}

struct decoder_idle_state decoder_idle_state(struct decoder_idle *idle)
{
	struct decoder_idle_state state = { 0 };
	const struct place *last = NULL;

	state.places = idle->count;
	shared_lock_take(&idle->lock);
	for (long i = 0; i < idle->count; i++) {
		const struct place *place = &idle->places[i];

		if (is_free(place))
			continue;
		state.count++;
		state.bytes += place->bytes;
		if (!last || place->used_at > last->used_at)
			last = place;
	}
	if (last) {
		state.pid = last->pid;
		state.owner = last->owner;
		state.pictures = last->pictures;
	}
	shared_lock_give(&idle->lock);
	return state;
}
