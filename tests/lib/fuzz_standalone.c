/* fuzz_standalone.c: runs a fuzz target without libFuzzer on the seeds of
   seeds.py: whole, cut short, and with a byte changed. TAP. */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/fuzz.h"

enum { MAX_SEED = 1 << 20, CUTS = 32, CHANGES = 64 };

/* In memory of exactly that length, so that sanitizers see a step beyond. */
static void run(const uint8_t *bytes, size_t len)
{
	uint8_t *exact = malloc(len + !len);

	if (!exact)
		abort();
	memcpy(exact, bytes, len);
	(void)LLVMFuzzerTestOneInput(exact, len);
	free(exact);
}

static unsigned run_seed(uint8_t *bytes, size_t len)
{
	const size_t cut = len / CUTS + 1, step = len / CHANGES + 1;
	unsigned runs = 1;

	run(bytes, len);
	for (size_t at = 0; at < len; at += cut, runs++)
		run(bytes, at);
	for (size_t at = 0; at < len; at += step, runs++) {
		const uint8_t was = bytes[at];

		bytes[at] = (uint8_t)(was + 1 + at * 37 % 255);
		run(bytes, len);
		bytes[at] = was;
	}
	return runs;
}

/* Returns how often the target ran. */
static unsigned run_file(const char *folder, const char *name)
{
	static uint8_t bytes[MAX_SEED];
	char path[4096];
	size_t len;
	FILE *in;

	if (*name == '.')
		return 0;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	in = fopen(path, "re");
	if (!in)
		return 0;
	len = fread(bytes, 1, sizeof(bytes), in);
	fclose(in);
	return run_seed(bytes, len);
}

int main(int argc, char **argv)
{
	const char *top = getenv("builddir");
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];
	struct dirent **entries;
	char folder[2048];
	unsigned runs = 0;
	int count;

	snprintf(folder, sizeof(folder), "%s/tests/fuzz/seeds/%s",
		 top ? top : ".", name);
	count = scandir(argc > 1 ? argv[1] : folder, &entries, NULL, alphasort);
	if (count < 0) {
		printf("1..0 # SKIP there are no seeds in %s\n", folder);
		return 0;
	}
	for (int i = 0; i < count; i++) {
		runs += run_file(argc > 1 ? argv[1] : folder,
				 entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	printf("1..1\n%s 1 - %s holds in %u runs\n", runs ? "ok" : "not ok",
	       name, runs);
	return !runs;
}
