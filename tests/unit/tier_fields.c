/* tier_fields.c: tests how the fields of a tier are read and checked. */
#include "config.h"

#include "lib/service/tier_fields.h"

#include "lib/base/pool.h"
#include "lib/base/work.h"
#include "tests/unit/test.h"

struct setting {
	const char *name, *text;
	const char *kept; /* NULL: `why` says what fails */
	const char *why;
};

/* clang-format off */
static const struct setting settings[] = {
	{ "sizes", "h200", "h200", NULL },
	{ "sizes", "h200 h400", "h200 h400", NULL },
	{ "sizes", " h400,h200,, 100x100-cover ", "h400 h200 100x100-cover", NULL },
	{ "sizes", "h200.webp", "h200.webp", NULL },
	{ "sizes", "none", "none", NULL },
	{ "sizes", "", NULL, "1 to 32 words" },
	{ "sizes", " , ", NULL, "1 to 32 words" },
	{ "sizes", "h200 h200", NULL, "\"h200\" twice" },
	{ "sizes", "h0200", NULL, "not \"h0200\"" },
	{ "sizes", "original", NULL, "not \"original\"" },
	{ "sizes", "H200", NULL, "recipes" },
	{ "sizes", "h200 none", NULL, "not \"none\"" },
	{ "any_size", "yes", "yes", NULL },
	{ "any_size", "true", "yes", NULL },
	{ "any_size", "no", "no", NULL },
	{ "any_size", "false", "no", NULL },
	{ "any_size", "1", NULL, "yes or no" },
	{ "any_size", "", NULL, "yes or no" },
	{ "original", "yes", "yes", NULL },
	{ "links", "yes", "yes", NULL },
	{ "public", "yes", "yes", NULL },
	{ "fetch", "yes", "yes", NULL },
	{ "animated", "yes", "yes", NULL },
	{ "max_side", "1", "1", NULL },
	{ "max_side", "16383", "16383", NULL },
	{ "max_side", "0", NULL, "1 to 16383" },
	{ "max_side", "16384", NULL, "not \"16384\"" },
	{ "max_side", "none", NULL, "1 to 16383" },
	{ "link_min", "1", "1", NULL },
	{ "link_min", "0", NULL, "1 to 31536000" },
	{ "link_max", "31536000", "31536000", NULL },
	{ "link_max", "12h", "43200", NULL },
	{ "link_max", "365d", "31536000", NULL },
	{ "link_max", "366d", NULL, "not \"366d\"" },
	{ "max_pending_seconds", "2m", "120", NULL },
	{ "max_pixels", "2m", NULL, "or none" },
	{ "link_max", "31536001", NULL, "1 to 31536000" },
	{ "max_bytes", "none", "none", NULL },
	{ "max_bytes", "1", "1", NULL },
	{ "max_bytes", "9007199254740991", "9007199254740991", NULL },
	{ "max_bytes", "9007199254740992", NULL, "or none" },
	{ "max_bytes", "0", NULL, "or none" },
	{ "max_bytes", "-1", NULL, "or none" },
	{ "max_bytes", "1e6", NULL, "or none" },
	{ "max_pixels", "24000000", "24000000", NULL },
	{ "max_enlarged_pixels", "4000000", "4000000", NULL },
	{ "max_enlarged_pixels", "0", NULL, "or none" },
	{ "quota_bytes", "0", "0", NULL },
	{ "uploads_per_day", "4294967295", "4294967295", NULL },
	{ "uploads_per_day", "4294967296", NULL, "0 to 4294967295" },
	{ "requests_per_minute", "60", "60", NULL },
	{ "requests_per_minute", "0", NULL, "1 to 4294967295" },
	{ "priority", "high", "high", NULL },
	{ "priority", "normal", "normal", NULL },
	{ "priority", "low", "low", NULL },
	{ "priority", "1", NULL, "high, normal or low" },
	{ "retention_days", "36500", "36500", NULL },
	{ "retention_days", "0", NULL, "1 to 36500" },
	{ "max_fetches", "100", "100", NULL },
	{ "max_fetches", "0", NULL, "1 to 4294967295" },
	{ "max_pending_seconds", "none", "none", NULL },
	{ "max_pending_seconds", "30", "30", NULL },
	{ "max_pending_seconds", "0", NULL, "1 to 4294967295" },
	{ "formats", "jpeg,png", "jpeg png", NULL },
	{ "formats", "svg", NULL, "not \"svg\"" },
	{ "formats", "jpeg jpeg", NULL, "twice" },
	{ "exif", "yes", "yes", NULL },
	{ "exif", "gps", NULL, "yes or no" },
	{ "id", "x", NULL, "no field \"id\"" },
	{ "name", "x", NULL, "no field \"name\"" },
	{ "", "x", NULL, "no field \"\"" },
};
/* clang-format on */

