/* address.c: fuzzes the guard of addresses: however an address of IPv4 is
   written, it is judged the same, and blocks of addresses hold what they say.
 */
#include "config.h"

#include "lib/net/address.h"

#include <netinet/in.h>
#include <string.h>

#include "lib/base/cidr.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "tests/lib/fuzz.h"

static const uint8_t mapped[12] = { [10] = 0xff, 0xff };
static const uint8_t nat64[12] = { 0, 0x64, 0xff, 0x9b };

static bool may_be_called(const uint8_t bytes[CIDR_ADDRESS_SIZE],
			  const struct conf *conf)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };

	memcpy(&address.sin6_addr, bytes, CIDR_ADDRESS_SIZE);
	return address_may_be_called((struct sockaddr *)&address, conf);
}

static void check_v4(const uint8_t bytes[4], const struct conf *conf)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	uint8_t longer[CIDR_ADDRESS_SIZE];
	bool may;

	memcpy(&address.sin_addr, bytes, 4);
	may = address_may_be_called((struct sockaddr *)&address, conf);
	expect(may == !address_purpose((struct sockaddr *)&address));
	memcpy(longer + 12, bytes, 4);
	memcpy(longer, mapped, 12);
	expect(may_be_called(longer, conf) == may);
	memcpy(longer, nat64, 12);
	expect(may_be_called(longer, conf) == may);
	memset(longer, 0, 12);
	expect(!may_be_called(longer, conf));
}

/* Nothing outside of 2000::/3 is called but what leads to IPv4. */
static void check_v6(const uint8_t bytes[CIDR_ADDRESS_SIZE],
		     const struct conf *conf)
{
	if (may_be_called(bytes, conf))
		expect(bytes[0] >> 5 == 1 || !memcmp(bytes, mapped, 12) ||
		       !memcmp(bytes, nat64, 12));
}

static void check_list(struct pool *pool, struct fuzz_input *input,
		       const uint8_t bytes[CIDR_ADDRESS_SIZE])
{
	char *list = fuzz_text(input, pool, '\n');
	char bad[CIDR_TEXT_SIZE];
	struct conf conf = *fuzz_conf();
	struct cidr cidr;

	if (cidr_parse(&cidr, list))
		expect(cidr.bits <= 128 &&
		       cidr_has(&cidr, bytes) == cidr_list_has(list, bytes));
	if (!cidr_list_check(bad, list)) {
		expect(strlen(bad) < CIDR_TEXT_SIZE);
		return;
	}
	conf.fetch_deny = list;
	if (cidr_list_has(list, bytes))
		expect(!may_be_called(bytes, &conf));
}

/* The address's 16 bytes, then a list of blocks. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	uint8_t bytes[CIDR_ADDRESS_SIZE];
	struct pool *pool = pool_new();

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = fuzz_byte(&input);
	check_v4(bytes, fuzz_conf());
	check_v6(bytes, fuzz_conf());
	check_list(pool, &input, bytes);
	pool_free(pool);
	return 0;
}
