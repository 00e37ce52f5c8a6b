/* metric.c: counters, gauges and histograms that all processes share. */
#include "config.h"

#include "lib/process/metric.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/process/shared.h"

enum type { COUNTER, GAUGE, HISTOGRAM };

/* The value of a cell that is not printed. */
#define UNKNOWN UINT64_MAX

/* clang-format off */
static const char *const type_names[] = {
	[COUNTER] = "counter", [GAUGE] = "gauge", [HISTOGRAM] = "histogram",
};

static const struct {
	const char *name;
	enum type type;
	const char *labels[2];
	const char *help;
} metrics[] = {
	[METRIC_REQUESTS]        = { "pixtier_requests_total",        COUNTER,   { "route", "status" }, "Requests answered." },
	[METRIC_REQUEST_SECONDS] = { "pixtier_request_seconds",       HISTOGRAM, { NULL },              "Time from accepting a request to the end of its answer." },
	[METRIC_RATE_LIMITED]    = { "pixtier_rate_limited_total",    COUNTER,   { "limit" },           "Requests refused because of a rate limit, by limit." },
	[METRIC_PASSWORD_HASHES] = { "pixtier_password_hashes_total", COUNTER,   { "kind" },            "Password hashes computed for logins, by their prefix in crypt(5)." },
	[METRIC_DROPPED]         = { "pixtier_requests_dropped_total", COUNTER,  { "reason" },          "Requests that were dropped because too many waited (queue) or the client closed the connection (client_gone)." },
	[METRIC_WAITING]         = { "pixtier_requests_waiting",      GAUGE,     { "group" },           "Connections that waited for a responder of the group when it last accepted one." },
	[METRIC_UPLOADS]         = { "pixtier_uploads_total",         COUNTER,   { NULL },              "Uploaded and fetched pictures." },
	[METRIC_UPLOAD_BYTES]    = { "pixtier_upload_bytes_total",    COUNTER,   { NULL },              "Bytes of uploaded and fetched pictures." },
	[METRIC_RENDER_SECONDS]  = { "pixtier_paint_seconds",         HISTOGRAM, { NULL },              "Time that a decoder process took for one picture." },
	[METRIC_DECODER_DEATHS]  = { "pixtier_painter_deaths_total",  COUNTER,   { NULL },              "Decoder processes that ended without a result." },
	[METRIC_MEMORY_BUSY]     = { "pixtier_memory_busy_total",     COUNTER,   { NULL },              "Renderings delayed because other decoder processes used the memory." },
	[METRIC_JOBS]            = { "pixtier_jobs_total",            COUNTER,   { "kind", "result" },  "Ended attempts of jobs." },
	[METRIC_RESPAWNS]        = { "pixtier_respawns_total",        COUNTER,   { "group" },           "Children that a supervisor replaced because they ended." },
	[METRIC_DB_RETRIES]      = { "pixtier_db_retries_total",      COUNTER,   { NULL },              "Transactions repeated after a deadlock or a lock time-out." },
	[METRIC_DB_RECONNECTS]   = { "pixtier_db_reconnects_total",   COUNTER,   { NULL },              "Connections to the database that were opened again." },
	[METRIC_DB_UP]           = { "pixtier_database_up",           GAUGE,     { NULL },              "Whether the database answered the last queries for jobs and for the gauges below." },
	[METRIC_QUEUED]          = { "pixtier_jobs_queued",           GAUGE,     { "priority" },        "Waiting jobs; the count stops at 100000." },
	[METRIC_QUEUED_SECONDS]  = { "pixtier_jobs_queued_seconds",   GAUGE,     { "priority" },        "Time since the oldest waiting job became due." },
	[METRIC_WORKERS]         = { "pixtier_workers",               GAUGE,     { "state" },           "Workers with and without a heartbeat in the last 30 seconds." },
	[METRIC_STORE_BYTES]     = { "pixtier_store_bytes",           GAUGE,     { "kind" },            "Bytes of originals and of variants." },
	[METRIC_BUILD_INFO]      = { "pixtier_build_info",            GAUGE,     { "version" },         "Always 1; the label has the running version." },
};

static const struct { int64_t us; const char *text; } bounds[] = {
	{ 1000, "0.001" },  { 2500, "0.0025" },  { 5000, "0.005" },    { 10000, "0.01" },   { 25000, "0.025" },
	{ 50000, "0.05" },  { 100000, "0.1" },   { 250000, "0.25" },   { 500000, "0.5" },   { 1000000, "1" },
	{ 2500000, "2.5" }, { 5000000, "5" },    { 10000000, "10" },   { 30000000, "30" },  { 60000000, "60" },
};
/* clang-format on */
_Static_assert(ARRAY_LEN(metrics) == METRIC__COUNT, "every metric needs a row");
_Static_assert(ARRAY_LEN(bounds) + 1 == METRIC_BUCKETS, "see metric.h");

enum { LABEL_WORDS = (METRIC_MAX_LABEL + 1) / 8 };

