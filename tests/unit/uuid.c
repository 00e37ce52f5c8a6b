/* uuid.c: tests identifiers: their order, bits and text. */
#include "config.h"

#include "lib/base/uuid.h"

#include "lib/base/clock.h"
#include "tests/unit/test.h"

static int64_t milliseconds_of(struct uuid uuid)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | uuid.bytes[i];
	return ms;
}

/* RFC 9562 section 5.7: version 7, variant 10, the time first. */
static void has_the_bits_of_version_7(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t before = clock_now_us() / 1000;
		struct uuid uuid = uuid_new();

		assert_int_equal(uuid.bytes[6] >> 4, 7);
		assert_int_equal(uuid.bytes[8] >> 6, 2);
		assert_in_range(milliseconds_of(uuid), before,
				clock_now_us() / 1000);
	}
}

static void sorts_by_time(void **state)
{
	struct uuid last = uuid_new();
	char last_text[UUID_TEXT_SIZE], text[UUID_TEXT_SIZE];

	(void)state;
	for (int i = 0; i < 20; i++) {
		const int64_t ms = clock_now_us() / 1000;
		struct uuid next;

		while (clock_now_us() / 1000 == ms)
			;
		next = uuid_new();
		assert_true(memcmp(&last, &next, sizeof(next)) < 0);
		uuid_text(last, last_text);
		uuid_text(next, text);
		assert_true(strcmp(last_text, text) < 0);
		last = next;
	}
}

/* All 74 random bits are seen both set and unset. */
static void is_random(void **state)
{
	struct uuid ones = { 0 }, zeros = { 0 };

	(void)state;
	for (int n = 0; n < 200; n++) {
		struct uuid uuid = uuid_new();

		for (int i = 6; i < 16; i++) {
			ones.bytes[i] |= uuid.bytes[i];
			zeros.bytes[i] |= (uint8_t)~uuid.bytes[i];
		}
	}
	for (int i = 6; i < 16; i++) {
		assert_int_equal(ones.bytes[i] | (i == 6 ? 0x80 : 0) |
					 (i == 8 ? 0x40 : 0),
				 0xff);
		assert_int_equal(zeros.bytes[i] | (i == 6 ? 0x70 : 0) |
					 (i == 8 ? 0x80 : 0),
				 0xff);
	}
}

static void parses(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", true },
		{ "017F22E2-79B0-7CC3-98C4-DC0C0C07398F", true },
		{ "00000000-0000-0000-0000-000000000000", true },
		{ "ffffffff-ffff-ffff-ffff-ffffffffffff", true },
		{ "919108f7-52d1-4320-9bac-f847db4148a8", true },
		{ "", false },
		{ "017f22e279b07cc398c4dc0c0c07398f", false },
		{ "017f22e2-79b0-7cc3-98c4-dc0c0c07398", false },
		{ "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0", false },
		{ "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", false },
		{ "017f22e2-79b0-7cc3-98c4_dc0c0c07398f", false },
		{ "017f22e27-9b0-7cc3-98c4-dc0c0c07398f", false },
		{ " 17f22e2-79b0-7cc3-98c4-dc0c0c07398f", false },
		{ "+17f22e2-79b0-7cc3-98c4-dc0c0c07398f", false },
		{ "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}", false },
		{ "017f22e2-79b0-7cc3-98c4-dc0c0c07398\n", false },
		{ "------------------------------------", false },
	};

	(void)state;
	EACH_ROW(i, cases) {
		struct uuid uuid = { { 1 } };
		struct uuid before = uuid;

		assert_int_equal(uuid_parse(&uuid, cases[i].text),
				 cases[i].good);
		if (!cases[i].good)
			assert_true(uuid_equal(uuid, before));
		else
			assert_int_equal(
				strcasecmp(UUID_TEXT(uuid), cases[i].text), 0);
	}
}

static void writes_and_compares(void **state)
{
	char hex[UUID_HEX_SIZE], text[UUID_TEXT_SIZE];
	struct uuid uuid, again;

	(void)state;
	assert_true(uuid_parse(&uuid, "017F22E2-79B0-7CC3-98C4-DC0C0C07398F"));
	assert_string_equal(uuid_text(uuid, text),
			    "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
	assert_string_equal(uuid_hex(uuid, hex),
			    "017f22e279b07cc398c4dc0c0c07398f");
	assert_true(uuid_parse(&again, text));
	assert_true(uuid_equal(uuid, again));
	again.bytes[15] ^= 1;
	assert_false(uuid_equal(uuid, again));
	assert_false(uuid_is_nil(uuid));
	assert_true(uuid_is_nil((struct uuid){ 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_the_bits_of_version_7),
		cmocka_unit_test(sorts_by_time),
		cmocka_unit_test(is_random),
		cmocka_unit_test(parses),
		cmocka_unit_test(writes_and_compares),
	};

	return RUN_TESTS(tests);
}
