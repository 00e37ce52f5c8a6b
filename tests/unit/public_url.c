/* public_url.c: tests the form of public addresses. */
#include "config.h"

#include "lib/service/public_url.h"

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "tests/unit/test.h"

#define ID "01a1faeb-d027-7dd5-a3b2-fee7062bb61b"

/* clang-format off */
static const struct address {
	const char *id, *file;
	const char *sum; /* NULL: no address */
	enum format format;
} addresses[] = {
	{ ID, "puffin-5d41402a.jpg", "5d41402a", FORMAT_JPEG },
	{ ID, "-5d41402a.png", "5d41402a", FORMAT_PNG },
	{ ID, "a-b.c-00000000-ffffffff.webp", "ffffffff", FORMAT_WEBP },
	{ ID, "M\xc3\xb6we-5d41402a.gif", "5d41402a", FORMAT_GIF },
	{ ID, "a-5d41402a.tif", "5d41402a", FORMAT_TIFF },
	{ ID, "a-5d41402a.bmp", "5d41402a", FORMAT_BMP },
	{ ID, "puffin5d41402a.jpg", NULL, 0 },
	{ ID, "5d41402a.jpg", NULL, 0 },
	{ ID, "puffin-5D41402A.jpg", NULL, 0 },
	{ ID, "puffin-5d41402.jpg", NULL, 0 },
	{ ID, "puffin-5d41402ab.jpg", NULL, 0 },
	{ ID, "puffin-5d41402g.jpg", NULL, 0 },
	{ ID, "puffin-5d41402a.jpeg", NULL, 0 },
	{ ID, "puffin-5d41402a.JPG", NULL, 0 },
	{ ID, "puffin-5d41402a.", NULL, 0 },
	{ ID, "puffin-5d41402a", NULL, 0 },
	{ ID, ".jpg", NULL, 0 },
	{ ID, "", NULL, 0 },
	{ "01A1FAEB-D027-7DD5-A3B2-FEE7062BB61B", "a-5d41402a.jpg", NULL, 0 },
	{ "01a1faebd0277dd5a3b2fee7062bb61b", "a-5d41402a.jpg", NULL, 0 },
	{ "", "a-5d41402a.jpg", NULL, 0 },
};
/* clang-format on */

static void parses_addresses(void **state)
{
	struct work work = { .pool = pool_new() };
	struct public_url url;

	(void)state;
	EACH_ROW(i, addresses) {
		const struct address *address = &addresses[i];
		const bool parsed = public_url_parse(&url, &work, address->id,
						     "h200", address->file);

		assert_int_equal(parsed, !!address->sum);
		if (!parsed)
			continue;
		assert_string_equal(url.sum, address->sum);
		assert_string_equal(url.variant, "h200");
		assert_int_equal(url.format, address->format);
		assert_string_equal(UUID_TEXT(url.image_id), address->id);
	}
	pool_free(work.pool);
}

static void only_public_images_have_one(void **state)
{
	struct conf conf = { .base_url = "https://img.example" };
	struct work work = { .pool = pool_new(), .conf = &conf };
	struct image image = { .name = "P uffin.PNG",
			       .format = "jpeg",
			       .sha256 = { 0x5d, 0x41, 0x40, 0x2a, 1 } };
	struct variant variant = { .variant = "h200.webp",
				   .status = VARIANT_READY,
				   .format = "webp",
				   .sha256 = { 0, 1, 2, 0xff } };
	const char *text;

	(void)state;
	assert_true(uuid_parse(&image.id, ID));
	assert_true(public_url_variant(&text, &work, &image, &variant));
	assert_null(text);
	image.public = true;
	assert_true(public_url_variant(&text, &work, &image, &variant));
	assert_string_equal(text, "https://img.example/p/" ID
				  "/h200.webp/P%20uffin-000102ff.webp");
	variant.status = VARIANT_PROCESSING;
	assert_true(public_url_variant(&text, &work, &image, &variant));
	assert_null(text);
	assert_true(public_url_original(&text, &work, &image));
	assert_null(text);
	image.public_original = true;
	assert_true(public_url_original(&text, &work, &image));
	assert_string_equal(text, "https://img.example/p/" ID
				  "/original/P%20uffin-5d41402a.jpg");
	pool_free(work.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_addresses),
		cmocka_unit_test(only_public_images_have_one),
	};

	return RUN_TESTS(tests);
}
