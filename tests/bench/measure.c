/* measure.c: measures what one rendering of a picture costs. */
#include "config.h"

#include "tests/bench/measure.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_PROCESSES = 4096, MAX_RENDERINGS = 100000 };

struct usage {
	int64_t cpu_us;
	int64_t real_us;
	int64_t faults;
	long peak_kib;
};

struct process {
	int pid, parent;
	int64_t cpu_us;
	int64_t faults;
};

void measure_fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

unsigned measure_width(unsigned width, unsigned height, unsigned new_height)
{
	return (unsigned)(((uint64_t)width * new_height + height / 2) / height);
}

static bool read_line(char *line, size_t size, const char *file, int pid)
{
	char path[64];
	FILE *stream;
	bool good;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	stream = fopen(path, "re");
	if (!stream)
		return false;
	good = fgets(line, (int)size, stream);
	fclose(stream);
	return good;
}

/* Reads the CPU time in nanoseconds from schedstat, if the kernel has it: stat
   (proc(5)) has it in steps of 10 ms. For children that have ended there is
   only stat. */
static bool read_process(struct process *process, int pid)
{
	const int64_t tick_us = 1000000 / sysconf(_SC_CLK_TCK);
	unsigned long faults, child_faults, user, system;
	long child_user, child_system;
	unsigned long long own_ns;
	char line[1024];
	int parent;
	const char *name_end;

	if (!read_line(line, sizeof(line), "stat", pid))
		return false;
	name_end = strrchr(line, ')');
	if (!name_end ||
	    sscanf(name_end + 2,
		   "%*c %d %*d %*d %*d %*d %*u %lu %lu %*u %*u %lu %lu %ld %ld",
		   &parent, &faults, &child_faults, &user, &system, &child_user,
		   &child_system) != 7)
		return false;
	*process = (struct process){
		.pid = pid,
		.parent = parent,
		.cpu_us = (int64_t)(user + system) * tick_us,
		.faults = (int64_t)(faults + child_faults),
	};
	if (read_line(line, sizeof(line), "schedstat", pid) &&
	    sscanf(line, "%llu", &own_ns) == 1)
		process->cpu_us = (int64_t)(own_ns / 1000);
	process->cpu_us += (child_user + child_system) * tick_us;
	return true;
}

static long read_peak_kib(int pid)
{
	char path[64], line[256];
	long peak_kib = 0;
	FILE *stream;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	stream = fopen(path, "re");
	if (!stream)
		return 0;
	while (fgets(line, sizeof(line), stream))
		if (sscanf(line, "VmHWM: %ld", &peak_kib) == 1)
			break;
	fclose(stream);
	return peak_kib;
}

static size_t list_processes(struct process *list)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;
	size_t count = 0;

	while (folder && count < MAX_PROCESSES && (entry = readdir(folder))) {
		const int pid = atoi(entry->d_name);

		if (pid > 0 && read_process(&list[count], pid))
			count++;
	}
	if (folder)
		closedir(folder);
	return count;
}

static bool is_below(const struct process *list, size_t count, int pid,
		     int ancestor)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].pid == pid)
			return list[i].parent == ancestor ||
			       (list[i].parent > 1 &&
				is_below(list, count, list[i].parent,
					 ancestor));
	return false;
}

/* Adds the usage of all processes below this one that live or were not waited
   for. */
static void add_descendants(struct usage *usage)
{
	static struct process list[MAX_PROCESSES];
	const size_t count = list_processes(list);

	for (size_t i = 0; i < count; i++) {
		long peak_kib;

		if (!is_below(list, count, list[i].pid, getpid()))
			continue;
		usage->cpu_us += list[i].cpu_us;
		usage->faults += list[i].faults;
		peak_kib = read_peak_kib(list[i].pid);
		if (peak_kib > usage->peak_kib)
			usage->peak_kib = peak_kib;
	}
}

static int64_t timeval_us(struct timeval time)
{
	return time.tv_sec * INT64_C(1000000) + time.tv_usec;
}

