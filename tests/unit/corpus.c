/* corpus.c: the probe meets the pictures of PIXTIER_CORPUS, as its manifest
   says. */
#include "config.h"

#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/picture/probe.h"
#include "tests/unit/test.h"

enum { COLUMNS = 11, MAX_MS = 500 };

/* The columns of MANIFEST.tsv. */
struct row {
	const char *path, *format, *width, *height, *class, *what, *source;
	const char *licence, *expected, *bytes, *sha256;
};

struct counts {
	unsigned rows, accepted, refused, left_to_decoder, wrong;
	double slowest_ms;
};

static bool split(struct row *row, char *line)
{
	const char **columns = (const char **)row;

	line[strcspn(line, "\n")] = '\0';
	for (int i = 0; i < COLUMNS; i++)
		if (!(columns[i] = strsep(&line, "\t")))
			return false;
	return !line;
}
_Static_assert(sizeof(struct row) == COLUMNS * sizeof(char *),
	       "a row has the columns and nothing else");

static const char *corpus(void)
{
	const char *folder = getenv("PIXTIER_CORPUS");

	return folder && *folder ? folder : NULL;
}

static const uint8_t *read_file(struct pool *pool, const char *path,
				size_t *len)
{
	int fd = open(pool_printf(pool, "%s/%s", corpus(), path), O_RDONLY);
	struct stat st;
	uint8_t *bytes;
	ssize_t got;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	*len = (size_t)st.st_size;
	bytes = pool_alloc(pool, *len);
	got = read(fd, bytes, *len);
	assert_int_equal(got, *len);
	close(fd);
	return bytes;
}

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static bool wrong(struct counts *counts, const struct row *row,
		  const char *found)
{
	print_error("%s: expected %s, %s %sx%s; found %s\n", row->path,
		    row->expected, row->format, row->width, row->height, found);
	counts->wrong++;
	return false;
}

static bool same_format(const struct row *row, enum format format)
{
	return !strcasecmp(row->format, format_row(format)->name);
}

/* Sizes are as stored, before orientation; they are absent where the decoders
   that made the manifest took none. */
static bool same_size(const struct row *row, const struct probe *probe)
{
	return !*row->width ||
	       (strtoul(row->width, NULL, 10) == probe->width &&
		strtoul(row->height, NULL, 10) == probe->height);
}

static bool check_valid(struct counts *counts, const struct row *row,
			const struct probe *probe)
{
	char found[64];

	snprintf(found, sizeof(found), "%s %ux%u",
		 format_row(probe->format)->name, probe->width, probe->height);
	return (same_format(row, probe->format) && same_size(row, probe)) ||
	       wrong(counts, row, found);
}

/* What is no picture and what is too large are known from the header; what is
   damaged inside is not. */
static bool is_for_decoders(const struct row *row)
{
	static const char *const not_for_them[] = { "hostile/bomb/",
						    "hostile/bomb-header/",
						    "hostile/disguised/",
						    "hostile/unsupported/" };

	EACH_ROW(i, not_for_them)
		if (!strncmp(row->path, not_for_them[i],
			     strlen(not_for_them[i])))
			return false;
	return true;
}

static void check_row(struct counts *counts, const struct row *row)
{
	struct work work = { .pool = pool_new() };
	bool valid = !strcmp(row->class, "valid");
	struct conf conf;
	struct probe probe;
	const uint8_t *bytes;
	char status[8];
	double ms;
	size_t len;

	conf_init(&conf);
	work.conf = &conf;
	bytes = read_file(work.pool, row->path, &len);
	ms = now_ms();
	counts->rows++;
	if (probe_read(&probe, &work, bytes, len) &&
	    probe_is_bearable(&probe, &work)) {
		counts->accepted++;
		if (valid) {
			check_valid(counts, row, &probe);
		} else if (!strstr(row->expected, "ok")) {
			counts->left_to_decoder++;
			print_message("# left to the decoder: %s (%s)\n",
				      row->path, row->expected);
			if (!is_for_decoders(row))
				wrong(counts, row, "accepted");
		}
	} else {
		counts->refused++;
		snprintf(status, sizeof(status), "%d",
			 err_http_status(work.err));
		if (!strstr(row->expected, status))
			wrong(counts, row, work.why);
	}
	ms = now_ms() - ms;
	if (ms > MAX_MS)
		wrong(counts, row, "it takes too long");
	if (ms > counts->slowest_ms)
		counts->slowest_ms = ms;
	pool_free(work.pool);
}

static void check_class(const char *class)
{
	struct counts counts = { 0 };
	char path[4096], *line = NULL;
	size_t size = 0;
	struct row row;
	FILE *manifest;

	if (!corpus())
		skip();
	snprintf(path, sizeof(path), "%s/MANIFEST.tsv", corpus());
	manifest = fopen(path, "r");
	assert_non_null(manifest);
	while (getline(&line, &size, manifest) > 0) {
		assert_true(split(&row, line));
		if (!strcmp(row.class, class))
			check_row(&counts, &row);
	}
	free(line);
	fclose(manifest);
	print_message("# %s: %u pictures, %u accepted, %u refused, "
		      "%u left to the decoder, slowest %.2f ms\n",
		      class, counts.rows, counts.accepted, counts.refused,
		      counts.left_to_decoder, counts.slowest_ms);
	assert_true(counts.rows > 0);
	assert_int_equal(counts.wrong, 0);
}

static void valid_pictures_are_read(void **state)
{
	(void)state;
	check_class("valid");
}

static void hostile_pictures_are_refused_or_harmless(void **state)
{
	(void)state;
	check_class("hostile");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_pictures_are_read),
		cmocka_unit_test(hostile_pictures_are_refused_or_harmless),
	};

	return RUN_TESTS(tests);
}
