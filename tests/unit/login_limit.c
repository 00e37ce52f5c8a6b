/* login_limit.c: tests which logins the limits refuse. */
#include "config.h"

#include "lib/service/login_limit.h"

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/process/semaphore.h"
#include "tests/lib/wait.h"
#include "tests/unit/test.h"

enum { PAIR = 2, ADDRESS = 3, NAME = 5 };

struct service {
	struct conf conf;
	struct work work;
	struct user user;
};

static void set_up(struct service *s)
{
	*s = (struct service){ .work = { .conf = &s->conf },
			       .user = { .username = "Ada",
					 .password = "$y$j75$salt$hash" } };
	s->conf.login_failures_user = PAIR;
	s->conf.login_failures_address = ADDRESS;
	s->conf.login_failures_name = NAME;
	s->conf.login_window = 86400;
	s->conf.password_jobs = 2;
	s->user.id = uuid_new();
	s->work.pool = pool_new();
	s->work.buckets = bucket_table_new();
	s->work.known_clients = bucket_table_new();
	s->work.semaphore = semaphore_new();
	s->work.login_seats = semaphore_new();
	s->work.login_seat_count = 1;
}

static void tear_down(struct service *s)
{
	semaphore_free(s->work.login_seats);
	semaphore_free(s->work.semaphore);
	bucket_table_free(s->work.known_clients);
	bucket_table_free(s->work.buckets);
	pool_free(s->work.pool);
}

/* Whether a wrong password passes; `user` is NULL for an unknown name. */
static bool guess(struct service *s, const char *name, const struct user *user,
		  const char *address)
{
	struct login_limit limit;

	s->work.address = address;
	login_limit_init(&limit, &s->work, name, user);
	return login_limit_check(&s->work, &limit) &&
	       login_limit_count(&s->work, &limit);
}

static int guesses(struct service *s, int tries, const char *address)
{
	int passed = 0;

	while (tries--)
		passed += guess(s, s->user.username, &s->user, address);
	return passed;
}

static void log_in(struct service *s, const char *address)
{
	s->work.address = address;
	login_limit_remember(&s->work, &s->user);
}

static const char *address_of(struct service *s, int number)
{
	return pool_printf(s->work.pool, "198.51.100.%d", number);
}

/* Uses up what passes for the name at once. */
static void attack(struct service *s)
{
	for (int i = 0; i < NAME; i++)
		assert_int_equal(guesses(s, 1, address_of(s, i)), 1);
	assert_int_equal(guesses(s, 1, "192.0.2.1"), 0);
	assert_int_equal(s->work.err, ERR_RATE_LIMITED);
	assert_int_equal(s->work.retry_after, 1);
}

static void one_address_locks_out_itself_alone(void **state)
{
	struct service s;

	(void)state;
	set_up(&s);
	assert_int_equal(guesses(&s, 20, "2001:db8::1"), PAIR);
	assert_int_equal(guesses(&s, 1, "2001:db8::ffff"), 0);
	assert_true(s.work.retry_after > 1);
	assert_int_equal(guesses(&s, 1, "2001:db8:0:1::1"), 1);
	tear_down(&s);
}

static void one_address_may_guess_few_names(void **state)
{
	struct service s;

	(void)state;
	set_up(&s);
	for (int i = 0; i < ADDRESS; i++)
		assert_true(guess(&s, pool_printf(s.work.pool, "n%d", i), NULL,
				  "192.0.2.1"));
	assert_false(guess(&s, "another", NULL, "192.0.2.1"));
	assert_true(guess(&s, "another", NULL, "192.0.2.2"));
	tear_down(&s);
}

static void many_addresses_leave_one_password_a_second(void **state)
{
	struct service s;

	(void)state;
	set_up(&s);
	attack(&s);
	assert_true(EVENTUALLY(guesses(&s, 1, "192.0.2.1")));
	tear_down(&s);
}

static void unknown_names_are_limited_alike(void **state)
{
	struct service s;

	(void)state;
	set_up(&s);
	for (int i = 0; i < NAME; i++)
		assert_true(guess(&s, "nobody", NULL, address_of(&s, i)));
	assert_false(guess(&s, "NoBody", NULL, "192.0.2.1"));
	assert_int_equal(s.work.retry_after, 1);
	tear_down(&s);
}

