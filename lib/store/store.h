#ifndef LIB_STORE_STORE_H
#define LIB_STORE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/*
 * Keeps files under keys. A key is "<32 hex digits of the image>.<variant>",
 * so it holds no byte of a client's; store_key() makes it. Files are whole:
 * written to a temporary one, made durable, then put in their place.
 */
struct store;

/* How a kind of store keeps a file that lies in a temporary one. */
struct store_driver {
	const char *name;
	/* Checks the place and makes what is missing. */
	bool (*open)(struct work *work);
	/* Moves the durable file `path` to `key`, replacing what was there. */
	bool (*put)(struct work *work, const char *path, const char *key);
	/* Makes earlier puts and drops of the image's keys durable. */
	bool (*sync)(struct work *work, const char *key);
	bool (*get)(struct work *work, const char *key, int *fd);
	/* No such file is no failure. */
	bool (*drop)(struct work *work, const char *key);
	bool (*each)(struct work *work,
		     bool (*visit)(struct work *work, const char *key,
				   int64_t bytes, int64_t changed_at,
				   void *arg),
		     void *arg);
};

extern const struct store_driver store_fs;

struct store {
	const struct store_driver *driver;
	const char *dir;
	const char *temp_dir;
};

/* Fills `store`, which must outlive the work, and sets work->store. */
bool store_open(struct store *store, struct work *work) MUST_CHECK;

/* `variant` is "original" or a recipe's text. */
const char *store_key(struct pool *pool, struct uuid image,
		      const char *variant);

/* Where the web server finds the file below the store's objects folder. */
const char *store_location(struct pool *pool, const char *key);

/* ERR_STORAGE_FULL when less than the setting store_reserve is left. */
bool store_has_room(struct work *work) MUST_CHECK;

/* A file in the making; removed with the pool unless it was kept. */
struct store_temp {
	int fd;
	const char *path;
	int64_t bytes;
	uint8_t sha256[32]; /* after store_temp_end() */
	struct crypt_sha256 *sum;
	bool kept;
};

bool store_temp_new(struct store_temp **temp, struct work *work) MUST_CHECK;
bool store_temp_write(struct store_temp *temp, struct work *work,
		      const void *bytes, size_t len) MUST_CHECK;
/* Makes its sum final and lets the kernel begin to write it to the disk,
   without waiting; again: nothing. */
void store_temp_end(struct store_temp *temp);

/* Leaves the first `bytes` of a file that has ended, with their sum. */
bool store_temp_cut(struct store_temp *temp, struct work *work,
		    int64_t bytes) MUST_CHECK;

struct store_file {
	struct store_temp *temp; /* ended */
	const char *key;
};

/* Puts files of one image under their keys, replacing what was there. All are
   durable when it returns true. */
bool store_keep(struct work *work, const struct store_file *files,
		size_t count) MUST_CHECK;

/* A descriptor that is closed with the pool; ERR_NOT_FOUND. */
bool store_get(int *fd, struct work *work, const char *key) MUST_CHECK;
bool store_has(struct work *work, const char *key);
bool store_drop(struct work *work, const char *key) MUST_CHECK;

/* Visits every file; `changed_at` is microseconds since 1970. */
bool store_each(struct work *work,
		bool (*visit)(struct work *work, const char *key, int64_t bytes,
			      int64_t changed_at, void *arg),
		void *arg) MUST_CHECK;

/* The clock that the files' times are of. It need not be this machine's: the
   file system may be another's. */
bool store_clock_us(int64_t *now_us, struct work *work) MUST_CHECK;

/* Removes temporary files older than the grace time; how many. */
bool store_sweep_temp(int64_t *removed, struct work *work,
		      int64_t grace_seconds) MUST_CHECK;

#endif
