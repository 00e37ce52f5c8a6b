/* landlock.c: blocks the file system and TCP ports where the kernel can. */
#include "config.h"

#include "lib/process/landlock.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(SYS_landlock_create_ruleset) && defined(SYS_landlock_restrict_self)

/* From the kernel's include/uapi/linux/landlock.h: older headers lack half of
   it. */
enum { VERSION_FLAG = 1, RULE_PATH = 1, RULE_PORT = 2 };
enum { READ_FILE = 1 << 2, CONNECT_TCP = 1 << 1 };
enum { ABI_WITH_PORTS = 4 };

struct path_rule {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

struct port_rule {
	uint64_t allowed, port;
};

/* Creates a rule set that handles every right of this ABI.
   Documentation/userspace-api/landlock.rst of the kernel says which ABI added
   which right; an older kernel refuses rights that it does not know. */
static int new_rules(long abi)
{
	const struct {
		uint64_t files, net, scoped;
	} rights = {
		.files = abi >= 5   ? 0xffff
			 : abi >= 3 ? 0x7fff
			 : abi == 2 ? 0x3fff
				    : 0x1fff,
		.net = 0x3,
		.scoped = 0x3,
	};
	const size_t size = abi >= 6 ? 24 : abi >= ABI_WITH_PORTS ? 16 : 8;

	return (int)syscall(SYS_landlock_create_ruleset, &rights, size, 0);
}

static bool add_rule(int rules, int kind, const void *rule)
{
	return !syscall(SYS_landlock_add_rule, rules, kind, rule, 0);
}

static bool add_files(int rules, const char *const *files)
{
	bool ok = true;

	for (; ok && files && *files; files++) {
		struct path_rule rule = {
			.allowed = READ_FILE,
			.parent = open(*files, O_PATH | O_CLOEXEC),
		};

		if (rule.parent < 0)
			continue;
		ok = add_rule(rules, RULE_PATH, &rule);
		close(rule.parent);
	}
	return ok;
}

static bool add_ports(int rules, const char *ports)
{
	while (ports && *ports) {
		char *end;
		const struct port_rule rule = {
			.allowed = CONNECT_TCP,
			.port = strtoul(ports, &end, 10),
		};

		if (end == ports)
			return false;
		if (!add_rule(rules, RULE_PORT, &rule))
			return false;
		ports = end + (*end == ' ');
	}
	return true;
}

bool landlock_raise(const char *const *files, const char *ports)
{
	const long abi =
		syscall(SYS_landlock_create_ruleset, NULL, 0, VERSION_FLAG);
	const int rules = abi < 1 ? -1 : new_rules(abi);
	bool ok;

	if (rules < 0)
		return false;
	ok = add_files(rules, files) &&
	     (abi < ABI_WITH_PORTS || add_ports(rules, ports)) &&
	     !syscall(SYS_landlock_restrict_self, rules, 0);
	close(rules);
	return ok;
}

#else

bool landlock_raise(const char *const *files, const char *ports)
{
	(void)files;
	(void)ports;
	return false;
}

#endif