/*
 * One combination of label values. The first process that stores its hash in
 * the slot assigns the slot. Any process that then finds `owner` zero writes
 * the label; all write the same text. So if a process dies in between, the next
 * one completes the slot.
 */
struct slot {
	_Atomic uint64_t hash;  /* 0: free */
	_Atomic uint64_t owner; /* 1 + the metric; 0: `label` is incomplete */
	_Atomic uint64_t value;
	_Atomic uint64_t label[LABEL_WORDS];
};

struct region {
	/* Values without labels; for metrics with labels, the value of
	   "other". */
	_Atomic uint64_t plain[METRIC__COUNT];
	_Atomic uint64_t sums_us[METRIC__COUNT];
	_Atomic uint64_t buckets[METRIC__COUNT][METRIC_BUCKETS];
	_Atomic int64_t due_ms; /* see metric_is_due() */
	struct slot slots[METRIC_MAX_LABELS];
};

static struct region *region;

const char *metric_name(enum metric metric)
{
	return metrics[metric].name;
}

void metric_init(void)
{
	if (!region)
		region = shared_new(sizeof(*region));
}

static void add(_Atomic uint64_t *cell, uint64_t n)
{
	atomic_fetch_add_explicit(cell, n, memory_order_relaxed);
}

/* FNV-1a; never 0. Labels are constants of the program, so 64 bits identify
   them. */
static uint64_t hash_of(enum metric metric, const char *label)
{
	uint64_t hash = 0xcbf29ce484222325 ^ (uint64_t)metric;

	for (; *label; label++)
		hash = (hash ^ (unsigned char)*label) * 0x100000001b3;
	return hash ? hash : 1;
}

static void write_label(struct slot *slot, enum metric metric,
			const char *label)
{
	uint64_t words[LABEL_WORDS] = { 0 };

	memcpy(words, label, strlen(label));
	for (size_t i = 0; i < LABEL_WORDS; i++)
		atomic_store_explicit(&slot->label[i], words[i],
				      memory_order_relaxed);
	atomic_store_explicit(&slot->owner, 1 + (uint64_t)metric,
			      memory_order_release);
}

/* Returns the cell of these labels; the cell of "other" if no slot is left. */
static _Atomic uint64_t *cell_of(enum metric metric, const char *label)
{
	uint64_t hash = hash_of(metric, label);

	if (strlen(label) > METRIC_MAX_LABEL)
		return &region->plain[metric];
	for (uint64_t i = 0; i < METRIC_MAX_LABELS; i++) {
		struct slot *slot =
			&region->slots[(hash + i) % METRIC_MAX_LABELS];
		uint64_t found = 0;

		if (!atomic_compare_exchange_strong(&slot->hash, &found,
						    hash) &&
		    found != hash)
			continue;
		if (!atomic_load_explicit(&slot->owner, memory_order_acquire))
			write_label(slot, metric, label);
		return &slot->value;
	}
	return &region->plain[metric];
}

void metric_add(enum metric metric, const char *label, uint64_t n)
{
	if (region)
		add(label ? cell_of(metric, label) : &region->plain[metric], n);
}

void metric_set(enum metric metric, const char *label, uint64_t value)
{
	_Atomic uint64_t *cell;

	if (!region)
		return;
	cell = label ? cell_of(metric, label) : &region->plain[metric];
	/* Several label sets share the cell of "other", so no single value is
	   right. */
	if (!label || cell != &region->plain[metric])
		atomic_store_explicit(cell, value, memory_order_relaxed);
}

void metric_forget(enum metric metric)
{
	for (size_t i = 0; region && i < METRIC_MAX_LABELS; i++)
		if (atomic_load(&region->slots[i].owner) ==
		    1 + (uint64_t)metric)
			atomic_store(&region->slots[i].value, UNKNOWN);
}

bool metric_is_due(int64_t every_ms)
{
	int64_t now_ms = clock_monotonic_ms();
	int64_t due_ms;

	if (!region)
		return false;
	due_ms = atomic_load(&region->due_ms);
	return now_ms >= due_ms &&
	       atomic_compare_exchange_strong(&region->due_ms, &due_ms,
					      now_ms + every_ms);
}

void metric_observe_us(enum metric metric, int64_t us)
{
	size_t bucket = 0;

	if (!region)
		return;
	if (us < 0)
		us = 0;
	while (bucket < ARRAY_LEN(bounds) && us > bounds[bucket].us)
		bucket++;
	add(&region->sums_us[metric], (uint64_t)us);
	add(&region->buckets[metric][bucket], 1);
}

static int64_t interpolate(size_t bucket, double share)
{
	const int64_t low = bucket ? bounds[bucket - 1].us : 0;

	if (bucket == ARRAY_LEN(bounds))
		return low;
	return low + (int64_t)((double)(bounds[bucket].us - low) * share);
}

int64_t metric_quantile_us(const int64_t counts[METRIC_BUCKETS],
			   int64_t per_cent)
{
	int64_t rank = 0; /* in hundredths */

	for (size_t i = 0; i < METRIC_BUCKETS; i++)
		rank += counts[i] * per_cent;
	for (size_t i = 0; i < METRIC_BUCKETS; i++) {
		const int64_t count = 100 * counts[i];

		if (count && rank <= count)
			return interpolate(i, (double)rank / (double)count);
		rank -= count;
	}
	return -1;
}

