/* fsck.c: pixtierctl fsck and sweep: checks that the database and the store are
   consistent. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/command.h"
#include "admin/print.h"
#include "admin/progress.h"
#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/model/check.h"
#include "lib/service/publish.h"
#include "lib/service/purge.h"
#include "lib/service/requeue.h"
#include "lib/store/store.h"

enum { EXAMPLES = 20, BATCH = 500 };

/* When the grace time of a file ends, the next sweep begins within
   PURGE_SWEEP_SECONDS and needs some time itself. */
enum { SWEEP_SECONDS = PURGE_SWEEP_SECONDS * 3 / 2, DELETION_SECONDS = 1 };

/* The invariants that must hold after every fault. */
enum invariant {
	INVARIANT_ORIGINAL_MISSING,
	INVARIANT_VARIANT_MISSING,
	INVARIANT_FILE_ORPHANED,
	INVARIANT_FILE_DAMAGED,
	INVARIANT_SUM_WRONG,
	INVARIANT_LEASE_EXPIRED,
	INVARIANT_IMAGE_STUCK,
	INVARIANT_OWNER_MISSING,
	INVARIANT_DELIVERY_STUCK,
	INVARIANT_NAME_NOT_INDEXED,
	INVARIANT_PUBLIC_WRONG,
	INVARIANT__COUNT
};

/* clang-format off */
static const struct {
	const char *id, *what, *remedy;
} invariants[INVARIANT__COUNT] = {
	[INVARIANT_ORIGINAL_MISSING] = { "I1", "ready images without their original", "restore the file from a backup of the store, or delete the image" },
	[INVARIANT_VARIANT_MISSING] = { "I2", "ready variants without their file", "restore the file from a backup of the store" },
	[INVARIANT_FILE_ORPHANED] = { "I3", "files without a row in the database that no worker has removed in time", "`pixtierctl fsck --repair` or `pixtierctl sweep` removes them, except files whose name is not one of pixtier" },
	[INVARIANT_FILE_DAMAGED] = { "I4", "files whose size or SHA-256 differs from their row", "restore the file from a backup of the store" },
	[INVARIANT_SUM_WRONG] = { "I5", "users whose totals differ from the sums over their images and variants", "`pixtierctl fsck --repair` corrects the totals" },
	[INVARIANT_LEASE_EXPIRED] = { "I6", "running jobs whose lease expired longer ago than the lease lasts", "check that pixtier-worker runs; `pixtierctl fsck --repair` requeues them" },
	[INVARIANT_IMAGE_STUCK] = { "I7", "images in processing without a pending job", "run `pixtierctl job retry` if a job of the image has failed, else delete the image" },
	[INVARIANT_OWNER_MISSING] = { "I8", "rows whose owner does not exist", "restore the database from a backup" },
	[INVARIANT_DELIVERY_STUCK] = { "I9", "pending webhook deliveries without a pending job", "`pixtierctl fsck --repair` marks them as failed, so that their owners can retry them" },
	[INVARIANT_NAME_NOT_INDEXED] = { "I10", "images whose name is missing in the index for searches", "after `pixtierctl fsck --repair`, a worker adds them to the index" },
	[INVARIANT_PUBLIC_WRONG] = { "I11", "public files without a public image, or with other bytes than their variant", "`pixtierctl fsck --repair` or `pixtierctl sweep` removes them" },
};
/* clang-format on */

struct fsck {
	struct call *call;
	struct pool *pool; /* for the whole run; work->pool is for one step */
	bool deep;
	int64_t files;
	int64_t counts[INVARIANT__COUNT];
	const char *examples[INVARIANT__COUNT][EXAMPLES];
	int64_t orphans; /* at the first scan */
	struct progress progress;
};

static void note(struct fsck *fsck, enum invariant invariant,
		 const char *example)
{
	int64_t *count = &fsck->counts[invariant];

	if (*count < EXAMPLES)
		fsck->examples[invariant][*count] =
			pool_strdup(fsck->pool, example);
	++*count;
}

static void show_progress(struct fsck *fsck)
{
	progress_show(&fsck->progress, ++fsck->files, 0);
}

/* Files that rows refer to */

