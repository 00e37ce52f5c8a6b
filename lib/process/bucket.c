/* bucket.c: token buckets that all processes share. */
#include "config.h"

#include "lib/process/bucket.h"

#include <arpa/inet.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/crypt.h"
#include "lib/base/pool.h"
#include "lib/process/metric.h"
#include "lib/process/shared.h"

enum { SHARDS = 4096, ENTRIES = 16, NS_PER_MS = 1000000 };

/* One bucket. The generic cell rate algorithm (ITU-T I.371) needs one number:
   the time at which the bucket is full again. */
struct entry {
	uint64_t key;
	int64_t full_at_ns;
};

/* The buckets whose keys have the same hash. Every state that a dead process
   can leave is valid. */
struct shard {
	struct shared_lock lock;
	struct entry entries[ENTRIES];
};

/* The key is random, so that clients cannot choose names that share a shard. */
struct bucket_table {
	uint8_t key[CRYPT_SHA256_SIZE];
	struct shard shards[SHARDS];
};

struct bucket_table *bucket_table_new(void)
{
	struct bucket_table *table = shared_new(sizeof(*table));

	crypt_random(table->key, sizeof(table->key));
	for (size_t i = 0; i < SHARDS; i++)
		shared_lock_init(&table->shards[i].lock);
	return table;
}

void bucket_table_free(struct bucket_table *table)
{
	shared_free(table, sizeof(*table));
}

void bucket_table_hide(struct bucket_table *table)
{
	shared_hide(table, sizeof(*table));
}

static uint64_t key_of(const struct bucket_table *table,
		       const struct bucket *bucket)
{
	uint8_t inner[CRYPT_SHA256_SIZE], mac[CRYPT_SHA256_SIZE];
	uint64_t key;

	crypt_hmac_sha256(inner, table->key, sizeof(table->key), bucket->kind,
			  strlen(bucket->kind));
	crypt_hmac_sha256(mac, inner, sizeof(inner), bucket->subject,
			  strlen(bucket->subject));
	memcpy(&key, mac, sizeof(key));
	return key;
}

static struct shard *lock_shard(struct bucket_table *table, uint64_t key)
{
	struct shard *shard = &table->shards[key % SHARDS];

	shared_lock_take(&shard->lock);
	return shard;
}

/* Returns the bucket with this key; else the one to replace: the fullest. */
static struct entry *find_entry(struct shard *shard, uint64_t key)
{
	struct entry *best = &shard->entries[0];

	for (size_t i = 0; i < ENTRIES; i++) {
		struct entry *entry = &shard->entries[i];

		if (entry->key == key)
			return entry;
		if (entry->full_at_ns < best->full_at_ns)
			best = entry;
	}
	return best;
}

/* Returns the nanoseconds until the bucket is full. */
static int64_t owed_at(const struct entry *entry, uint64_t key, int64_t now_ns)
{
	return entry->key == key && entry->full_at_ns > now_ns
		       ? entry->full_at_ns - now_ns
		       : 0;
}

static int64_t interval_ns(const struct bucket *bucket)
{
	return bucket->window * 1000 * NS_PER_MS / bucket->limit;
}

static int64_t ms_up(int64_t ns)
{
	return ns > 0 ? (ns + NS_PER_MS - 1) / NS_PER_MS : 0;
}

static void describe(struct bucket_state *state, int64_t owed, int64_t step,
		     int64_t room)
{
	state->left = (room - owed) / step;
	state->full_ms = ms_up(owed);
	state->wait_ms = ms_up(owed + step - room);
}

/* Takes `count` (0 or 1) if a request may pass. Returns whether it may. */
static bool use(struct bucket_state *state, struct bucket_table *table,
		const struct bucket *bucket, int64_t now_ms, int64_t count)
{
	int64_t now_ns = now_ms * NS_PER_MS, step, room, owed;
	uint64_t key = key_of(table, bucket);
	struct shard *shard;
	struct entry *entry;
	bool passes;

	*state = (struct bucket_state){ bucket->limit, bucket->window, 0,
					bucket->window * 1000,
					bucket->window * 1000 };
	if (!bucket->limit)
		return false;
	step = interval_ns(bucket);
	room = step * bucket->limit;
	shard = lock_shard(table, key);
	entry = find_entry(shard, key);
	owed = owed_at(entry, key, now_ns);
	passes = owed + step <= room;
	if (passes && count) {
		owed += step;
		*entry = (struct entry){ key, now_ns + owed };
	}
	shared_lock_give(&shard->lock);
	describe(state, owed < room ? owed : room, step, room);
	return passes;
}

bool bucket_take(struct bucket_state *state, struct bucket_table *table,
		 const struct bucket *bucket, int64_t now_ms)
{
	return use(state, table, bucket, now_ms, 1);
}

bool bucket_look(struct bucket_state *state, struct bucket_table *table,
		 const struct bucket *bucket, int64_t now_ms)
{
	return use(state, table, bucket, now_ms, 0);
}

void bucket_give(struct bucket_table *table, const struct bucket *bucket,
		 int64_t now_ms)
{
	uint64_t key = key_of(table, bucket);
	struct shard *shard;
	struct entry *entry;

	if (!bucket->limit)
		return;
	shard = lock_shard(table, key);
	entry = find_entry(shard, key);
	if (owed_at(entry, key, now_ms * NS_PER_MS))
		entry->full_at_ns -= interval_ns(bucket);
	shared_lock_give(&shard->lock);
}

static bool refuse(struct work *work, const struct bucket *bucket,
		   const struct bucket_state *state)
{
	metric_add(METRIC_RATE_LIMITED, bucket->kind, 1);
	work->retry_after = (state->wait_ms + 999) / 1000;
	return fail(work, ERR_RATE_LIMITED,
		    "at most %lld %s in %lld seconds; the next will pass in "
		    "%lld",
		    (long long)bucket->limit, bucket->what,
		    (long long)bucket->window, (long long)work->retry_after);
}

bool bucket_pass(struct bucket_state *state, struct work *work,
		 const struct bucket *bucket)
{
	return !work->buckets ||
	       bucket_take(state, work->buckets, bucket,
			   clock_monotonic_ms()) ||
	       refuse(work, bucket, state);
}

bool bucket_would_pass(struct work *work, const struct bucket *bucket)
{
	struct bucket_state state;

	return !work->buckets ||
	       bucket_look(&state, work->buckets, bucket,
			   clock_monotonic_ms()) ||
	       refuse(work, bucket, &state);
}

const char *bucket_network(struct pool *pool, const char *address)
{
	struct in6_addr six;
	char text[INET6_ADDRSTRLEN];

	if (inet_pton(AF_INET6, address, &six) != 1)
		return address;
	if (IN6_IS_ADDR_V4MAPPED(&six))
		return pool_strdup(pool, inet_ntop(AF_INET, &six.s6_addr[12],
						   text, sizeof(text)));
	memset(&six.s6_addr[8], 0, 8);
	return pool_strdup(pool, inet_ntop(AF_INET6, &six, text, sizeof(text)));
}
