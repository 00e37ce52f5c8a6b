/* address.c: tests which hosts may be called. */
#include "config.h"

#include "lib/net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "lib/base/conf.h"
#include "tests/unit/test.h"

union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static union socket_address parse(const char *text)
{
	union socket_address to;

	memset(&to, 0, sizeof(to));
	if (inet_pton(AF_INET, text, &to.v4.sin_addr) == 1)
		to.v4.sin_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &to.v6.sin6_addr) == 1)
		to.v6.sin6_family = AF_INET6;
	else
		fail_msg("%s is no address", text);
	return to;
}

static bool may(const char *address, const char *allow, const char *deny)
{
	struct conf conf;
	union socket_address to = parse(address);

	conf_init(&conf);
	conf.fetch_allow = allow;
	conf.fetch_deny = deny;
	return address_may_be_called(&to.any, &conf);
}

/* The first and the last of each block, and what is beside it. */
static void special_ones_are_not_called(void **state)
{
	static const char *const special[] = {
		"0.0.0.0",
		"0.255.255.255",
		"10.0.0.0",
		"10.255.255.255",
		"100.64.0.0",
		"100.64.0.1",
		"100.127.255.255",
		"127.0.0.1",
		"127.255.255.255",
		"169.254.0.0",
		"169.254.169.254",
		"172.16.0.0",
		"172.31.255.255",
		"192.0.0.0",
		"192.0.0.255",
		"192.0.2.1",
		"192.31.196.1",
		"192.52.193.1",
		"192.88.99.1",
		"192.168.0.1",
		"192.168.255.255",
		"192.175.48.1",
		"198.18.0.1",
		"198.19.255.255",
		"198.51.100.1",
		"203.0.113.255",
		"224.0.0.1",
		"239.255.255.255",
		"240.0.0.1",
		"255.255.255.255",
		"::",
		"::1",
		"::2",
		"::127.0.0.1",
		"::8.8.8.8",
		"::ffff:127.0.0.1",
		"::ffff:10.0.0.1",
		"::ffff:a9fe:a9fe",
		"::ffff:0:127.0.0.1",
		"64:ff9b::7f00:1",
		"64:ff9b::a9fe:a9fe",
		"64:ff9b:1::8.8.8.8",
		"64:ff9b:1:ffff::1",
		"100::1",
		"100:0:0:1::1",
		"2001::1",
		"2001:0:4136:e378:8000:63bf:3fff:fdd2",
		"2001:2::1",
		"2001:10::1",
		"2001:20::1",
		"2001:1ff:ffff::1",
		"2001:db8::1",
		"2002:7f00:1::",
		"2002:808:808::1",
		"2620:4f:8000::1",
		"3fff::1",
		"3fff:fff:ffff::1",
		"5f00::1",
		"fc00::1",
		"fdff::1",
		"fe80::1",
		"febf::1",
		"fec0::1",
		"ff02::1",
		"ffff::1",
		"4000::1",
		"8000::1",
		"1fff:ffff::1",
	};

	(void)state;
	EACH_ROW(i, special) {
		union socket_address to = parse(special[i]);

		if (may(special[i], "", ""))
			fail_msg("%s may be called", special[i]);
		if (!address_purpose(&to.any))
			fail_msg("%s has no purpose", special[i]);
	}
}

static void common_ones_are_called(void **state)
{
	static const char *const common[] = {
		"1.0.0.0",         "8.8.8.8",
		"9.255.255.255",   "11.0.0.0",
		"100.63.255.255",  "100.128.0.0",
		"126.255.255.255", "128.0.0.0",
		"169.253.255.255", "169.255.0.0",
		"172.15.255.255",  "172.32.0.0",
		"192.0.1.0",       "192.167.255.255",
		"192.169.0.0",     "198.17.255.255",
		"198.20.0.0",      "223.255.255.255",
		"::ffff:8.8.8.8",  "64:ff9b::8.8.8.8",
		"2001:200::1",     "2001:4860:4860::8888",
		"2001:db7::1",     "2001:db9::1",
		"2003::1",         "2606:4700::1",
		"2a00::1",         "3ffe::1",
	};

	(void)state;
	EACH_ROW(i, common) {
		union socket_address to = parse(common[i]);

		if (!may(common[i], "", ""))
			fail_msg("%s may not be called", common[i]);
		assert_null(address_purpose(&to.any));
	}
}

/* fetch_deny is stronger than fetch_allow, which is stronger than the table. */
static void settings_have_their_say(void **state)
{
	/* clang-format off */
	static const struct {
		const char *address, *allow, *deny;
		bool may;
	} cases[] = {
		{ "10.0.0.1", "10.0.0.0/8", "", true },
		{ "10.0.0.1", "fd00::/8 10.0.0.1", "", true },
		{ "10.0.0.2", "10.0.0.1", "", false },
		{ "::ffff:10.0.0.1", "10.0.0.0/8", "", true },
		{ "10.0.0.1", "10.0.0.0/8", "10.0.0.1", false },
		{ "8.8.8.8", "", "8.8.8.0/24", false },
		{ "8.8.8.8", "0.0.0.0/0", "8.8.8.0/24", false },
		{ "::ffff:8.8.8.8", "", "8.8.8.0/24", false },
		{ "64:ff9b::8.8.8.8", "", "8.8.8.0/24", false },
		{ "64:ff9b::10.0.0.1", "10.0.0.0/8", "", false },
		{ "64:ff9b::10.0.0.1", "64:ff9b::a00:0/104", "", true },
		{ "::1", "::1", "", true },
		{ "2a00::1", "", "::/0", false },
	};
	/* clang-format on */

	(void)state;
	EACH_ROW(i, cases)
		if (may(cases[i].address, cases[i].allow, cases[i].deny) !=
		    cases[i].may)
			fail_msg("%s, allow %s, deny %s", cases[i].address,
				 cases[i].allow, cases[i].deny);
}

static void no_other_family_is_called(void **state)
{
	const struct sockaddr_un here = { .sun_family = AF_UNIX,
					  .sun_path = "/tmp/x" };
	struct conf conf;

	(void)state;
	conf_init(&conf);
	conf.fetch_allow = "::/0";
	assert_false(
		address_may_be_called((const struct sockaddr *)&here, &conf));
	assert_non_null(address_purpose((const struct sockaddr *)&here));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(special_ones_are_not_called),
		cmocka_unit_test(common_ones_are_called),
		cmocka_unit_test(settings_have_their_say),
		cmocka_unit_test(no_other_family_is_called),
	};

	return RUN_TESTS(tests);
}
