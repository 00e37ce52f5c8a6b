/* dump.c: writes the rows of tables as SQL, and loads them. */
#include "config.h"

#include "lib/db/dump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/connection.h"
#include "lib/db/db.h"

/* A statement ends after the row with which it has STATEMENT bytes. The longest
   row is a response in `idempotency`, of half a MiB, which is twice as long in
   hexadecimal digits. MariaDB's default of max_allowed_packet is 16 MiB. */
enum { STATEMENT = 1 << 18, MAX_STATEMENT = 1 << 22, BINARY = 63 };

static const char insert[] = "INSERT INTO ";

static bool fail_db(struct work *work)
{
	MYSQL *mysql = work->db->mysql;
	enum db_trouble trouble = connection_trouble(
		work->db, mysql_errno(mysql), mysql_error(mysql));

	connection_log(work, "a dump");
	return connection_fail(work, trouble);
}

/* Writing */

struct columns {
	struct buf *names;
	const char *name;
};

static bool add_name(struct work *work, void *arg)
{
	const struct columns *columns = arg;

	return buf_printf(columns->names, "%s`%s`",
			  columns->names->len ? ", " : "", columns->name) ||
	       fail(work, ERR_INTERNAL, "a table has too many columns");
}

static bool list_columns(const char **names, struct work *work,
			 const char *table, bool only_key)
{
	struct columns columns = { .names = buf_new(work->pool, 1 << 14) };

	if (!db_each(work,
		     "SELECT `column_name` FROM `information_schema`.`columns`"
		     " WHERE `table_schema` = DATABASE() AND `table_name` = ?"
		     " AND (? = 0 OR `column_key` = 'PRI')"
		     " ORDER BY `ordinal_position`",
		     DB_IN(db_text(table), db_bool(only_key)),
		     DB_OUT(db_text_to(&columns.name)), add_name, &columns))
		return false;
	*names = columns.names->data;
	return columns.names->len ||
	       fail(work, ERR_INTERNAL, "the table %s does not exist", table);
}

static bool add_hex(struct buf *buf, const char *bytes, size_t len)
{
	char hex[3];
	bool fits = buf_add_text(buf, "X'");

	for (size_t i = 0; fits && i < len; i++) {
		text_hex(hex, bytes + i, 1);
		fits = buf_add(buf, hex, 2);
	}
	return fits && buf_add_text(buf, "'");
}

/* Returns what stands for a byte in a quoted text, or NULL for itself. The text
   stays in one line. */
static const char *escape(char byte)
{
	switch (byte) {
	case '\'':
		return "\\'";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\0':
		return "\\0";
	case '\032':
		return "\\Z";
	}
	return NULL;
}

static bool add_quoted(struct buf *buf, const char *bytes, size_t len)
{
	bool fits = buf_add_text(buf, "'");

	for (size_t i = 0; fits && i < len; i++) {
		const char *escaped = escape(bytes[i]);

		fits = escaped ? buf_add_text(buf, escaped)
			       : buf_add(buf, bytes + i, 1);
	}
	return fits && buf_add_text(buf, "'");
}

/* Times have the binary character set too, but are text. */
static bool is_binary(const MYSQL_FIELD *field)
{
	return field->charsetnr == BINARY &&
	       (field->type == MYSQL_TYPE_STRING ||
		field->type == MYSQL_TYPE_VAR_STRING ||
		(field->type >= MYSQL_TYPE_TINY_BLOB &&
		 field->type <= MYSQL_TYPE_BLOB));
}

static bool add_value(struct buf *buf, const MYSQL_FIELD *field,
		      const char *value, size_t len)
{
	if (!value)
		return buf_add_text(buf, "NULL");
	if (IS_NUM(field->type))
		return buf_add(buf, value, len);
	return is_binary(field) ? add_hex(buf, value, len)
				: add_quoted(buf, value, len);
}

struct dump {
	FILE *out;
	const char *table, *names;
	struct buf statement;
};

