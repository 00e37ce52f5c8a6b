/* prefork_rights.c: tests what a supervisor does before it has children. */
#include "config.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "lib/base/work.h"
#include "lib/process/prefork.h"
#include "tests/unit/test.h"

static void writes_its_pid(void **state)
{
	struct work work = { .pool = pool_new() };
	char folder[] = "/tmp/pixtier-prefork-XXXXXX";
	char path[100], text[20] = "", expected[20];
	pid_t child;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/pid", folder);
	assert_true(prefork_write_pid(&work, ""));
	assert_true(prefork_write_pid(&work, path));
	fd = open(path, O_RDONLY);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	snprintf(expected, sizeof(expected), "%d\n", (int)getpid());
	assert_string_equal(text, expected);

	child = fork();
	if (!child) {
		pool_free(work.pool);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	assert_int_equal(access(path, F_OK), 0);
	pool_free(work.pool);
	assert_int_equal(access(path, F_OK), -1);

	work.pool = pool_new();
	rmdir(folder);
	assert_false(prefork_write_pid(&work, path));
	assert_int_equal(work.err, ERR_INTERNAL);
	pool_free(work.pool);
}

static void refuses_other_accounts(void **state)
{
	static const char *const users[] = { "root", "no such user" };
	struct work work = { 0 };

	(void)state;
	assert_true(prefork_drop_rights(&work, ""));
	if (geteuid())
		skip();
	EACH_ROW(i, users) {
		assert_false(prefork_drop_rights(&work, users[i]));
		assert_int_equal(work.err, ERR_INVALID_FIELD);
		assert_string_equal(work.field, "user");
		assert_non_null(strstr(work.why, users[i]));
	}
	assert_int_equal(geteuid(), 0);
}

static int rights_left(uid_t uid, gid_t gid)
{
	struct work work = { 0 };
	uid_t uids[3];
	gid_t gids[3], groups[100];
	int count;

	if (setgroups(1, (const gid_t[]){ 0 }))
		return 6;
	if (!prefork_drop_rights(&work, "nobody"))
		return 1;
	getresuid(&uids[0], &uids[1], &uids[2]);
	getresgid(&gids[0], &gids[1], &gids[2]);
	for (int i = 0; i < 3; i++)
		if (uids[i] != uid || gids[i] != gid)
			return 2;
	count = getgroups(100, groups);
	for (int i = 0; i < count; i++)
		if (!groups[i])
			return 3;
	if (!setuid(0) || !seteuid(0) || !setgid(0))
		return 4;
	return prefork_drop_rights(&work, "root") ? 0 : 5;
}

static void drops_rights_for_good(void **state)
{
	const struct passwd *nobody = getpwnam("nobody");
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() || !nobody)
		skip();
	pid = fork();
	if (!pid)
		_exit(rights_left(nobody->pw_uid, nobody->pw_gid));
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_its_pid),
		cmocka_unit_test(refuses_other_accounts),
		cmocka_unit_test(drops_rights_for_good),
	};

	return RUN_TESTS(tests);
}