/* Compares the size, and with --deep the SHA-256. */
static bool is_as_said(bool *same, struct fsck *fsck, int fd,
		       const struct check_file *file)
{
	struct work *work = fsck->call->work;
	uint8_t sum[CRYPT_SHA256_SIZE];
	struct stat st;

	if (fstat(fd, &st))
		return fail_errno(work, "cannot get the size of a file in "
					"the store");
	*same = st.st_size == file->bytes;
	if (!*same || !fsck->deep)
		return true;
	if (!store_sum(sum, work, fd))
		return false;
	*same = !memcmp(sum, file->sha256, sizeof(sum));
	return true;
}

static bool check_one(struct fsck *fsck, const struct check_file *file,
		      enum invariant missing)
{
	struct work *work = fsck->call->work;
	const char *key = store_key(work->pool, file->image_id, file->variant);
	enum invariant broken = INVARIANT_FILE_DAMAGED;
	bool same = false, current;
	int fd;

	show_progress(fsck);
	if (!store_get(&fd, work, key)) {
		if (work->err != ERR_NOT_FOUND)
			return false;
		broken = missing;
	} else if (!is_as_said(&same, fsck, fd, file)) {
		return false;
	}
	if (same)
		return true;
	if (!check_file_is_current(&current, work, file))
		return false;
	if (current)
		note(fsck, broken, key);
	return true;
}

/* Each file has its own pool, which closes the file. */
static bool check_files(struct fsck *fsck, const struct check_file *files,
			size_t count, enum invariant missing)
{
	struct work *work = fsck->call->work;
	bool good = true;

	for (size_t i = 0; good && i < count; i++) {
		struct pool *outer = work_pool_begin(work);

		good = check_one(fsck, &files[i], missing);
		work_pool_end(work, outer);
	}
	return good;
}

static bool check_batch(struct fsck *fsck, struct check_file *last,
			size_t *count, enum invariant missing)
{
	struct work *work = fsck->call->work;
	struct check_file *files;

	if (missing == INVARIANT_ORIGINAL_MISSING
		    ? !check_list_originals(&files, count, work, last->image_id,
					    BATCH)
		    : !check_list_variants(&files, count, work, last, BATCH))
		return false;
	if (!check_files(fsck, files, *count, missing))
		return false;
	if (*count) {
		*last = files[*count - 1];
		last->variant = pool_strdup(fsck->pool, last->variant);
	}
	return true;
}

static bool walk_rows(struct fsck *fsck, enum invariant missing)
{
	struct work *work = fsck->call->work;
	struct check_file last = { .variant = "" };
	size_t count = BATCH;
	bool good = true;

	while (good && count == BATCH) {
		struct pool *outer = work_pool_begin(work);

		good = check_batch(fsck, &last, &count, missing);
		work_pool_end(work, outer);
	}
	return good;
}

static bool check_originals(struct fsck *fsck)
{
	return walk_rows(fsck, INVARIANT_ORIGINAL_MISSING);
}

static bool check_variants(struct fsck *fsck)
{
	return walk_rows(fsck, INVARIANT_VARIANT_MISSING);
}

/* Files without a row */

/* Seconds before the sweep deletes a file without a row. */
static int64_t patience(const struct work *work, const char *key)
{
	long grace = work->conf->sweep_grace;

	return purge_is_own(key) ? grace + SWEEP_SECONDS : grace;
}

static bool is_orphan(struct work *work, const char *key, int64_t changed_at)
{
	int64_t age_us = clock_now_us() - changed_at;

	return age_us > patience(work, key) * 1000000 &&
	       !purge_is_named(work, key);
}

static bool count_orphan(struct work *work, const char *key, int64_t bytes,
			 int64_t changed_at, void *arg)
{
	struct fsck *fsck = arg;

	(void)bytes;
	show_progress(fsck);
	fsck->orphans += is_orphan(work, key, changed_at);
	return true;
}

static bool note_orphan(struct work *work, const char *key, int64_t bytes,
			int64_t changed_at, void *arg)
{
	(void)bytes;
	if (is_orphan(work, key, changed_at))
		note(arg, INVARIANT_FILE_ORPHANED, key);
	return true;
}

/* Deleting an image deletes its rows first and its files, of any age, after
   that: a file is an orphan only if it still exists a second later. */
static bool check_orphans(struct fsck *fsck)
{
	struct work *work = fsck->call->work;

	if (!store_each(work, count_orphan, fsck))
		return false;
	if (!fsck->orphans)
		return true;
	sleep(DELETION_SECONDS);
	return store_each(work, note_orphan, fsck);
}