static bool add_row(struct dump *dump, MYSQL_RES *rows, MYSQL_ROW row)
{
	const unsigned long *lengths = mysql_fetch_lengths(rows);
	const MYSQL_FIELD *fields = mysql_fetch_fields(rows);
	struct buf *buf = &dump->statement;
	bool fits = buf->len ? buf_add_text(buf, ", (")
			     : buf_printf(buf, "%s`%s` (%s) VALUES (", insert,
					  dump->table, dump->names);

	for (unsigned i = 0; fits && i < mysql_num_fields(rows); i++)
		fits = (!i || buf_add_text(buf, ", ")) &&
		       add_value(buf, &fields[i], row[i], lengths[i]);
	return fits && buf_add_text(buf, ")");
}

static bool end_statement(struct dump *dump, struct work *work)
{
	struct buf *buf = &dump->statement;

	if (buf->len && fprintf(dump->out, "%s;\n", buf->data) < 0)
		return fail_errno(work, "cannot write the dump");
	buf->len = 0;
	return true;
}

static bool write_rows(struct dump *dump, struct work *work, MYSQL_RES *rows)
{
	MYSQL_ROW row;

	while ((row = mysql_fetch_row(rows))) {
		if (!add_row(dump, rows, row))
			return fail(work, ERR_INTERNAL,
				    "%s: expected rows of at most %d bytes of "
				    "SQL, found a longer one",
				    dump->table, MAX_STATEMENT);
		if (dump->statement.len >= STATEMENT &&
		    !end_statement(dump, work))
			return false;
	}
	return mysql_errno(work->db->mysql) ? fail_db(work)
					    : end_statement(dump, work);
}

static bool run_dump(struct dump *dump, struct work *work, const char *sql)
{
	MYSQL_RES *rows;
	bool written;

	if (mysql_query(work->db->mysql, sql))
		return fail_db(work);
	rows = mysql_use_result(work->db->mysql);
	if (!rows)
		return fail_db(work);
	written = write_rows(dump, work, rows);
	/* After an error in the middle, this reads the other rows. */
	mysql_free_result(rows);
	return written;
}

bool dump_table(struct work *work, FILE *out, const char *table)
{
	struct dump dump = { .out = out, .table = table };
	const char *key;
	bool written;

	if (!list_columns(&dump.names, work, table, false) ||
	    !list_columns(&key, work, table, true))
		return false;
	buf_init(&dump.statement, MAX_STATEMENT);
	written = run_dump(&dump, work,
			   pool_printf(work->pool,
				       "SELECT %s FROM `%s` ORDER BY %s",
				       dump.names, table, key));
	buf_release(&dump.statement);
	return written;
}

/* Loading */

/* Does not log the statement, which may have secrets. */
static bool send(struct work *work, const char *statement)
{
	enum db_trouble trouble = connection_open(work->db);

	if (!trouble)
		trouble = connection_send(work->db, statement);
	if (trouble)
		connection_log(work, "a line of a dump");
	return trouble ? connection_fail(work, trouble) : true;
}

static bool load_line(struct work *work, char *line, size_t len, int64_t number)
{
	if (len < 2 || len > MAX_STATEMENT || !text_starts(line, insert) ||
	    strcmp(line + len - 2, ";\n"))
		return fail(work, ERR_CONFLICT,
			    "line %lld of the dump: expected \"INSERT INTO "
			    "...;\", found \"%.40s\"",
			    (long long)number, line);
	line[len - 2] = '\0';
	return send(work, line);
}

bool dump_load(struct work *work, FILE *in)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	bool loaded = true;

	for (int64_t number = 1;
	     loaded && (len = getline(&line, &size, in)) > 0; number++)
		loaded = load_line(work, line, (size_t)len, number);
	free(line);
	if (loaded && ferror(in))
		return fail_errno(work, "cannot read the dump");
	return loaded;
}

static bool has_table(bool *has, struct work *work, const char *table)
{
	return db_one(work,
		      "SELECT COUNT(*) FROM `information_schema`.`tables`"
		      " WHERE `table_schema` = DATABASE()"
		      " AND `table_name` = ?",
		      DB_IN(db_text(table)), DB_OUT(db_bool_to(has)));
}

static bool alter(struct work *work, const char *how, const char *table)
{
	bool has;

	if (!has_table(&has, work, table))
		return false;
	return !has ||
	       db_script(work, pool_printf(work->pool, "%s `%s`", how, table));
}

bool dump_clear(struct work *work, const char *table)
{
	return alter(work, "DELETE FROM", table);
}

bool dump_drop(struct work *work, const char *table)
{
	return alter(work, "DROP TABLE", table);
}
