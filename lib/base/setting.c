/* setting.c: sets, checks and prints the value of one setting. */
#include "config.h"

#include "lib/base/setting.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/base_url.h"
#include "lib/base/cidr.h"
#include "lib/base/hosts.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

enum { MAX_TIMES = 20 };

static bool set_number(const struct setting *s, struct work *work, long *field,
		       const char *value, const char *where)
{
	int64_t number;

	if (!text_int(&number, value, s->min, s->max))
		return fail_field(
			work, s->name,
			"%s: %s: a number from %ld to %ld, not \"%s\"", where,
			s->name, s->min, s->max, value);
	*field = (long)number;
	return true;
}

static bool set_seconds(const struct setting *s, struct work *work, long *field,
			const char *value, const char *where)
{
	int64_t seconds;

	if (!text_seconds(&seconds, value, s->min, s->max))
		return fail_field(work, s->name,
				  "%s: %s: seconds from %ld to %ld, or with a "
				  "unit such as 15m, 12h or 30d, not \"%s\"",
				  where, s->name, s->min, s->max, value);
	*field = (long)seconds;
	return true;
}

/* Checks a list of times. The value stays text; its user splits it. */
static bool check_seconds_list(const struct setting *s, struct work *work,
			       const char *value, const char *where)
{
	const char *at = value;
	char word[24];
	int64_t seconds;
	size_t len;

	for (int i = 0; *at; i++) {
		len = strcspn(at, " ");
		snprintf(word, sizeof(word), "%.*s", (int)len, at);
		if (i == MAX_TIMES ||
		    !text_seconds(&seconds, word, s->min, s->max))
			return fail_field(work, s->name,
					  "%s: %s: at most %d times from %ld "
					  "to %ld seconds, a space between, "
					  "not \"%s\"",
					  where, s->name, MAX_TIMES, s->min,
					  s->max, value);
		at += len;
		at += *at == ' ';
	}
	return true;
}

static bool set_octal(const struct setting *s, struct work *work, long *field,
		      const char *value, const char *where)
{
	char *end;
	long number = strtol(value, &end, 8);

	if (!isdigit((unsigned char)*value) || *end || number < s->min ||
	    number > s->max)
		return fail_field(work, s->name,
				  "%s: %s: permissions from %04lo to %04lo, "
				  "not \"%s\"",
				  where, s->name, s->min, s->max, value);
	*field = number;
	return true;
}

/* Returns the index of a word in "one two three", or -1. */
static int choice_of(const char *choices, const char *word)
{
	size_t len = strlen(word);

	for (int i = 0; *choices; i++) {
		size_t next = strcspn(choices, " ");

		if (len == next && !strncmp(choices, word, len))
			return i;
		choices += next + (choices[next] == ' ');
	}
	return -1;
}

static bool set_choice(const struct setting *s, struct work *work, int *field,
		       const char *value, const char *where)
{
	int choice = choice_of(s->choices, value);

	if (choice < 0)
		return fail_field(work, s->name,
				  "%s: %s: one of %s, not \"%s\"", where,
				  s->name, s->choices, value);
	*field = choice;
	return true;
}

static bool set_words(const struct setting *s, struct work *work,
		      const char **field, const char *value, const char *where)
{
	for (const char *at = value; *at; at += strspn(at, " ")) {
		char word[64];
		size_t len = strcspn(at, " ");

		snprintf(word, sizeof(word), "%.*s", (int)len, at);
		if (len &&
		    (len >= sizeof(word) || choice_of(s->choices, word) < 0))
			return fail_field(work, s->name,
					  "%s: %s: words of \"%s\", not "
					  "\"%s\"",
					  where, s->name, s->choices, word);
		at += len;
	}
	*field = value;
	return true;
}

static bool set_blocks(const struct setting *s, struct work *work,
		       const char **field, const char *value, const char *where)
{
	char bad[CIDR_TEXT_SIZE];

	if (!cidr_list_check(bad, value))
		return fail_field(work, s->name,
				  "%s: %s: blocks of addresses such as "
				  "10.0.0.0/8 or fd00::/8, spaces between, not "
				  "\"%s\"",
				  where, s->name, bad);
	*field = value;
	return true;
}

static bool set_ports(const struct setting *s, struct work *work,
		      const char **field, const char *value, const char *where)
{
	if (!text_is_numbers(value, 1, 65535))
		return fail_field(work, s->name,
				  "%s: %s: numbers from 1 to 65535, spaces "
				  "between, not \"%s\"",
				  where, s->name, value);
	*field = value;
	return true;
}

