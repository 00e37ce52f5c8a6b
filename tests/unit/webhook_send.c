/* webhook_send.c: tests the signatures of webhooks, and how many are sent. */
#include "config.h"

#include "lib/service/webhook_send.h"

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "tests/unit/test.h"

/* The first is the specification's own; the signatures are by Python's hmac. */
/* clang-format off */
static const struct {
	const char *key; /* base64 */
	const char *id;
	int64_t timestamp;
	const char *body;
	const char *signature;
} cases[] = {
	{ "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
	  "{\"test\": 2432232314}",
	  "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" },
	{ "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "0199aa00-0000-7000-8000-000000000001", 1,
	  "",
	  "v1,k9VaNTdupQcQ5DLqkNOxm+/ZPeoIGAzDxHFL4ON1koo=" },
	{ "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eDf3t3c29rZ2NfW1dTT0tHQz87NzMvKycjHxsXEw8LBwA==", "0199aa00-0000-7000-8000-000000000002", 1795211999,
	  "{\"type\":\"image.ready\",\"data\":{\"name\":\"P\303\244ivi \360\237\220\246.jpg\"}}",
	  "v1,LeT9tkeLB8bW6OxJSAGiMg8v+ox0gO5u4qOzKsHtNMg=" },
	{ "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "a", 0,
	  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	  "v1,YeY1FCOH1Jc3fWdwJuQRGYRnHWM7oyJG4MBuYl0q3Oo=" },
};
/* clang-format on */

static void signs(void **state)
{
	(void)state;
	EACH_ROW(i, cases) {
		struct pool *pool = pool_new();
		struct webhook_secret secret;
		void *bytes;
		size_t len;

		assert_true(text_unbase64(pool, &bytes, &len, cases[i].key));
		secret = (struct webhook_secret){ bytes, (int64_t)len };
		assert_string_equal(
			webhook_send_sign(pool, &secret, cases[i].id,
					  cases[i].timestamp, cases[i].body),
			cases[i].signature);
		pool_free(pool);
	}
}

static void leaves_a_sender_for_others(void **state)
{
	static const struct {
		long workers, concurrency;
		int64_t most;
	} limits[] = {
		{ 1, 2, 1 }, { 2, 2, 1 }, { 3, 2, 1 },  { 4, 2, 2 },
		{ 4, 1, 1 }, { 8, 2, 2 }, { 8, 99, 6 },
	};

	(void)state;
	EACH_ROW(i, limits) {
		struct conf conf;

		conf_init(&conf);
		conf.workers = limits[i].workers;
		conf.webhook_concurrency = limits[i].concurrency;
		assert_int_equal(webhook_send_per_receiver(&conf),
				 limits[i].most);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs),
		cmocka_unit_test(leaves_a_sender_for_others),
	};

	return RUN_TESTS(tests);
}
