/* admission.c: tests which requests are let in while others wait. */
#include "config.h"

#include "fcgi/admission.h"

#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/process/backlog.h"
#include "tests/unit/test.h"

enum { RESPONDERS = 4, WAITING_MAX = 64, SECOND_US = 1000000 };

/* The responders of one socket, at which connections wait. */
struct site {
	struct conf conf;
	struct work work;
	struct admission *shared;
	struct admission_slot slots[RESPONDERS];
	int listener;
	int callers[WAITING_MAX];
	long waiting;
	struct sockaddr_un address;
	socklen_t size;
};

static int set_up(void **state)
{
	struct site *site = calloc(1, sizeof(*site));

	assert_non_null(site);
	site->conf.queue_seconds = 5;
	site->conf.user_share = 50;
	site->work.conf = &site->conf;
	site->work.pool = pool_new();
	site->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	site->address.sun_family = AF_UNIX;
	/* The kernel chooses a name. */
	assert_int_equal(bind(site->listener, (void *)&site->address,
			      sizeof(sa_family_t)),
			 0);
	assert_int_equal(listen(site->listener, WAITING_MAX), 0);
	site->size = sizeof(site->address);
	assert_int_equal(getsockname(site->listener, (void *)&site->address,
				     &site->size),
			 0);
	site->shared = admission_new(RESPONDERS);
	for (long i = 0; i < RESPONDERS; i++) {
		site->slots[i].slot = i;
		admission_open(&site->slots[i], site->work.pool, site->shared,
			       site->listener);
	}
	*state = site;
	return 0;
}

static int clear_up(void **state)
{
	struct site *site = *state;

	for (long i = 0; i < site->waiting; i++)
		close(site->callers[i]);
	close(site->listener);
	admission_free(site->shared);
	pool_free(site->work.pool);
	free(site);
	return 0;
}

static void let_wait(struct site *site, long count)
{
	for (; site->waiting < count; site->waiting++) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

		assert_int_equal(
			connect(fd, (void *)&site->address, site->size), 0);
		site->callers[site->waiting] = fd;
	}
}

/* Begins a request; returns the seconds of Retry-After, 0 if it is let in. */
static int64_t begin(struct site *site, long slot, const char *user)
{
	struct admission_slot *one = &site->slots[slot];

	if (!admission_check_queue(one, &site->work)) {
		assert_int_equal(site->work.err, ERR_UNAVAILABLE);
		return site->work.retry_after;
	}
	if (!admission_check_share(one, &site->work, user)) {
		assert_int_equal(site->work.err, ERR_RATE_LIMITED);
		return site->work.retry_after;
	}
	return 0;
}

static void serve(struct site *site, long slot, const char *user, int64_t us)
{
	assert_int_equal(begin(site, slot, user), 0);
	admission_end(&site->slots[slot], us);
}

/* Nothing is known of how long requests take, or nobody waits. */
static void all_are_let_in_without_overload(void **state)
{
	struct site *site = *state;

	for (long i = 0; i < RESPONDERS; i++)
		assert_int_equal(begin(site, i, "alice"), 0);
	for (long i = 0; i < RESPONDERS; i++)
		admission_end(&site->slots[i], 60 * SECOND_US);
	for (long i = 0; i < RESPONDERS; i++)
		assert_int_equal(begin(site, i, "alice"), 0);
}

/* With 4 responders and a second for each request, so many wait a quarter of
   it each. */
static void a_queue_is_as_long_as_it_takes(void **state)
{
	static const struct {
		long waiting;
		int64_t retry_after;
	} cases[] = { { 4, 0 }, { 19, 0 }, { 20, 0 }, { 24, 6 }, { 40, 10 } };
	struct site *site = *state;

	serve(site, 0, "alice", SECOND_US);
	EACH_ROW(i, cases) {
		let_wait(site, cases[i].waiting);
		assert_int_equal(begin(site, 1, "alice"), cases[i].retry_after);
		admission_end(&site->slots[1], SECOND_US);
	}
}

static void a_user_has_a_share_while_others_wait(void **state)
{
	struct site *site = *state;

	serve(site, 0, "alice", SECOND_US);
	let_wait(site, 4);
	for (long i = 0; i < RESPONDERS; i++)
		assert_int_equal(begin(site, i, "alice"), 0);
	for (long i = 0; i < RESPONDERS; i++)
		admission_end(&site->slots[i], SECOND_US);
	let_wait(site, 10);
	assert_int_equal(begin(site, 0, "alice"), 0);
	assert_int_equal(begin(site, 1, "alice"), 0);
	assert_int_equal(begin(site, 2, "alice"), 3);
	admission_end(&site->slots[2], 0);
	assert_int_equal(begin(site, 2, "bob"), 0);
	assert_int_equal(begin(site, 3, "alice"), 3);
	admission_end(&site->slots[3], 0);
	assert_int_equal(begin(site, 3, NULL), 0);
	admission_end(&site->slots[3], SECOND_US);
	admission_end(&site->slots[0], SECOND_US);
	assert_int_equal(begin(site, 3, "alice"), 0);
}

/* Any user may have at least one, and with all of them no user is limited. */
static void a_share_is_one_to_all(void **state)
{
	struct site *site = *state;

	serve(site, 0, "alice", SECOND_US);
	let_wait(site, 10);
	site->conf.user_share = 1;
	assert_int_equal(begin(site, 0, "alice"), 0);
	assert_int_equal(begin(site, 1, "alice"), 3);
	admission_end(&site->slots[1], 0);
	site->conf.user_share = 100;
	for (long i = 0; i < RESPONDERS; i++)
		assert_int_equal(begin(site, i, "alice"), 0);
}

/* What is refused in no time does not make the others quick. */
static void only_what_is_let_in_counts_for_the_mean(void **state)
{
	struct site *site = *state;

	serve(site, 0, "alice", SECOND_US);
	let_wait(site, 24);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(begin(site, 0, "alice"), 6);
		admission_end(&site->slots[0], 10);
	}
}

/* A responder that died while it worked for a user is replaced. */
static void one_that_died_works_for_nobody(void **state)
{
	struct site *site = *state;

	serve(site, 0, "alice", SECOND_US);
	let_wait(site, 10);
	assert_int_equal(begin(site, 0, "alice"), 0);
	assert_int_equal(begin(site, 1, "alice"), 0);
	site->slots[1] = (struct admission_slot){ .slot = 1 };
	admission_open(&site->slots[1], site->work.pool, site->shared,
		       site->listener);
	assert_int_equal(begin(site, 2, "alice"), 0);
}

#define SITE_TEST(function)                                                    \
	cmocka_unit_test_setup_teardown(function, set_up, clear_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(all_are_let_in_without_overload),
		SITE_TEST(a_queue_is_as_long_as_it_takes),
		SITE_TEST(a_user_has_a_share_while_others_wait),
		SITE_TEST(a_share_is_one_to_all),
		SITE_TEST(only_what_is_let_in_counts_for_the_mean),
		SITE_TEST(one_that_died_works_for_nobody),
	};

	return RUN_TESTS(tests);
}
