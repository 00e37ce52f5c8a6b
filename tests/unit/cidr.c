/* cidr.c: tests blocks of IP addresses. */
#include "config.h"

#include "lib/base/cidr.h"

#include "tests/unit/test.h"

/* An address is a block of one. */
static struct cidr block(const char *text)
{
	struct cidr cidr;

	if (!cidr_parse(&cidr, text))
		fail_msg("%s is a block", text);
	return cidr;
}

static void has_what_is_in_it(void **state)
{
	/* clang-format off */
	static const struct {
		const char *block, *address;
		bool has;
	} cases[] = {
		{ "10.0.0.0/8", "10.255.0.1", true },
		{ "10.0.0.0/8", "11.0.0.0", false },
		{ "10.0.0.0/8", "::ffff:10.1.2.3", true },
		{ "10.0.0.0/8", "::10.1.2.3", false },
		{ "172.16.0.0/12", "172.31.255.255", true },
		{ "172.16.0.0/12", "172.32.0.0", false },
		{ "127.0.0.1", "127.0.0.1", true },
		{ "127.0.0.1", "127.0.0.2", false },
		{ "0.0.0.0/0", "255.255.255.255", true },
		{ "0.0.0.0/0", "::1", false },
		{ "::/0", "127.0.0.1", true },
		{ "fc00::/7", "fdff::1", true },
		{ "fc00::/7", "fe00::1", false },
		{ "2001:db8::1/128", "2001:db8::1", true },
		{ "2001:db8::1/128", "2001:db8::", false },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cidr cidr = block(cases[i].block);

		if (cidr_has(&cidr, block(cases[i].address).bytes) !=
		    cases[i].has)
			fail_msg("%s in %s", cases[i].address, cases[i].block);
	}
}

static void refuses_what_is_none(void **state)
{
	static const char *const none[] = {
		"",
		"/",
		"/8",
		"10.0.0.0/",
		"10/8",
		"10.0.0.0/33",
		"10.0.0.0/-1",
		"10.0.0.1/8",
		"fc00::/129",
		"fc01::/7",
		"::1/64",
		"localhost",
		"10.0.0.0/8 ",
		"10.0.0.0/8/8",
		"1.2.3.4.5",
		"fe80::1%lo/128",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0",
	};
	struct cidr cidr;

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		if (cidr_parse(&cidr, none[i]))
			fail_msg("%s is no block", none[i]);
}

static void walks_lists(void **state)
{
	char bad[CIDR_TEXT_SIZE] = "";
	const struct cidr inside = block("fd00::1"), outside = block("8.8.8.8");

	(void)state;
	assert_true(cidr_list_check(bad, ""));
	assert_true(cidr_list_check(bad, "  10.0.0.0/8  fd00::/8 "));
	assert_false(cidr_list_check(bad, "10.0.0.0/8,fd00::/8 ::1"));
	assert_string_equal(bad, "10.0.0.0/8,fd00::/8");
	assert_false(cidr_list_check(
		bad, "11111111111111111111111111111111111111111111111111111111"
		     "11111111111111111111111111111111111111111111"));
	assert_true(cidr_list_has("10.0.0.0/8 fd00::/8", inside.bytes));
	assert_false(cidr_list_has("10.0.0.0/8 fd00::/8", outside.bytes));
	assert_false(cidr_list_has("", inside.bytes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_what_is_in_it),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(walks_lists),
	};

	return RUN_TESTS(tests);
}