static bool set_base_url(const struct setting *s, struct work *work,
			 const char **field, const char *value,
			 const char *where)
{
	if (!base_url_is_valid(value))
		return fail_field(work, s->name,
				  "%s: %s: http:// or https://, a host, and "
				  "perhaps a port and a path of at most %d "
				  "letters, digits and /._~- without a slash "
				  "at the end, not \"%s\"",
				  where, s->name, BASE_URL_MAX_PATH, value);
	*field = value;
	return true;
}

static bool set_hosts(const struct setting *s, struct work *work,
		      const char **field, const char *value, const char *where)
{
	if (!hosts_check(value))
		return fail_field(work, s->name,
				  "%s: %s: hosts such as www.example.org or "
				  "*.example.org, in lower case, spaces "
				  "between, not \"%s\"",
				  where, s->name, value);
	*field = value;
	return true;
}

bool setting_set(const struct setting *s, struct conf *conf, struct work *work,
		 const char *value, const char *where)
{
	void *field = (char *)conf + s->offset;

	switch (s->type) {
	case SETTING_TEXT:
	case SETTING_SECRET:
		*(const char **)field = value;
		return true;
	case SETTING_NUMBER:
		return set_number(s, work, field, value, where);
	case SETTING_SECONDS:
		return set_seconds(s, work, field, value, where);
	case SETTING_SECONDS_LIST:
		*(const char **)field = value;
		return check_seconds_list(s, work, value, where);
	case SETTING_OCTAL:
		return set_octal(s, work, field, value, where);
	case SETTING_CHOICE:
		return set_choice(s, work, field, value, where);
	case SETTING_WORDS:
		return set_words(s, work, field, value, where);
	case SETTING_BLOCKS:
		return set_blocks(s, work, field, value, where);
	case SETTING_PORTS:
		return set_ports(s, work, field, value, where);
	case SETTING_BASE_URL:
		return set_base_url(s, work, field, value, where);
	case SETTING_HOSTS:
		return set_hosts(s, work, field, value, where);
	}
	abort();
}
void setting_warn(const struct setting *setting, const char *where)
{
	if (setting->instead)
		LOG_EVENT(LOG_LEVEL_INFO, "setting_renamed",
			  log_text("setting", setting->name),
			  log_text("instead", setting->instead),
			  log_text("where", where));
}

const char *setting_type_text(const struct setting *s, struct pool *pool)
{
	switch (s->type) {
	case SETTING_TEXT:
	case SETTING_SECRET:
		return "text";
	case SETTING_NUMBER:
		return pool_printf(pool, "number, %ld to %ld", s->min, s->max);
	case SETTING_SECONDS:
		return pool_printf(pool, "seconds, %ld to %ld", s->min, s->max);
	case SETTING_SECONDS_LIST:
		return pool_printf(pool,
				   "seconds, %ld to %ld, up to %d of them",
				   s->min, s->max, MAX_TIMES);
	case SETTING_OCTAL:
		return pool_printf(pool, "permissions, %04lo to %04lo", s->min,
				   s->max);
	case SETTING_CHOICE:
		return pool_printf(pool, "one of: %s", s->choices);
	case SETTING_WORDS:
		return pool_printf(pool, "words of: %s", s->choices);
	case SETTING_BLOCKS:
		return "blocks of addresses, such as 10.0.0.0/8 fd00::/8";
	case SETTING_PORTS:
		return "numbers, 1 to 65535";
	case SETTING_BASE_URL:
		return "http:// or https://, host, port, path";
	case SETTING_HOSTS:
		return "hosts, such as www.example.org *.example.org";
	}
	abort();
}

const char *setting_value_text(const struct setting *s, struct pool *pool,
			       const struct conf *conf)
{
	const void *field = (const char *)conf + s->offset;
	const char *choice = s->choices;

	switch (s->type) {
	case SETTING_TEXT:
	case SETTING_WORDS:
	case SETTING_SECONDS_LIST:
	case SETTING_BLOCKS:
	case SETTING_PORTS:
	case SETTING_BASE_URL:
	case SETTING_HOSTS:
		return *(const char *const *)field;
	case SETTING_SECRET:
		return **(const char *const *)field ? "***" : "";
	case SETTING_NUMBER:
	case SETTING_SECONDS:
		return pool_printf(pool, "%ld", *(const long *)field);
	case SETTING_OCTAL:
		return pool_printf(pool, "%04lo", *(const long *)field);
	case SETTING_CHOICE:
		for (int i = *(const int *)field; i; i--)
			choice += strcspn(choice, " ") + 1;
		return pool_strndup(pool, choice, strcspn(choice, " "));
	}
	abort();
}