static void a_known_address_has_its_own_limit_only(void **state)
{
	struct service s;

	(void)state;
	set_up(&s);
	log_in(&s, "192.0.2.1");
	log_in(&s, "192.0.2.1");
	for (int i = 0; i < ADDRESS; i++)
		assert_true(guess(&s, pool_printf(s.work.pool, "n%d", i), NULL,
				  "192.0.2.1"));
	for (int i = 0; i < NAME; i++)
		assert_int_equal(guesses(&s, 1, address_of(&s, i)), 1);
	assert_int_equal(guesses(&s, 1, "192.0.2.2"), 0);
	assert_int_equal(guesses(&s, 20, "192.0.2.1"), PAIR);
	tear_down(&s);
}

static void a_new_password_makes_addresses_unknown(void **state)
{
	struct service s;

	(void)state;
	set_up(&s);
	log_in(&s, "192.0.2.1");
	s.user.password = "$y$j75$salt$other";
	attack(&s);
	tear_down(&s);
}

static void unlocking_forgets_what_was_counted(void **state)
{
	struct service s;

	(void)state;
	set_up(&s);
	assert_int_equal(guesses(&s, 20, "192.0.2.1"), PAIR);
	s.user.unlocks++;
	assert_int_equal(guesses(&s, 1, "192.0.2.1"), 1);
	s.user.unlocks++;
	for (int i = 0; i < NAME; i++)
		assert_int_equal(guesses(&s, 1, address_of(&s, i)), 1);
	s.user.unlocks++;
	assert_int_equal(guesses(&s, 1, "192.0.2.2"), 1);
	tear_down(&s);
}

static void right_passwords_do_not_count(void **state)
{
	struct login_limit limit;
	struct service s;

	(void)state;
	set_up(&s);
	s.work.address = "192.0.2.1";
	login_limit_init(&limit, &s.work, s.user.username, &s.user);
	for (int i = 0; i < 3 * NAME; i++) {
		assert_true(login_limit_count(&s.work, &limit));
		login_limit_forgive(&s.work, &limit);
	}
	assert_int_equal(guesses(&s, 20, "192.0.2.1"), PAIR);
	tear_down(&s);
}

static void new_clients_take_few_responders(void **state)
{
	struct login_slot first, second;
	struct service s;

	(void)state;
	set_up(&s);
	assert_true(login_slot_take(&first, &s.work, false));
	assert_false(login_slot_take(&second, &s.work, false));
	assert_int_equal(s.work.err, ERR_RATE_LIMITED);
	assert_int_equal(s.work.retry_after, 1);
	assert_true(login_slot_take(&second, &s.work, true));
	login_slot_give(&s.work, &first);
	login_slot_give(&s.work, &second);
	assert_true(login_slot_take(&first, &s.work, false));
	login_slot_give(&s.work, &first);
	tear_down(&s);
}

/* As in pixtierctl. */
static void without_tables_nothing_is_limited(void **state)
{
	struct conf conf = { .login_failures_user = 1 };
	struct work work = { .conf = &conf, .pool = pool_new() };
	struct user user = { .username = "ada", .password = "!" };
	struct login_limit limit;
	struct login_slot slot;

	(void)state;
	login_limit_init(&limit, &work, user.username, &user);
	for (int i = 0; i < 3; i++) {
		assert_true(login_limit_check(&work, &limit));
		assert_true(login_limit_count(&work, &limit));
	}
	login_limit_forgive(&work, &limit);
	login_limit_remember(&work, &user);
	assert_true(login_slot_take(&slot, &work, false));
	login_slot_give(&work, &slot);
	pool_free(work.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_address_locks_out_itself_alone),
		cmocka_unit_test(one_address_may_guess_few_names),
		cmocka_unit_test(many_addresses_leave_one_password_a_second),
		cmocka_unit_test(unknown_names_are_limited_alike),
		cmocka_unit_test(a_known_address_has_its_own_limit_only),
		cmocka_unit_test(a_new_password_makes_addresses_unknown),
		cmocka_unit_test(unlocking_forgets_what_was_counted),
		cmocka_unit_test(right_passwords_do_not_count),
		cmocka_unit_test(new_clients_take_few_responders),
		cmocka_unit_test(without_tables_nothing_is_limited),
	};

	return RUN_TESTS(tests);
}