void metric_read(int64_t counts[METRIC_BUCKETS], enum metric metric)
{
	for (size_t i = 0; i < METRIC_BUCKETS; i++)
		counts[i] = region ? (int64_t)atomic_load(
					     &region->buckets[metric][i])
				   : 0;
}

/* Returns false if the slot has no complete label of the metric. */
static bool read_label(uint64_t words[LABEL_WORDS], enum metric metric,
		       const struct slot *slot)
{
	if (atomic_load_explicit(&slot->owner, memory_order_acquire) !=
	    1 + (uint64_t)metric)
		return false;
	for (size_t i = 0; i < LABEL_WORDS; i++)
		words[i] = atomic_load_explicit(&slot->label[i],
						memory_order_relaxed);
	return true;
}

static bool ends_with(const char *label, const char *last)
{
	const char *bar = strrchr(label, '|');

	return !strncmp(bar ? bar + 1 : label, last, strlen(last));
}

uint64_t metric_sum(enum metric metric, const char *last)
{
	uint64_t words[LABEL_WORDS];
	uint64_t sum;

	if (!region)
		return 0;
	sum = *last ? 0 : atomic_load(&region->plain[metric]);
	for (size_t i = 0; i < METRIC_MAX_LABELS; i++)
		if (read_label(words, metric, &region->slots[i]) &&
		    ends_with((const char *)words, last))
			sum += atomic_load(&region->slots[i].value);
	return sum;
}

/* Prints a label's value, up to the next '|'. The format requires escapes for
   three bytes. */
static bool print_value(struct buf *out, const char *value)
{
	for (; *value && *value != '|'; value++) {
		const char *escaped = *value == '\\'   ? "\\\\"
				      : *value == '"'  ? "\\\""
				      : *value == '\n' ? "\\n"
						       : NULL;

		if (escaped ? !buf_add_text(out, escaped)
			    : !buf_add(out, value, 1))
			return false;
	}
	return true;
}

static bool print_labels(struct buf *out, enum metric metric,
			 const char *values)
{
	const char *const *labels = metrics[metric].labels;

	for (size_t i = 0; i < ARRAY_LEN(metrics->labels) && labels[i]; i++) {
		if (!buf_printf(out, "%s%s=\"", i ? "," : "{", labels[i]) ||
		    !print_value(out, values) || !buf_add_text(out, "\""))
			return false;
		values += strcspn(values, "|");
		values += *values == '|';
	}
	return buf_add_text(out, "}");
}

static bool print_labelled(struct buf *out, enum metric metric,
			   const char *values, const _Atomic uint64_t *cell)
{
	return buf_add_text(out, metrics[metric].name) &&
	       print_labels(out, metric, values) &&
	       buf_printf(out, " %" PRIu64 "\n", atomic_load(cell));
}

static bool print_slot(struct buf *out, enum metric metric,
		       const struct slot *slot)
{
	uint64_t words[LABEL_WORDS];

	if (!read_label(words, metric, slot) ||
	    atomic_load(&slot->value) == UNKNOWN)
		return true;
	return print_labelled(out, metric, (const char *)words, &slot->value);
}

static bool print_cells(struct buf *out, enum metric metric)
{
	const _Atomic uint64_t *plain = &region->plain[metric];

	if (!metrics[metric].labels[0])
		return buf_printf(out, "%s %" PRIu64 "\n", metrics[metric].name,
				  atomic_load(plain));
	for (size_t i = 0; i < METRIC_MAX_LABELS; i++)
		if (!print_slot(out, metric, &region->slots[i]))
			return false;
	return !atomic_load(plain) ||
	       print_labelled(out, metric, "other|other", plain);
}

static bool print_histogram(struct buf *out, enum metric metric)
{
	const char *name = metrics[metric].name;
	uint64_t sum_us = atomic_load(&region->sums_us[metric]);
	uint64_t count = 0;

	for (size_t i = 0; i <= ARRAY_LEN(bounds); i++) {
		count += atomic_load(&region->buckets[metric][i]);
		if (!buf_printf(out, "%s_bucket{le=\"%s\"} %" PRIu64 "\n", name,
				i < ARRAY_LEN(bounds) ? bounds[i].text : "+Inf",
				count))
			return false;
	}
	return buf_printf(out,
			  "%s_sum %" PRIu64 ".%06" PRIu64 "\n"
			  "%s_count %" PRIu64 "\n",
			  name, sum_us / 1000000, sum_us % 1000000, name,
			  count);
}

bool metric_print(struct buf *out)
{
	for (enum metric metric = 0; region && metric < METRIC__COUNT;
	     metric++) {
		enum type type = metrics[metric].type;

		if (!buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n",
				metrics[metric].name, metrics[metric].help,
				metrics[metric].name, type_names[type]) ||
		    !(type == HISTOGRAM ? print_histogram
					: print_cells)(out, metric))
			return false;
	}
	return true;
}
