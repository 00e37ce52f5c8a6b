/* conf.c: tests where settings come from, and which values they take. */
#include "config.h"

#include "lib/base/base_url.h"
#include "lib/base/conf.h"

#include <ctype.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/process/memory_budget.h"
#include "tests/unit/test.h"

static struct work start(void)
{
	return (struct work){ .pool = pool_new() };
}

/* A file with this content; removed with the pool. */
static void remove_file(void *path)
{
	unlink(path);
}

static const char *file_of(struct pool *pool, const char *content, size_t len)
{
	char *path = pool_strdup(pool, "/tmp/pixtier-conf-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	pool_defer(pool, remove_file, path);
	assert_int_equal(write(fd, content, len), len);
	close(fd);
	return path;
}

static bool load(struct conf *conf, struct work *work, const char *content)
{
	return conf_load(conf, work,
			 file_of(work->pool, content, strlen(content)));
}

static void accepts_old_names(void **state)
{
	struct work work = start();
	struct conf conf;

	(void)state;
	assert_true(load(&conf, &work,
			 "painter_memory_request = 101\n"
			 "painter_memory_worker = 102\n"
			 "painter_seconds_request = 3\n"
			 "painter_seconds_worker = 4\n"
			 "decoder_pictures = 6\n"
			 "painter_pictures = 5\n"));
	assert_int_equal(conf.decoder_memory_request, 101);
	assert_int_equal(conf.decoder_memory_worker, 102);
	assert_int_equal(conf.decoder_seconds_request, 3);
	assert_int_equal(conf.decoder_seconds_worker, 4);
	assert_int_equal(conf.decoder_pictures, 6);
	setenv("PIXTIER_PAINTER_PICTURES", "7", 1);
	assert_true(conf_load(&conf, &work, NULL));
	unsetenv("PIXTIER_PAINTER_PICTURES");
	assert_int_equal(conf.decoder_pictures, 7);
	pool_free(work.pool);
}

static void has_defaults(void **state)
{
	struct work work = start();
	struct conf conf;

	(void)state;
	conf_init(&conf);
	assert_string_equal(conf.listen, PIXTIER_RUN_DIR "/fcgi.sock");
	assert_string_equal(conf.listen_uploads,
			    PIXTIER_RUN_DIR "/uploads.sock");
	assert_string_equal(conf.store_dir, PIXTIER_STORE_DIR);
	assert_string_equal(conf.keys_file, PIXTIER_SETTINGS_DIR "/keys");
	assert_int_equal(conf.socket_mode, 0660);
	assert_int_equal(conf.responders, 4);
	assert_int_equal(conf.db_port, 3306);
	assert_int_equal(conf.delivery, DELIVERY_ACCEL);
	assert_int_equal(conf.sandbox, SANDBOX_REQUIRED);
	assert_int_equal(conf.log_level, LOG_LEVEL_INFO);
	assert_true(conf_load(&conf, &work, NULL));
	assert_int_equal(conf.workers, 2);
	pool_free(work.pool);
}

static void reads_a_file(void **state)
{
	struct work work = start();
	struct conf conf;

	(void)state;
	assert_true(load(&conf, &work,
			 "# A comment with \"quotes\n"
			 "  # and = another\n"
			 "base_url = \"https://pictures.example\"\n"
			 "responders=7\n"
			 "workers = '8' # behind\n"
			 "socket_mode = 0600\n"
			 "delivery = sendfile\n"
			 "dialects = ' imagify  thumbnails'\n"
			 "log_to = syslog\n\n"
			 "session_ttl = 12h\n"
			 "webhook_retries = '5s 5m 2h'\n"
			 "max_upload = \"4294967296\""));
	assert_string_equal(conf.base_url, "https://pictures.example");
	assert_string_equal(conf.dialects, " imagify  thumbnails");
	assert_int_equal(conf.responders, 7);
	assert_int_equal(conf.workers, 8);
	assert_int_equal(conf.socket_mode, 0600);
	assert_int_equal(conf.delivery, DELIVERY_SENDFILE);
	assert_int_equal(conf.log_to, LOG_TO_SYSLOG);
	assert_int_equal(conf.max_upload, 4294967296);
	assert_int_equal(conf.upload_responders, 8);
	assert_int_equal(conf.session_ttl, 43200);
	assert_string_equal(conf.webhook_retries, "5s 5m 2h");
	assert_true(load(&conf, &work, ""));
	assert_int_equal(conf.responders, 4);
	pool_free(work.pool);
}

static void finds_the_file_of_all_programs(void **state)
{
	const bool installed =
		!access(PIXTIER_SETTINGS_DIR "/pixtier.conf", F_OK);

	(void)state;
	setenv("PIXTIER_CONFIG", "/other", 1);
	assert_string_equal(conf_find_file("/given"), "/given");
	assert_string_equal(conf_find_file(NULL), "/other");
	setenv("PIXTIER_CONFIG", "", 1);
	if (installed)
		assert_string_equal(conf_find_file(NULL),
				    PIXTIER_SETTINGS_DIR "/pixtier.conf");
	else
		assert_null(conf_find_file(NULL));
	unsetenv("PIXTIER_CONFIG");
}

/* clang-format off */
static const struct {
	const char *content, *field, *why; /* what follows the file's name */
} errors[] = {
	{ "responders = 0\n", "responders", ":1: responders: a number from 1 to 512, not \"0\"" },
	{ "# one\n# two\n\nresponders = 513", "responders", ":4: responders: a number from 1 to 512, not \"513\"" },
	{ "workers = 1\nresponders = ten\nworkers = 2", "responders", ":2: responders: a number from 1 to 512, not \"ten\"" },
	{ "responders = \"\"", "responders", ":1: responders: a number from 1 to 512, not \"\"" },
	{ "responders = 4k", "responders", ":1: responders: a number from 1 to 512, not \"4k\"" },
	{ "session_ttl = 1y", "session_ttl", ":1: session_ttl: seconds from 60 to 31536000, or with a unit such as 15m, 12h or 30d, not \"1y\"" },
	{ "session_ttl = 366d", "session_ttl", ":1: session_ttl: seconds from 60 to 31536000, or with a unit such as 15m, 12h or 30d, not \"366d\"" },
	{ "webhook_retries = '5s 8d'", "webhook_retries", ":1: webhook_retries: at most 20 times from 0 to 604800 seconds, a space between, not \"5s 8d\"" },
	{ "#\nsocket_mode = 0777", "socket_mode", ":2: socket_mode: permissions from 0600 to 0666, not \"0777\"" },
	{ "socket_mode = 0680", "socket_mode", ":1: socket_mode: permissions from 0600 to 0666, not \"0680\"" },
	{ "socket_mode = -0660", "socket_mode", ":1: socket_mode: permissions from 0600 to 0666, not \"-0660\"" },
	{ "\ndelivery = nginx", "delivery", ":2: delivery: one of accel sendfile, not \"nginx\"" },
	{ "delivery = acce", "delivery", ":1: delivery: one of accel sendfile, not \"acce\"" },
	{ "dialects = 'imagify klingon'", "dialects", ":1: dialects: words of \"image_api imagify thumbnail_generator resize_tasks thumbnails\", not \"klingon\"" },
	{ "base_url = ftp://a", "base_url", ":1: base_url: http:// or https://, a host, and perhaps a port and a path of at most 100 letters, digits and /._~- without a slash at the end, not \"ftp://a\"" },
	{ "delivery = 'accel sendfile'", "delivery", ":1: delivery: one of accel sendfile, not \"accel sendfile\"" },
	{ "# a\n# b\ncolour = blue", "settings", ":3: no such option 'colour'" },
	{ "responders 4", "settings", ":1: missing equal sign after option 'responders'" },
	{ "responders = {4}", "settings", ":1: " },
	{ "responders =", "settings", ":1: premature end of file" },
	{ "workers = 2\n/* responders = 4\n", "settings", ": expected the end of a comment" },
	{ "workers = 2\n\"responders = 4\n", "settings", ": expected the end of a comment or of a text" },
	{ "'workers = 2", "settings", ":1: unterminated string constant" },
	{ "include(\"/etc/hostname\")", "settings", ":1: no such option 'include'" },
};
/* clang-format on */

static void says_where_a_file_is_wrong(void **state)
{
	(void)state;
	EACH_ROW(i, errors) {
		struct work work = start();
		const char *content = errors[i].content;
		const char *file = file_of(work.pool, content, strlen(content));
		struct conf conf;

		assert_false(conf_load(&conf, &work, file));
		assert_int_equal(work.err, ERR_INVALID_FIELD);
		assert_string_equal(work.field, errors[i].field);
		if (!text_starts(work.why, pool_printf(work.pool, "%s%s", file,
						       errors[i].why)))
			fail_msg("%s: %s", content, work.why);
		pool_free(work.pool);
	}
}

/* clang-format off */
static const struct {
	const char *text, *path; /* NULL: refused */
} base_urls[] = {
	{ "http://a", "" },
	{ "https://a.example:444", "" },
	{ "http://[::1]:8080", "" },
	{ "https://a/b", "/b" },
	{ "http://127.0.0.1:1/a/b.c/~d_e-F9", "/a/b.c/~d_e-F9" },
	{ "http://a/...", "/..." },
	{ "", NULL }, { "a", NULL }, { "//a", NULL }, { "/a", NULL },
	{ "HTTP://a", NULL }, { "ftp://a", NULL },
	{ "http://", NULL }, { "http:///a", NULL },
	{ "http://a/", NULL }, { "http://a/b/", NULL },
	{ "http://a//b", NULL }, { "http://a/b//c", NULL },
	{ "http://a/.", NULL }, { "http://a/b/../c", NULL }, { "http://a/..", NULL },
	{ "http://a b", NULL }, { "http://a/b c", NULL }, { "http://a\"", NULL },
	{ "http://a/%62", NULL }, { "http://a/b?c", NULL }, { "http://a#b", NULL },
	{ "http://a/\xc3\xa4", NULL }, { "http://a/b;", NULL }, { "http://u@a", NULL },
};
/* clang-format on */

static void checks_base_url(void **state)
{
	const char *long_path;
	struct work work = start();

	(void)state;
	EACH_ROW(i, base_urls) {
		assert_int_equal(base_url_is_valid(base_urls[i].text),
				 base_urls[i].path != NULL);
		if (base_urls[i].path)
			assert_string_equal(base_url_path(base_urls[i].text),
					    base_urls[i].path);
	}
	long_path = pool_printf(work.pool, "http://a/%0*d",
				BASE_URL_MAX_PATH - 1, 0);
	assert_true(base_url_is_valid(long_path));
	assert_false(
		base_url_is_valid(pool_printf(work.pool, "%s0", long_path)));
	pool_free(work.pool);
}

static void refuses_what_is_no_file(void **state)
{
	struct work work = start();
	struct conf conf;
	char *text = pool_alloc(work.pool, 6000);

	(void)state;
	assert_false(conf_load(&conf, &work, "/nonexistent/pixtier.conf"));
	assert_non_null(strstr(work.why, "/nonexistent/pixtier.conf: No such"));
	assert_false(conf_load(&conf, &work, "/"));
	assert_non_null(strstr(work.why, "/: Is a directory"));

	assert_false(conf_load(&conf, &work,
			       file_of(work.pool, "user=a\0b\nworkers=9", 17)));
	assert_false(conf_load(&conf, &work,
			       file_of(work.pool, "workers=9\nuser=a\0b", 18)));
	memset(text, 'x', 5999);
	assert_false(load(&conf, &work, text));
	assert_non_null(strstr(work.why, "no such option 'xxx"));
	pool_free(work.pool);
}

static void environment_overrides(void **state)
{
	struct work work = start();
	struct conf conf;

	(void)state;
	setenv("PIXTIER_RESPONDERS", "9", 1);
	setenv("PIXTIER_DB_NAME", "from_environment", 1);
	setenv("PIXTIER_LISTEN", "", 1);
	assert_true(load(&conf, &work,
			 "responders = 7\nworkers = 5\nlisten = /run/s"));
	unsetenv("PIXTIER_LISTEN");
	unsetenv("PIXTIER_DB_NAME");
	assert_int_equal(conf.responders, 9);
	assert_int_equal(conf.workers, 5);
	assert_string_equal(conf.listen, "");
	assert_string_equal(conf.db_name, "from_environment");

	setenv("PIXTIER_RESPONDERS", "many", 1);
	assert_false(conf_load(&conf, &work, NULL));
	unsetenv("PIXTIER_RESPONDERS");
	assert_string_equal(work.field, "responders");
	assert_string_equal(work.why, "PIXTIER_RESPONDERS: responders: a "
				      "number from 1 to 512, not \"many\"");
	pool_free(work.pool);
}

struct wanted {
	const char *name, *value;
	struct pool *pool;
};

static void look(const struct conf_row *row, void *arg)
{
	struct wanted *wanted = arg;

	if (!strcmp(row->name, wanted->name))
		wanted->value = pool_strdup(wanted->pool, row->value);
}

static const char *value_of(const struct conf *conf, struct pool *pool,
			    const char *name)
{
	struct wanted wanted = { name, NULL, pool };

	conf_each(conf, pool, look, &wanted);
	assert_non_null(wanted.value);
	return wanted.value;
}

static bool sets(const char *name, const char *value)
{
	struct work work = start();
	struct conf conf;
	bool set = load(&conf, &work,
			pool_printf(work.pool, "%s = \"%s\"\n", name, value));

	if (set)
		assert_string_equal(value_of(&conf, work.pool, name), value);
	else
		assert_string_equal(work.field, name);
	pool_free(work.pool);
	return set;
}

/* Each bound is taken; one beyond it is not. */
static void check_row(const struct conf_row *row, void *arg)
{
	struct pool *pool = arg;
	long min, max, most;

	assert_true(strlen(row->meaning) > 10);
	if (sscanf(row->type, "seconds, %ld to %ld, up to %ld", &min, &max,
		   &most) == 3) {
		assert_true(sets(row->name, ""));
		assert_true(sets(row->name,
				 pool_printf(pool, "%ld %ld", max, min)));
		assert_false(sets(row->name, "1,2"));
		assert_false(sets(row->name, "1  2"));
		assert_false(
			sets(row->name, pool_printf(pool, "1 %ld", max + 1)));
		assert_false(
			sets(row->name, pool_printf(pool, "%ld 1", min - 1)));
		assert_false(sets(row->name,
				  "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 "
				  "18 19 20 21"));
	} else if (sscanf(row->type, "number, %ld to %ld", &min, &max) == 2 ||
		   sscanf(row->type, "seconds, %ld to %ld", &min, &max) == 2) {
		assert_true(sets(row->name, pool_printf(pool, "%ld", min)));
		assert_true(sets(row->name, pool_printf(pool, "%ld", max)));
		assert_false(
			sets(row->name, pool_printf(pool, "%ld", min - 1)));
		assert_false(
			sets(row->name, pool_printf(pool, "%ld", max + 1)));
	} else if (sscanf(row->type, "permissions, %lo to %lo",
			  (unsigned long *)&min, (unsigned long *)&max) == 2) {
		assert_true(sets(row->name, pool_printf(pool, "%04lo", min)));
		assert_true(sets(row->name, pool_printf(pool, "%04lo", max)));
		assert_false(
			sets(row->name, pool_printf(pool, "%04lo", min - 1)));
		assert_false(
			sets(row->name, pool_printf(pool, "%04lo", max + 1)));
	} else if (text_starts(row->type, "one of: ")) {
		char *words = pool_strdup(pool, row->type + 8);

		assert_false(sets(row->name, ""));
		assert_false(sets(row->name, words));
		for (char *word = strtok(words, " "); word;
		     word = strtok(NULL, " "))
			assert_true(sets(row->name, word));
	} else if (text_starts(row->type, "words of: ")) {
		assert_true(sets(row->name, ""));
		assert_true(sets(row->name, row->type + 10));
		assert_false(sets(row->name, "word"));
	} else if (text_starts(row->type, "blocks of addresses")) {
		assert_true(sets(row->name, ""));
		assert_true(sets(row->name, "10.0.0.0/8 fd00::/8 192.0.2.7"));
		assert_false(sets(row->name, "10.0.0.0/8,fd00::/8"));
		assert_false(sets(row->name, "10.0.0.1/8"));
		assert_false(sets(row->name, "localhost"));
	} else if (text_starts(row->type, "hosts")) {
		assert_true(sets(row->name, ""));
		assert_true(sets(row->name, "www.example.org *.example.org"));
		assert_false(sets(row->name, "https://www.example.org"));
		assert_false(sets(row->name, "www.example.org|*"));
	} else if (text_starts(row->type, "numbers")) {
		assert_true(sets(row->name, "1 65535"));
		assert_false(sets(row->name, ""));
		assert_false(sets(row->name, "0"));
		assert_false(sets(row->name, "80,443"));
		assert_false(sets(row->name, "80 65536"));
	} else if (text_starts(row->type, "http://")) {
		assert_true(sets(row->name, "https://a.example:444/b"));
		assert_false(sets(row->name, ""));
		assert_false(sets(row->name, "https://a.example/"));
	} else {
		assert_string_equal(row->type, "text");
	}
}

static void takes_what_is_in_the_bounds(void **state)
{
	struct pool *pool = pool_new();
	struct conf conf;

	(void)state;
	conf_init(&conf);
	conf_each(&conf, pool, check_row, pool);
	pool_free(pool);
}

static void hides_secrets(void **state)
{
	struct work work = start();
	struct conf conf;

	(void)state;
	assert_true(load(&conf, &work, "db_password = hunter2"));
	assert_string_equal(conf.db_password, "hunter2");
	assert_string_equal(value_of(&conf, work.pool, "db_password"), "***");
	assert_true(load(&conf, &work, "db_password = ''"));
	assert_string_equal(value_of(&conf, work.pool, "db_password"), "");
	pool_free(work.pool);
}

/* The reference with its settings uncommented; `number` gets how many. */
static char *uncommented(struct pool *pool, size_t *number)
{
	FILE *out = tmpfile();
	char *text = pool_alloc(pool, 1 << 16), *to = text;
	char line[1000];

	assert_non_null(out);
	conf_print_reference(out);
	rewind(out);
	for (*number = 0; fgets(line, sizeof(line), out);) {
		bool setting = *line == '#' && islower((unsigned char)line[1]);

		assert_true(*line == '#' || *line == '\n');
		assert_true(setting || strlen(line) <= 80);
		*number += setting;
		to = stpcpy(to, line + setting);
	}
	fclose(out);
	return text;
}

static void count(const struct conf_row *row, void *number)
{
	assert_string_equal(row->value, row->fallback);
	++*(size_t *)number;
}

static void reference_reads_back(void **state)
{
	struct work work = start();
	size_t printed, counted = 0;
	const char *text = uncommented(work.pool, &printed);
	struct conf conf;

	(void)state;
	if (!load(&conf, &work, text))
		fail_msg("%s", work.why);
	conf_each(&conf, work.pool, count, &counted);
	assert_int_equal(printed, counted);
	pool_free(work.pool);
}

/* So that small machines keep memory for pictures. */
static void follows_the_memory_of_the_machine(void **state)
{
	static const struct {
		long total_mib, set_mib, idle_mib;
	} cases[] = {
		{ 1, 0, 1 },        { 512, 0, 64 },    { 4096, 0, 512 },
		{ 65536, 0, 1024 }, { 512, 300, 300 },
	};
	struct conf conf;

	(void)state;
	EACH_ROW(i, cases) {
		conf_init(&conf);
		conf.decoder_memory_total = cases[i].total_mib;
		conf.idle_decoders_memory = cases[i].set_mib;
		conf_measure(&conf, memory_budget_default_mib());
		assert_int_equal(conf.idle_decoders_memory, cases[i].idle_mib);
	}
	conf_init(&conf);
	conf_measure(&conf, memory_budget_default_mib());
	assert_true(conf.decoder_memory_total > 0);
	assert_in_range(conf.idle_decoders_memory, 1,
			conf.decoder_memory_total / 8 + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_defaults),
		cmocka_unit_test(follows_the_memory_of_the_machine),
		cmocka_unit_test(accepts_old_names),
		cmocka_unit_test(finds_the_file_of_all_programs),
		cmocka_unit_test(reads_a_file),
		cmocka_unit_test(says_where_a_file_is_wrong),
		cmocka_unit_test(checks_base_url),
		cmocka_unit_test(refuses_what_is_no_file),
		cmocka_unit_test(environment_overrides),
		cmocka_unit_test(takes_what_is_in_the_bounds),
		cmocka_unit_test(hides_secrets),
		cmocka_unit_test(reference_reads_back),
	};

	return RUN_TESTS(tests);
}