static void note_public(struct uuid image, const char *name, void *arg)
{
	struct fsck *fsck = arg;

	note(fsck, INVARIANT_PUBLIC_WRONG,
	     pool_printf(fsck->pool, "%s/%s", UUID_TEXT(image), name));
}

static bool check_public(struct fsck *fsck)
{
	return publish_each_wrong(fsck->call->work, note_public, fsck);
}

/* Rows */

static bool check_sums(struct fsck *fsck)
{
	struct check_sums *sums;
	size_t count;

	if (!check_list_sums(&sums, &count, fsck->call->work))
		return false;
	for (size_t i = 0; i < count; i++)
		note(fsck, INVARIANT_SUM_WRONG,
		     pool_printf(fsck->pool,
				 "%s: %lld bytes, %lld images and %lld bytes "
				 "of variants, not %lld, %lld and %lld",
				 sums[i].username, (long long)sums[i].bytes,
				 (long long)sums[i].images,
				 (long long)sums[i].variant_bytes,
				 (long long)sums[i].used_bytes,
				 (long long)sums[i].used_images,
				 (long long)sums[i].used_variant_bytes));
	return true;
}

static bool list_stale_jobs(struct uuid **ids, size_t *count, struct work *work)
{
	return check_list_stale_jobs(ids, count, work, work->conf->job_lease);
}

/* The invariants whose violations a statement lists by id. */
static const struct {
	enum invariant invariant;
	bool (*list)(struct uuid **ids, size_t *count, struct work *work);
} listed[] = {
	{ INVARIANT_LEASE_EXPIRED, list_stale_jobs },
	{ INVARIANT_IMAGE_STUCK, check_list_stuck_images },
	{ INVARIANT_DELIVERY_STUCK, check_list_stranded },
	{ INVARIANT_NAME_NOT_INDEXED, check_list_unindexed },
};

static bool check_listed(struct fsck *fsck)
{
	struct uuid *ids;
	size_t count;

	for (size_t i = 0; i < ARRAY_LEN(listed); i++) {
		if (!listed[i].list(&ids, &count, fsck->call->work))
			return false;
		for (size_t k = 0; k < count; k++)
			note(fsck, listed[i].invariant, UUID_TEXT(ids[k]));
	}
	return true;
}

static bool check_owners(struct fsck *fsck)
{
	struct check_stray *strays;
	size_t count;

	if (!check_list_strays(&strays, &count, fsck->call->work))
		return false;
	for (size_t i = 0; i < count; i++)
		note(fsck, INVARIANT_OWNER_MISSING,
		     pool_printf(fsck->pool, "%s %s", strays[i].table,
				 UUID_TEXT(strays[i].id)));
	return true;
}

static bool (*const checks[])(struct fsck *fsck) = {
	check_originals, check_variants, check_orphans, check_public,
	check_sums,      check_listed,   check_owners,
};

/* Repairs, before the checks */

struct repaired {
	struct purge_swept swept;
	int64_t sums, jobs, names;
	uint64_t deliveries;
};

static bool repair_sums(int64_t *repaired, struct work *work)
{
	struct check_sums *sums;
	size_t count;

	if (!check_list_sums(&sums, &count, work))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!check_repair_sums(work, sums[i].user_id))
			return false;
	*repaired = (int64_t)count;
	return true;
}

static bool repair_names(int64_t *repaired, struct work *work)
{
	struct uuid *ids;
	size_t count;

	if (!check_list_unindexed(&ids, &count, work))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!check_repair_unindexed(work, ids[i]))
			return false;
	*repaired = (int64_t)count;
	return true;
}

static const char *describe(struct pool *pool, const struct repaired *done)
{
	return pool_printf(pool,
			   "%lld temporary files, %lld orphans, "
			   "%lld images with wrong public files, %lld sums, "
			   "%lld jobs, %llu deliveries, %lld names",
			   (long long)done->swept.temporary,
			   (long long)done->swept.orphans,
			   (long long)done->swept.unpublished,
			   (long long)done->sums, (long long)done->jobs,
			   (unsigned long long)done->deliveries,
			   (long long)done->names);
}

static bool repair(struct repaired *done, const struct call *call)
{
	struct work *work = call->work;

	return purge_sweep(&done->swept, work) &&
	       repair_sums(&done->sums, work) &&
	       requeue_expired(&done->jobs, work) &&
	       check_repair_stranded(&done->deliveries, work) &&
	       repair_names(&done->names, work) &&
	       command_audit(call, "fsck.repair", "database and store",
			     describe(work->pool, done));
}

