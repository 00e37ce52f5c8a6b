/* metadata.c: fuzzes the metadata of pictures. */
#include "config.h"

#include "lib/picture/metadata.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/picture/iptc.h"
#include "lib/picture/metadata_write.h"
#include "lib/picture/xmp.h"
#include "tests/lib/fuzz.h"

static void check_text(const char *text, size_t max)
{
	if (!text)
		return;
	expect(*text && strlen(text) <= max);
	fuzz_expect_clean(text);
}

static void check(const struct metadata *metadata)
{
	check_text(metadata->make, METADATA_CAMERA_MAX);
	check_text(metadata->model, METADATA_CAMERA_MAX);
	check_text(metadata->copyright, METADATA_TEXT_MAX);
	check_text(metadata->creator, METADATA_TEXT_MAX);
	if (metadata->taken_at) {
		const size_t len = strlen(metadata->taken_at);

		expect(len == 19 || len == 25);
	}
	if (metadata->has_gps) {
		expect(llabs(metadata->latitude_e7) <= 900000000);
		expect(llabs(metadata->longitude_e7) <= 1800000000);
	}
}

/* A file stays, or gets bytes within the limit; a changed one says again what
   was written. */
static void check_write(struct pool *pool, enum format format,
			struct bytes bytes)
{
	static const struct metadata some = { .copyright = "mine",
					      .creator = "me" };
	struct buf *made = buf_new(pool, bytes.len + METADATA_WRITE_MAX);
	struct metadata_file file;
	struct metadata found;

	metadata_write(&file, pool, format, bytes, &some);
	for (size_t i = 0; i < file.count; i++)
		expect(buf_add(made, file.pieces[i].data, file.pieces[i].len));
	if (file.count == 1) {
		expect(made->len == bytes.len);
		return;
	}
	metadata_read(&found, pool, format,
		      (struct bytes){ (uint8_t *)made->data, made->len });
	expect(found.copyright && !strcmp(found.copyright, some.copyright));
	expect(found.creator && !strcmp(found.creator, some.creator));
}

/* The first byte selects the format, and blocks alone. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes bytes = { data + 1, size - 1 };
	struct pool *pool;
	struct metadata metadata;
	unsigned choice;

	if (!size)
		return 0;
	pool = pool_new();
	choice = data[0] % (FORMAT__COUNT + 2);
	if (choice < FORMAT__COUNT) {
		metadata_read(&metadata, pool, (enum format)choice, bytes);
		check(&metadata);
		check_write(pool, (enum format)choice, bytes);
	} else if (choice == FORMAT__COUNT) {
		check_text(xmp_find(pool, bytes, "rights"), METADATA_TEXT_MAX);
		check_text(xmp_find(pool, bytes, "creator"), METADATA_TEXT_MAX);
	} else {
		check_text(
			iptc_find(pool, iptc_in_photoshop(bytes), IPTC_BY_LINE),
			METADATA_TEXT_MAX);
		check_text(iptc_find(pool, bytes, IPTC_COPYRIGHT),
			   METADATA_TEXT_MAX);
	}
	pool_free(pool);
	return 0;
}
