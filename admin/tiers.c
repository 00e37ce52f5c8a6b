/* tiers.c: pixtierctl tier. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "admin/command.h"
#include "admin/print.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/model/tier.h"
#include "lib/service/admin.h"
#include "lib/service/tier_fields.h"

enum { COLUMN_COUNT = TIER_FIELD_COUNT + 2 };

/* "id", "name" and all fields of a tier. */
static const char *const *columns(struct pool *pool)
{
	const char **names =
		pool_alloc(pool, (COLUMN_COUNT + 1) * sizeof(*names));
	const struct tier_field *field;
	size_t count = 0;

	names[count++] = "id";
	names[count++] = "name";
	for (size_t i = 0; (field = tier_field_at(i)); i++)
		names[count++] = field->name;
	return names;
}

static struct cell cell_of(const struct call *call, const struct tier *tier,
			   const struct tier_field *field)
{
	const char *text = tier_field_text(call->work->pool, tier, field->name);

	if (!call->json)
		return cell_text(text);
	switch (field->type) {
	case TIER_FIELD_FLAG:
		return cell_bool(!strcmp(text, "yes"));
	case TIER_FIELD_NUMBER:
	case TIER_FIELD_LIMIT:
		return strcmp(text, "none") ? cell_number(atoll(text))
					    : cell_text(NULL);
	case TIER_FIELD_WORDS:
		return cell_words(strcmp(text, "none") ? text : "");
	case TIER_FIELD_CHOICE:
		break;
	}
	return cell_text(text);
}

static void add_row(struct print *print, const struct call *call,
		    const struct tier *tier)
{
	struct cell cells[COLUMN_COUNT];
	const struct tier_field *field;
	size_t count = 0;

	cells[count++] =
		cell_text(pool_strdup(call->work->pool, UUID_TEXT(tier->id)));
	cells[count++] = cell_text(tier->name);
	for (size_t i = 0; (field = tier_field_at(i)); i++)
		cells[count++] = cell_of(call, tier, field);
	print_row(print, cells);
}

/* Prints a tier as a record: a table row would be too long for a terminal. */
static bool show(struct call *call, const char *name)
{
	struct print *print = print_record(call, columns(call->work->pool));
	struct tier tier;

	if (!tier_by_name(&tier, call->work, name))
		return false;
	add_row(print, call, &tier);
	return print_end(print);
}

/* Returns NULL if the field has no such line: each word has one of its own. */
static const char *line_of(struct pool *pool, const struct tier *tier,
			   const struct tier_field *field, size_t line)
{
	const char *text = tier_field_text(pool, tier, field->name);

	if (field->type == TIER_FIELD_WORDS)
		return text_word(pool, text, line);
	return line ? NULL : text;
}

static void add_field_rows(struct print *print, const struct call *call,
			   const struct tier_field *field,
			   const struct tier *tiers, size_t count)
{
	struct pool *pool = call->work->pool;
	bool more = true;

	for (size_t line = 0; more; line++) {
		struct cell *cells =
			pool_alloc(pool, (count + 1) * sizeof(*cells));

		more = false;
		cells[0] = cell_text(line ? " " : field->name);
		for (size_t i = 0; i < count; i++) {
			const char *text =
				line_of(pool, &tiers[i], field, line);

			cells[i + 1] = cell_text(text ? text : " ");
			more |= line_of(pool, &tiers[i], field, line + 1) !=
				NULL;
		}
		print_row(print, cells);
	}
}

/* A tier has more fields than a terminal has columns, so the text has a row for
   each field and a column for each tier. */
static bool print_transposed(const struct call *call, const struct tier *tiers,
			     size_t count)
{
	struct pool *pool = call->work->pool;
	const char **names = pool_alloc(pool, (count + 2) * sizeof(*names));
	const struct tier_field *field;
	struct print *print;

	names[0] = "FIELD";
	for (size_t i = 0; i < count; i++)
		names[i + 1] = tiers[i].name;
	print = print_named_table(call, names);
	for (size_t f = 0; (field = tier_field_at(f)); f++)
		add_field_rows(print, call, field, tiers, count);
	return print_end(print);
}

static bool print_objects(const struct call *call, const struct tier *tiers,
			  size_t count)
{
	struct print *print = print_table(call, columns(call->work->pool));

	for (size_t i = 0; i < count; i++)
		add_row(print, call, &tiers[i]);
	return print_end(print);
}

bool cmd_tiers_list(struct call *call)
{
	struct tier *tiers;
	size_t count;

	if (!tier_list(&tiers, &count, call->work))
		return false;
	return (call->json ? print_objects : print_transposed)(call, tiers,
							       count);
}

/* Sets the fields from the arguments FIELD=VALUE. */
static bool set_fields(struct tier *tier, struct work *work, void *arg)
{
	const struct call *call = arg;

	for (int i = 1; i < call->arg_count; i++) {
		struct command_field field;

		if (!command_field(&field, call, i) ||
		    !tier_field_set(tier, work, field.name, field.value))
			return false;
	}
	return true;
}

static const char *words_of(struct call *call)
{
	const char *words = "";

	for (int i = 1; i < call->arg_count; i++)
		words = text_add_word(call->work->pool, words, call->args[i]);
	return words;
}

bool cmd_tiers_add(struct call *call)
{
	const struct actor actor = command_actor(call);
	struct tier tier;

	tier_init(&tier, call->args[0]);
	return set_fields(&tier, call->work, call) &&
	       admin_add_tier(&tier, call->work, &actor, words_of(call)) &&
	       show(call, tier.name);
}

bool cmd_tiers_set(struct call *call)
{
	const struct actor actor = command_actor(call);
	struct tier tier;

	return tier_by_name(&tier, call->work, call->args[0]) &&
	       admin_update_tier(&tier, call->work, &actor, tier.id,
				 words_of(call), set_fields, call) &&
	       show(call, tier.name);
}

bool cmd_tiers_delete(struct call *call)
{
	const struct actor actor = command_actor(call);
	struct tier tier;

	return tier_by_name(&tier, call->work, call->args[0]) &&
	       admin_delete_tier(call->work, &actor, &tier);
}