static void check_setting(const struct setting *setting)
{
	struct pool *pool = pool_new();
	struct work work = { .pool = pool };
	struct tier tier;

	tier_init(&tier, "Gold");
	if (tier_field_set(&tier, &work, setting->name, setting->text)) {
		if (!setting->kept)
			fail_msg("%s=%s was taken", setting->name,
				 setting->text);
		assert_string_equal(tier_field_text(pool, &tier, setting->name),
				    setting->kept);
	} else {
		if (setting->kept || !strstr(work.why, setting->why))
			fail_msg("%s=%s: %s", setting->name, setting->text,
				 work.why);
	}
	pool_free(pool);
}

static void reads_fields(void **state)
{
	(void)state;
	EACH_ROW(i, settings)
		check_setting(&settings[i]);
}

/* Every field's text is read again as the same, and the table above has it. */
static void knows_its_own_texts(void **state)
{
	struct pool *pool = pool_new();
	struct work work = { .pool = pool };
	const struct tier_field *field;
	struct tier tier;
	size_t count = 0;

	(void)state;
	tier_init(&tier, "Gold");
	for (; (field = tier_field_at(count)); count++) {
		const char *text = tier_field_text(pool, &tier, field->name);
		bool tested = false;

		assert_true(tier_field_set(&tier, &work, field->name, text));
		assert_string_equal(tier_field_text(pool, &tier, field->name),
				    text);
		EACH_ROW(i, settings)
			tested |= !strcmp(settings[i].name, field->name);
		if (!tested)
			fail_msg("no case for %s", field->name);
	}
	assert_int_equal(count, TIER_FIELD_COUNT);
	pool_free(pool);
}

static void fills_only_on_success(void **state)
{
	struct pool *pool = pool_new();
	struct work work = { .pool = pool };
	struct tier tier, before;

	(void)state;
	tier_init(&tier, "Gold");
	before = tier;
	EACH_ROW(i, settings)
		if (!settings[i].kept)
			assert_false(tier_field_set(&tier, &work,
						    settings[i].name,
						    settings[i].text));
	assert_memory_equal(&tier, &before, sizeof(tier));
	assert_false(tier_field_set(&tier, &work, "colour", "red"));
	assert_int_equal(work.err, ERR_UNKNOWN_FIELD);
	pool_free(pool);
}

static bool set_and_check(struct work *work, const char *tier_name,
			  const char *name, const char *text)
{
	struct tier tier;

	tier_init(&tier, tier_name);
	assert_true(tier_field_set(&tier, work, name, text));
	return tier_fields_check(&tier, work);
}

static void checks_fields_together(void **state)
{
	/* clang-format off */
	static const struct {
		const char *tier, *name, *text, *wrong;
	} cases[] = {
		{ "Gold", "links", "yes", NULL },
		{ "G\xc3\xb6ld", "links", "yes", NULL },
		{ "", "links", "yes", "name" },
		{ "\xff", "links", "yes", "name" },
		{ "a\nb", "links", "yes", "name" },
		{ "Gold", "link_min", "30000", NULL },
		{ "Gold", "link_min", "30001", "link_min" },
		{ "Gold", "link_max", "299", "link_min" },
		{ "Gold", "sizes", "h8192", NULL },
		{ "Gold", "sizes", "h200 8193x1", "sizes" },
		{ "Gold", "formats", "none", "formats" },
	};
	/* clang-format on */
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, cases) {
		struct work work = { .pool = pool };
		bool good = set_and_check(&work, cases[i].tier, cases[i].name,
					  cases[i].text);

		if (good == (cases[i].wrong != NULL))
			fail_msg("%s %s=%s: %s", cases[i].tier, cases[i].name,
				 cases[i].text, work.why);
		if (!good)
			assert_string_equal(work.field, cases[i].wrong);
	}
	pool_free(pool);
}

static void counts_sizes(void **state)
{
	struct pool *pool = pool_new();
	struct work work = { .pool = pool };
	struct tier tier;
	char text[8 * (TIER_MAX_SIZES + 1)] = "";

	(void)state;
	tier_init(&tier, "Gold");
	for (int i = 1; i <= TIER_MAX_SIZES; i++)
		sprintf(text + strlen(text), "h%d ", i);
	assert_true(tier_field_set(&tier, &work, "sizes", text));
	strcat(text, "w1");
	assert_false(tier_field_set(&tier, &work, "sizes", text));
	assert_int_equal(work.err, ERR_INVALID_FIELD);
	assert_string_equal(work.field, "sizes");
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_fields),
		cmocka_unit_test(knows_its_own_texts),
		cmocka_unit_test(fills_only_on_success),
		cmocka_unit_test(checks_fields_together),
		cmocka_unit_test(counts_sizes),
	};

	return RUN_TESTS(tests);
}