/* The report */

static int64_t total_of(const struct fsck *fsck)
{
	int64_t total = 0;

	for (size_t i = 0; i < INVARIANT__COUNT; i++)
		total += fsck->counts[i];
	return total;
}

static struct json *json_of(const struct fsck *fsck, enum invariant i)
{
	struct json *json = json_object(fsck->pool);
	struct json *examples = json_array(fsck->pool);

	for (int64_t k = 0; k < fsck->counts[i] && k < EXAMPLES; k++)
		json_push_text(examples, fsck->examples[i][k]);
	json_set_text(json, "id", invariants[i].id);
	json_set_text(json, "what", invariants[i].what);
	json_set_int(json, "count", fsck->counts[i]);
	json_set(json, "examples", examples);
	return json;
}

static struct json *json_of_repair(struct pool *pool,
				   const struct repaired *done)
{
	struct json *json = json_object(pool);

	json_set_int(json, "temporary", done->swept.temporary);
	json_set_int(json, "orphans", done->swept.orphans);
	json_set_int(json, "unpublished", done->swept.unpublished);
	json_set_int(json, "sums", done->sums);
	json_set_int(json, "jobs", done->jobs);
	json_set_int(json, "deliveries", (int64_t)done->deliveries);
	json_set_int(json, "names", done->names);
	return json;
}

static void report_json(const struct fsck *fsck, const struct repaired *done)
{
	struct json *json = json_object(fsck->pool);
	struct json *list = json_array(fsck->pool);

	for (size_t i = 0; i < INVARIANT__COUNT; i++)
		json_push(list, json_of(fsck, (enum invariant)i));
	json_set_bool(json, "clean", !total_of(fsck));
	json_set_bool(json, "deep", fsck->deep);
	json_set_int(json, "files", fsck->files);
	json_set(json, "invariants", list);
	json_set(json, "repaired",
		 done ? json_of_repair(fsck->pool, done) : NULL);
	puts(json_print_pretty(fsck->pool, json));
}

static void report_text(const struct fsck *fsck, const struct repaired *done)
{
	if (done)
		printf("repaired: %s\n", describe(fsck->pool, done));
	for (size_t i = 0; i < INVARIANT__COUNT; i++) {
		printf("%-3s %6lld  %s\n", invariants[i].id,
		       (long long)fsck->counts[i], invariants[i].what);
		if (!fsck->counts[i])
			continue;
		printf("%12s%s\n", "", invariants[i].remedy);
		for (int64_t k = 0; k < fsck->counts[i] && k < EXAMPLES; k++)
			printf("%14s%s\n", "", fsck->examples[i][k]);
	}
	if (!fsck->deep)
		puts("I4: only sizes were compared; --deep also compares the "
		     "SHA-256 of every file");
}

bool cmd_fsck_run(struct call *call)
{
	struct work *work = call->work;
	struct fsck fsck = {
		.call = call,
		.pool = work->pool,
		.deep = call->options[OPTION_DEEP],
		.progress = { .what = "files checked" },
	};
	bool repairs = call->options[OPTION_REPAIR];
	struct repaired done = { 0 };
	bool good = !repairs || repair(&done, call);

	for (size_t i = 0; good && i < ARRAY_LEN(checks); i++)
		good = checks[i](&fsck);
	progress_end(&fsck.progress);
	if (!good)
		return false;
	(call->json ? report_json : report_text)(&fsck, repairs ? &done : NULL);
	return !total_of(&fsck) ||
	       fail(work, ERR_INTERNAL, "found %lld inconsistencies",
		    (long long)total_of(&fsck));
}

bool cmd_fsck_sweep(struct call *call)
{
	static const char *const columns[] = { "temporary", "orphans",
					       "unpublished", NULL };
	struct print *print = print_record(call, columns);
	struct purge_swept swept;

	if (!purge_sweep(&swept, call->work))
		return false;
	PRINT_ROW(print, cell_number(swept.temporary),
		  cell_number(swept.orphans), cell_number(swept.unpublished));
	print_end(print);
	return command_audit(call, "sweep", "store",
			     pool_printf(call->work->pool,
					 "%lld temporary files, %lld orphans, "
					 "%lld images with wrong public "
					 "files",
					 (long long)swept.temporary,
					 (long long)swept.orphans,
					 (long long)swept.unpublished));
}
