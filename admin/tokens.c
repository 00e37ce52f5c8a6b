/* tokens.c: pixtierctl token. */
#include "config.h"

#include <string.h>

#include "admin/command.h"
#include "admin/print.h"
#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/model/token.h"
#include "lib/model/user.h"
#include "lib/service/access.h"
#include "lib/service/token.h"

enum { BATCH = 500 };

static const char *const columns[] = { "id",         "name",
				       "scopes",     "created_at",
				       "expires_at", "last_used_at",
				       "token",      NULL };

static void add_row(struct print *print, struct pool *pool,
		    const struct token *token, const char *secret)
{
	PRINT_ROW(print, cell_text(pool_strdup(pool, UUID_TEXT(token->id))),
		  cell_text(token->name), cell_words(token->scopes),
		  cell_text(clock_text(pool, token->created_at)),
		  cell_text(clock_text(pool, token->expires_at)),
		  cell_text(clock_text(pool, token->last_used_at)),
		  cell_text(secret));
}

/* Reads scopes that commas or spaces separate. Only administrators can have the
   scope admin. */
static bool read_scopes(const char **scopes, struct work *work,
			const char *text, const struct user *user)
{
	char *rest = pool_strdup(work->pool, text);
	const char *words = "";
	char *save;

	for (char *word = strtok_r(rest, " ,", &save); word;
	     word = strtok_r(NULL, " ,", &save)) {
		if (!text_has_word("read write link admin", word))
			return fail(work, ERR_BAD_REQUEST,
				    "--scopes: words of read, write, link "
				    "and admin are expected, not \"%s\"",
				    word);
		if (!strcmp(word, "admin") && !user->is_admin)
			return fail(work, ERR_FORBIDDEN,
				    "%s is no administrator, so their tokens "
				    "cannot have the scope admin",
				    user->username);
		if (!text_has_word(words, word))
			words = text_add_word(work->pool, words, word);
	}
	if (!*words)
		return fail(work, ERR_BAD_REQUEST,
			    "--scopes: at least one scope is expected");
	*scopes = words;
	return true;
}

static bool check_name(struct work *work, const char *name)
{
	size_t len;

	if (!name)
		return fail(work, ERR_BAD_REQUEST, "--name is missing");
	len = strlen(name);
	return (len && len <= TOKEN_NAME_MAX && text_is_utf8(name, len) &&
		text_is_printable(name)) ||
	       fail_field(work, "name",
			  "--name: 1 to %d bytes of UTF-8 without control "
			  "characters, not %zu",
			  TOKEN_NAME_MAX, len);
}

bool cmd_tokens_add(struct call *call)
{
	struct work *work = call->work;
	struct print *print = print_record(call, columns);
	const char *name = call->options[OPTION_NAME];
	const char *asked = call->options[OPTION_SCOPES];
	const char *scopes = "", *secret;
	struct user user;
	struct token token;
	int64_t expires_in;

	if (!check_name(work, name) ||
	    !command_seconds(&expires_in, call, OPTION_EXPIRES_IN, 0, 1,
			     TOKEN_SECONDS_MAX) ||
	    !user_by_name(&user, work, call->args[0]) ||
	    !read_scopes(&scopes, work, asked ? asked : "read write link",
			 &user) ||
	    !token_add_api(&token, &secret, work, user.id, name, scopes,
			   expires_in))
		return false;
	add_row(print, work->pool, &token, secret);
	print_end(print);
	return command_audit(call, "token.add", user.username,
			     pool_printf(work->pool, "%s: %s, %s",
					 UUID_TEXT(token.id), name, scopes));
}

/* Lists tokens without secrets: the database has only their hashes. */
bool cmd_tokens_list(struct call *call)
{
	static const char *const without[] = { "id",         "name",
					       "scopes",     "created_at",
					       "expires_at", "last_used_at",
					       NULL };
	struct print *print = print_table(call, without);
	struct uuid before = { 0 };
	struct token *tokens;
	struct user user;
	size_t count;

	if (!user_by_name(&user, call->work, call->args[0]))
		return false;
	do {
		if (!token_list(&tokens, &count, call->work, user.id, before,
				BATCH))
			return false;
		for (size_t i = 0; i < count; i++)
			add_row(print, call->work->pool, &tokens[i], NULL);
		if (count)
			before = tokens[count - 1].id;
	} while (count == BATCH);
	return print_end(print);
}

bool cmd_tokens_revoke(struct call *call)
{
	struct user user;
	struct uuid id;

	return user_by_name(&user, call->work, call->args[0]) &&
	       access_id(&id, call->work, "token", call->args[1]) &&
	       token_drop(call->work, user.id, id) &&
	       command_audit(call, "token.revoke", user.username,
			     call->args[1]);
}
