#ifndef LIB_STORE_STORE_H
#define LIB_STORE_STORE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/*
 * Keeps files under keys. A key is "<32 hex digits of the image>.<variant>";
 * store_key() makes it. It contains no text from a client. A file appears under
 * its key only when it is complete: it is written to a temporary file, made
 * durable and then renamed.
 */
struct store;

/* Called for a file. `changed_at` is in microseconds since 1970. */
typedef bool store_visit(struct work *work, const char *key, int64_t bytes,
			 int64_t changed_at, void *arg);

/* Called for a public file and the image that it belongs to. */
typedef bool store_visit_public(struct work *work, struct uuid image,
				const char *name, void *arg);

/* A kind of store. Its functions fail with ERR_INTERNAL unless stated
   otherwise. */
struct store_driver {
	const char *name;
	/* Creates the folders that are missing. */
	bool (*open)(struct work *work);
	/* Moves the file `path`, which is durable, to `key`. Replaces an
	   existing file. */
	bool (*put)(struct work *work, const char *path, const char *key);
	/* Makes earlier puts and drops of the same image's files durable. */
	bool (*sync)(struct work *work, const char *key);
	bool (*get)(struct work *work, const char *key, int *fd);
	/* See store_delivery_path(). */
	const char *(*delivery_path)(struct work *work, const char *key,
				     bool whole);
	/* Succeeds if the file does not exist. */
	bool (*drop)(struct work *work, const char *key);
	bool (*each)(struct work *work, store_visit *visit, void *arg);
	/* See store_publish(), store_unpublish(), store_match_public() and
	   store_each_public(). */
	bool (*publish)(struct work *work, struct uuid image, const char *key,
			const char *name);
	bool (*unpublish)(struct work *work, struct uuid image);
	bool (*match_public)(bool *matches, struct work *work,
			     struct uuid image, const char *key,
			     const char *name);
	bool (*each_public)(struct work *work, store_visit_public *visit,
			    void *arg);
};

extern const struct store_driver store_fs;

struct store {
	const struct store_driver *driver;
	const char *dir;
	const char *temp_dir;
	gid_t group; /* of the setting store_group, or ACCOUNT_NO_GROUP */
};

/* Fills `store`, which must live as long as `work`, and sets work->store. Makes
   the folders that are missing, and gives them to the group store_group. New
   files have the group of the folder tmp. */
bool store_open(struct store *store, struct work *work) MUST_CHECK;

/* For drivers: makes a folder with these permissions if it is missing. With a
   store_group it belongs to this group, and what is made in it too. */
bool store_make_folder(struct work *work, const char *path,
		       mode_t mode) MUST_CHECK;

/* `variant` is "original" or a recipe's text. */
const char *store_key(struct pool *pool, struct uuid image,
		      const char *variant);

/* ERR_STORAGE_FULL if less than the setting store_reserve, a percentage, is
   free. */
bool store_has_room(struct work *work) MUST_CHECK;

/* A temporary file. Freeing the pool closes it, and removes it unless
   store_keep() moved it. */
struct store_temp {
	int fd;
	const char *path;
	int64_t bytes;
	uint8_t sha256[32]; /* valid after store_temp_end() */
	struct crypt_sha256 *sum;
	bool kept;
};

bool store_temp_new(struct store_temp **temp, struct work *work) MUST_CHECK;
bool store_temp_write(struct store_temp *temp, struct work *work,
		      const void *bytes, size_t len) MUST_CHECK;
/* Computes the SHA-256 and asks the kernel to start writing to the disk,
   without waiting. A second call does nothing. */
void store_temp_end(struct store_temp *temp);

/* Computes the SHA-256 of a file. */
bool store_sum(uint8_t sum[32], struct work *work, int fd) MUST_CHECK;

/* Cuts a file after store_temp_end() to its first `bytes` and computes the
   SHA-256 again. */
bool store_temp_cut(struct store_temp *temp, struct work *work,
		    int64_t bytes) MUST_CHECK;

struct store_file {
	struct store_temp *temp; /* after store_temp_end() */
	const char *key;
};

/* Moves files of one image to their keys and replaces existing files. All are
   durable when it returns true. */
bool store_keep(struct work *work, const struct store_file *files,
		size_t count) MUST_CHECK;

/* Moves a file to its key without waiting for the disk, for many files at once:
   after a crash before store_sync_all(), the file may have other bytes. */
bool store_move(struct work *work, const struct store_file *file) MUST_CHECK;
bool store_sync_all(struct work *work) MUST_CHECK;

/* Opens a file for reading; freeing the pool closes it. ERR_NOT_FOUND if there
   is no file. */
bool store_get(int *fd, struct work *work, const char *key) MUST_CHECK;
/* Sets the size of the file, and when it was changed in seconds since 1970.
   False if there is no file. */
bool store_find(int64_t *bytes, int64_t *changed_at, struct work *work,
		const char *key) MUST_CHECK;

/* Returns when the file was last read, in microseconds since 1970, if it has
   another name, such as that of a public file: the web server reads it without
   the application. 0 if it has none. File systems update this time once a day
   (relatime), or never (noatime). */
int64_t store_public_use(struct work *work, const char *key);

/* Returns the path by which the web server finds the file, in the header of the
   setting `delivery`. With X-Accel-Redirect, `whole` selects the location that
   ignores ranges. */
const char *store_delivery_path(struct work *work, const char *key, bool whole);

bool store_drop(struct work *work, const char *key) MUST_CHECK;

/* Calls `visit` for every file until it returns false. */
bool store_each(struct work *work, store_visit *visit, void *arg) MUST_CHECK;

/*
 * Public files: the web server serves them without asking the application. A
 * public file is a second name of a file, and needs no space of its own. Its
 * folder is public/{last two digits of the image's id}/{image's id}, its name
 * "{variant}.{sum}.{extension}".
 *
 * store_publish() succeeds if the image has a public file with the name, and
 * fails with ERR_NOT_FOUND if there is no file `key`. store_unpublish() removes
 * all public files of the image durably. Both must be called while the row of
 * the image is locked: the last one then decides.
 */
bool store_publish(struct work *work, struct uuid image, const char *key,
		   const char *name) MUST_CHECK;
bool store_unpublish(struct work *work, struct uuid image) MUST_CHECK;

/* Reports whether a public file has the bytes of the file `key`; also if there
   is no such public file. Reads them only if it is not the same file. */
bool store_match_public(bool *matches, struct work *work, struct uuid image,
			const char *key, const char *name) MUST_CHECK;

/* Calls `visit` for every public file until it returns false. */
bool store_each_public(struct work *work, store_visit_public *visit,
		       void *arg) MUST_CHECK;

/* Reads the clock that sets the files' times, in microseconds since 1970. It
   may differ from this machine's clock: the file system may be on another
   machine. */
bool store_clock_us(int64_t *now_us, struct work *work) MUST_CHECK;

/* Removes temporary files older than `grace_seconds` and counts them in
   `removed`. */
bool store_sweep_temp(int64_t *removed, struct work *work,
		      int64_t grace_seconds) MUST_CHECK;

#endif