/* Returns the usage of this process, of its children that have ended, and of
   all processes below it, so that engines with several processes are
   comparable. */
static struct usage read_usage(void)
{
	struct rusage own, ended;
	struct usage usage;
	struct timespec now;

	getrusage(RUSAGE_SELF, &own);
	getrusage(RUSAGE_CHILDREN, &ended);
	clock_gettime(CLOCK_MONOTONIC, &now);
	usage = (struct usage){
		.cpu_us = timeval_us(own.ru_utime) + timeval_us(own.ru_stime) +
			  timeval_us(ended.ru_utime) +
			  timeval_us(ended.ru_stime),
		.real_us = now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000,
		.faults = own.ru_minflt + ended.ru_minflt,
		.peak_kib = read_peak_kib(getpid()),
	};
	if (ended.ru_maxrss > usage.peak_kib)
		usage.peak_kib = ended.ru_maxrss;
	add_descendants(&usage);
	return usage;
}

static struct measure_input read_input(const char *path)
{
	FILE *file = fopen(path, "re");
	struct stat stat;
	uint8_t *bytes;

	if (!file || fstat(fileno(file), &stat))
		measure_fail("%s: cannot open the picture", path);
	bytes = malloc((size_t)stat.st_size + 1);
	if (!bytes ||
	    fread(bytes, 1, (size_t)stat.st_size, file) != (size_t)stat.st_size)
		measure_fail("%s: cannot read the picture", path);
	fclose(file);
	return (struct measure_input){ path, bytes, (size_t)stat.st_size };
}

static void write_output(const char *prefix, unsigned height,
			 const struct measure_output *output)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s-%u", prefix, height);
	file = fopen(path, "we");
	if (!file || fwrite(output->bytes, 1, output->len, file) != output->len)
		measure_fail("%s: cannot write the thumbnail", path);
	fclose(file);
}

static void free_outputs(struct measure_output outputs[MEASURE__COUNT])
{
	for (int i = 0; i < MEASURE__COUNT; i++)
		free(outputs[i].bytes);
}

static void render_first(const char *prefix, measure_render *render, void *arg,
			 const struct measure_input *input)
{
	struct measure_output outputs[MEASURE__COUNT];

	render(arg, input, outputs);
	write_output(prefix, MEASURE_LARGE_HEIGHT, &outputs[MEASURE_LARGE]);
	write_output(prefix, MEASURE_SMALL_HEIGHT, &outputs[MEASURE_SMALL]);
	free_outputs(outputs);
}

static void render_times(long times, measure_render *render, void *arg,
			 const struct measure_input *input)
{
	const struct usage before = read_usage();
	struct measure_output outputs[MEASURE__COUNT];
	struct usage after;

	for (long i = 0; i < times; i++) {
		render(arg, input, outputs);
		free_outputs(outputs);
	}
	after = read_usage();
	printf("%.1f %.1f %.1f %ld %zu %zu\n",
	       (double)(after.cpu_us - before.cpu_us) / (double)times,
	       (double)(after.real_us - before.real_us) / (double)times,
	       (double)(after.faults - before.faults) / (double)times,
	       after.peak_kib, outputs[MEASURE_LARGE].len,
	       outputs[MEASURE_SMALL].len);
	fflush(stdout);
}

int measure_main(int argc, char **argv,
		 void *(*start)(const struct measure_input *input),
		 measure_render *render)
{
	struct measure_input input;
	char line[64];
	void *arg;

	if (argc != 3)
		measure_fail("usage: %s FILE OUT", argv[0]);
	/* A process whose parent ends becomes a child of this one. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	input = read_input(argv[1]);
	arg = start ? start(&input) : NULL;
	render_first(argv[2], render, arg, &input);
	while (fgets(line, sizeof(line), stdin)) {
		const long times = strtol(line, NULL, 10);

		if (times < 1 || times > MAX_RENDERINGS)
			measure_fail(
				"stdin: expected a number from 1 to %d, not \"%s\"",
				MAX_RENDERINGS, line);
		render_times(times, render, arg, &input);
	}
	return 0;
}
