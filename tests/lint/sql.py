"""
Every statement of the code is a literal, which MariaDB prepares on the tables
of schema/, and MySQL has all that it uses: sql.py TOP PIXTIERCTL. Prints TAP.

The database is that of tests/lib/mariadb.sh. There is no MySQL to ask, so a
list of patterns stands for it: what MariaDB takes and MySQL does not.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import pymysql

FOLDERS = ("lib", "fcgi", "worker", "admin")
# How many statements there were when the lint was written: fewer means that it
# no longer finds them.
FEWEST_STATEMENTS = 176
FEWEST_IN_SCHEMA = 48

# The functions that take a statement: which argument it is, and the files that
# may pass a variable, because they are between two of these functions.
CALLS = {
    "db_one": (1, ("lib/db/db.c",)),
    "db_find": (3, ()),
    "db_each": (1, ("lib/db/db.c",)),
    "db_list": (5, ()),
    "db_do": (2, ("lib/db/db.c",)),
    "db_change": (3, ()),
    # The schema's files, and statements for a table by name.
    "db_script": (1, ("lib/db/dump.c", "lib/db/migrate.c")),
    "ask": (2, ("lib/db/connection.c",)),
    "command": (1, ()),
    # database.c: names of databases and accounts cannot be parameters.
    "connection_send": (1, ("lib/db/connection.c", "lib/db/database.c",
                            "lib/db/db.c", "lib/db/dump.c")),
    "mysql_query": (1, ("lib/db/connection.c", "lib/db/dump.c")),
    "mysql_stmt_prepare": (1, ("lib/db/statement.c",)),
}
DB_CALLS = "|".join(name for name in CALLS if name.startswith("db_"))
# Static functions, whose names mean something else in other files.
ONLY_IN = {"ask": "lib/db/connection.c", "command": "lib/db/db.c"}
# A function that takes a statement and does not execute it.
HARMLESS = ("connection_log",)
# Functions of the client library that would bypass the above.
OTHER_CALLS = re.compile(r"mysql_\w*(query|prepare)\w*")

# Matched after quoted texts have been blanked.
RULES = [(re.compile(pattern, re.I | re.S), why) for pattern, why in [
    # What MySQL lacks or has otherwise
    (r"\bDEFAULT\s+(?!(CURRENT_TIMESTAMP|NOW|LOCALTIME|LOCALTIMESTAMP)\b)"
     r"\w+\s*\(", "MySQL wants DEFAULT (expression) in parentheses"),
    (r"\bRETURNING\b", "MySQL has no RETURNING"),
    (r"(?<!\bTABLE)\s+IF\s+(NOT\s+)?EXISTS\b(?!\s*\()",
     "MySQL has IF EXISTS for whole tables only"),
    (r"\bCREATE\s+OR\s+REPLACE\s+(?!VIEW\b)", "MySQL has no OR REPLACE"),
    (r"\b(UUID|INET4|INET6|VECTOR)\b(?!\s*\()", "MySQL lacks the type"),
    (r"\bSEQUENCE\b|\b(NEXTVAL|LASTVAL|SETVAL)\s*\(|\bNEXT\s+VALUE\s+FOR\b",
     "MySQL has no sequences"),
    (r"\bSET\s+STATEMENT\b", "MySQL has no SET STATEMENT"),
    (r"\bSYSTEM\s+VERSIONING\b|\bSYSTEM_TIME\b|\bPERIOD\s+FOR\b|\bWITHOUT"
     r"\s+OVERLAPS\b", "MySQL has no versions of rows"),
    (r"\bWAIT\s+[\d?]", "MySQL has no WAIT: NOWAIT, SKIP LOCKED"),
    (r"\bROWS\s+EXAMINED\b|\bFETCH\s+(FIRST|NEXT)\b", "MySQL has only LIMIT"),
    (r"\b(EXCEPT|INTERSECT|MINUS)\b", "MySQL 8.0.30 and older lack the word"),
    (r"\b(PERSISTENT|IGNORED|NOT\s+IGNORED|PAGE_CHECKSUM|TRANSACTIONAL|"
     r"ENCRYPTED)\b", "MySQL lacks the word"),
    (r"\b(JSON_(COMPACT|DETAILED|LOOSE|EXISTS|QUERY|NORMALIZE|EQUALS)|"
     r"ADD_MONTHS|CHR|CRC32C|DECODE_ORACLE|KDF|LENGTHB|MEDIAN|"
     r"NATURAL_SORT_KEY|NVL2?|SFORMAT|SYS_GUID|TO_CHAR|VALUE|ENCODE|DECODE|"
     r"ENCRYPT|DES_ENCRYPT|DES_DECRYPT|COLUMN_\w+|PERCENTILE_\w+)\s*\(",
     "MySQL lacks the function"),
    (r"\b\w+_(nopad_\w+|uca1400_\w+)\b", "MySQL lacks the collation"),
    (r"\b(CUBE|CUME_DIST|DENSE_RANK|EMPTY|FIRST_VALUE|GROUPING|GROUPS|"
     r"JSON_TABLE|LAG|LAST_VALUE|LEAD|MANUAL|NTH_VALUE|NTILE|PARALLEL|"
     r"PERCENT_RANK|QUALIFY|RANK|ROW_NUMBER|SYSTEM|TABLESAMPLE)\b(?!\s*\()",
     "the word is reserved in MySQL"),
    (r"/\*M?!", "the two servers execute different comments"),
    # What MariaDB lacks, also where it would only show when it is executed
    (r"\bGET_LOCK\s*\(", "GET_LOCK is local to one node of a cluster"),
    (r"@@(transaction|tx)_isolation\b",
     "the two servers name it differently"),
    (r"->", "MariaDB has no -> and ->>: JSON_EXTRACT, JSON_UNQUOTE"),
    (r"\bFOR\s+SHARE\b", "MariaDB has no FOR SHARE: LOCK IN SHARE MODE"),
    (r"\b(UUID_TO_BIN|BIN_TO_UUID|JSON_SCHEMA_VALID)\s*\(",
     "MariaDB lacks the function"),
    (r"\b(MEMBER\s+OF|LATERAL|INVISIBLE)\b", "MariaDB lacks the word"),
    (r"\butf8mb4_0900_", "MariaDB lacks the collation"),
    (r"\b(KEY|INDEX)\b[^(),]*\((\s*[^(),]+,)*\s*\(",
     "MariaDB has no index on an expression"),
    (r"\bVALUES\b.*\)\s*AS\s+\w+[\s\w(),]*\bON\s+DUPLICATE\b",
     "MariaDB has no row alias"),
    # What this project does not want
    (r"\bSELECT\s+(DISTINCT\s+)?(\w+\.)?\*", "columns are named, not *"),
]]

QUOTED = re.compile(
    r"'(?:''|\\.|[^'\\])*'|\"(?:\"\"|\\.|[^\"\\])*\"|`[^`]*`", re.S)


def blank(sql):
    return QUOTED.sub(lambda found: found[0][0] * 2, sql)


def broken_rule(sql):
    text = blank(sql)
    return next((why for rule, why in RULES if rule.search(text)), None)


class Server:
    """The private MariaDB, with the tables of the service and a table t."""

    def __init__(self, top, ctl):
        environment = {"PIXTIER_SCHEMA_DIR": str(top / "schema"),
                       "PIXTIER_DB_PASSWORD": "", **os.environ}
        done = subprocess.run([ctl, "schema", "apply"], env=environment,
                              text=True, capture_output=True)
        if done.returncode:
            sys.exit(f"schema apply: {done.stderr}")
        self.cursor = pymysql.connect(
            unix_socket=os.environ["PIXTIER_DB_SOCKET"],
            user=os.environ["PIXTIER_DB_USER"], charset="utf8mb4",
            database=os.environ["PIXTIER_DB_NAME"]).cursor()
        self.cursor.execute("CREATE TABLE t (id INT, a INT, b INT,"
                            " `groups` INT, KEY k (a))")

    def refusal(self, sql):
        """Why it does not prepare the statement, or None."""
        try:
            self.cursor.execute("PREPARE statement FROM %s", (sql,))
        except pymysql.Error as error:
            return error.args[1]
        return None

    def complaint(self, sql):
        return broken_rule(sql) or self.refusal(sql)


# Statements of C

TOKEN = re.compile(r'''(?P<mark>^\#[^\n]*)
    | (?P<string>"(?:\\.|[^"\\])*") | (?P<char>'(?:\\.|[^'\\])*')
    | (?P<word>\w+) | (?P<line>\n) | (?P<space>[^\S\n]+) | (?P<sign>.)''',
                   re.X | re.M)
MARK = re.compile(r'#\s+(\d+)\s+"([^"]*)"')


def tokens_of(preprocessed):
    """(kind, text, file, line) of what the preprocessor prints."""
    file, line = "", 1
    for found in TOKEN.finditer(preprocessed):
        kind, text = found.lastgroup, found[0]
        mark = kind == "mark" and MARK.match(text)
        if mark:
            line, file = int(mark[1]) - 1, mark[2]
        elif kind == "line":
            line += 1
        elif kind in ("string", "char", "word", "sign"):
            yield kind, text, file, line


def preprocess(top, file):
    command = [*shlex.split(os.environ.get("CC", "cc")), "-std=gnu17",
               "-D_GNU_SOURCE", "-I.",
               *shlex.split(os.environ.get("LINT_CPPFLAGS", "")), "-E", file]
    return subprocess.run(command, cwd=top, check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def arguments_at(tokens, start):
    """The tokens of each argument of the call whose "(" is at `start`."""
    found, depth = [[]], 0
    for token in tokens[start:]:
        sign = token[1] if token[0] == "sign" else ""
        if sign and sign in ")]}":
            depth -= 1
            if not depth:
                break
        if sign == "," and depth == 1:
            found.append([])
        elif depth:
            found[-1].append(token)
        if sign and sign in "([{":
            depth += 1
    return found


def text_of(literal):
    return literal[1:-1].encode().decode("unicode_escape")


def literals_in(tokens):
    """The statements of an argument: a literal, or several between which a
    condition chooses. None for anything else."""
    signs = [token[1] for token in tokens]
    branches = [[]]
    for token in tokens[signs.index("?") + 1 if "?" in signs else 0:]:
        if token[1] == ":":
            branches.append([])
        else:
            branches[-1].append(token)
    if not all(branch and all(token[0] == "string" for token in branch)
               for branch in branches):
        return None
    return [(branch[0][3], "".join(text_of(token[1]) for token in branch))
            for branch in branches]


def is_declared(tokens, at):
    """Whether the name at this place follows a type."""
    kind, text = tokens[at - 1][:2] if at else ("", "")
    return text == "*" or (kind == "word" and text not in
                           ("return", "else", "do"))


def statements_of_c(top, file):
    """(line, statement, None) of each, or (line, name, what is wrong)."""
    tokens = [token for token in tokens_of(preprocess(top, file))
              if not token[2].startswith(("/", "<"))]
    for at, (kind, name, _, line) in enumerate(tokens):
        if kind != "word" or ONLY_IN.get(name, file) != file:
            continue
        if OTHER_CALLS.fullmatch(name) and name not in CALLS:
            yield line, name, "statements do not go through this function"
        if name not in CALLS or is_declared(tokens, at):
            continue
        place, relays = CALLS[name]
        if tokens[at + 1][1] != "(":
            yield line, name, "only calls of this function can be followed"
            continue
        argument = arguments_at(tokens, at + 1)[place]
        found = literals_in(argument)
        if found:
            yield from ((line, sql, None) for line, sql in found)
        elif file not in relays:
            yield line, name, "the statement is not a literal"


def sources(top):
    """The files that can have a statement. What takes one is declared in
    lib/db, and no macro stands for it."""
    names = re.compile(rf"\b({DB_CALLS}|connection_send|mysql_\w+)\b")
    for folder in FOLDERS:
        for path in sorted((top / folder).rglob("*.[ch]")):
            if names.search(path.read_text(encoding="utf-8")):
                yield str(path.relative_to(top))


def macros_for_statements(top):
    calls = re.compile(r"^[ \t]*#[ \t]*define(?:\\\n|[^\n])*\b"
                       rf"({DB_CALLS}|mysql_query)\b", re.M)
    for file in sources(top):
        for name in calls.findall((top / file).read_text(encoding="utf-8")):
            yield f"{file}: a macro hides {name}"


def unknown_functions(top):
    """The functions of lib/db that take a statement and are not listed."""
    takes = re.compile(r"\b(\w+)\((?:[^();]|\([^()]*\))*"
                       r"\bconst char \*(?:sql|statement)\b")
    for path in sorted((top / "lib/db").glob("*.h")):
        for name in takes.findall(path.read_text(encoding="utf-8")):
            if name not in CALLS and name not in HARMLESS:
                yield f"lib/db/{path.name}: {name}() is not in CALLS"


# Statements of the schema

def statements_of_schema(text):
    """(line, statement) of each, with blanked texts and without comments."""
    plain = re.sub(r"--(?=\s)[^\n]*|#[^\n]*|/\*(?!M?!).*?\*/|" +
                   QUOTED.pattern,
                   lambda found: found[0] if found[0][0] in "'\"`" else "",
                   text, flags=re.S)
    at = 0
    for sql in re.sub(QUOTED, lambda found: found[0].replace(";", ","),
                      plain).split(";"):
        begin = at + len(sql) - len(sql.lstrip())
        if sql.strip():
            yield plain.count("\n", 0, begin) + 1, sql.strip()
        at += len(sql) + 1


# The test of the lint itself

BAD = [
    "INSERT INTO t (a) VALUES (1) RETURNING a",
    "DELETE FROM t WHERE a = ? RETURNING a",
    "CREATE TABLE u (a UUID NOT NULL)",
    "ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT",
    "CREATE OR REPLACE TABLE u (a INT)",
    "CREATE TABLE u (a BINARY(16) DEFAULT uuid())",
    "CREATE TABLE u (a DATETIME(6) DEFAULT utc_timestamp(6))",
    "CREATE SEQUENCE s",
    "SET STATEMENT max_statement_time = 1 FOR SELECT 1",
    "SELECT groups FROM t",
    "SELECT a FROM rank",
    "SELECT * FROM t",
    "SELECT t.* FROM t",
    "SELECT a->'$.b' FROM t",
    "SELECT a FROM t FOR SHARE",
    "SELECT a FROM t FOR UPDATE WAIT 5",
    "SELECT a FROM t LIMIT ROWS EXAMINED 7",
    "SELECT a FROM t EXCEPT SELECT b FROM t",
    "SELECT NVL(a, 1) FROM t",
    "SELECT GET_LOCK('a', 1)",
    "SELECT a FROM t WHERE a = = ?",
    "SELECT a FROM t FORCE INDEX k",
    "SELEC a FROM t",
    "SELECT no_such_column FROM t",
    "SELECT a FROM no_such_table",
    "SELECT NO_SUCH_FUNCTION(a) FROM t",
    "INSERT INTO t (a, b) VALUES (?)",
    "CREATE TABLE u (a INT, KEY k ((a + 1)))",
    "CREATE TABLE u (a VARCHAR(9) COLLATE utf8mb4_0900_ai_ci)",
    "CREATE TABLE u (a VARCHAR(9) COLLATE utf8mb4_uca1400_ai_ci)",
    "INSERT INTO t (a) VALUES (?) AS new ON DUPLICATE KEY UPDATE a = new.a",
    "SELECT @@transaction_isolation",
]

GOOD = [
    "SELECT COUNT(*) FROM t WHERE a <=> ?",
    "SELECT a FROM t FORCE INDEX (`k`) WHERE a = ?",
    "SELECT a FROM t WHERE b = 'DEFAULT uuid() RETURNING -> SELECT *'",
    "SELECT a FROM t WHERE (a, b) > (?, ?) ORDER BY a LIMIT ?"
    " FOR UPDATE SKIP LOCKED",
    "SELECT `groups`, ROW_NUMBER() OVER (ORDER BY a) FROM t",
    "UPDATE t SET a = UTC_TIMESTAMP(6) + INTERVAL ? SECOND WHERE id = ?",
    "INSERT INTO t (a) VALUES (?) ON DUPLICATE KEY UPDATE a = VALUES(a)",
    "INSERT INTO t (a) SELECT 1 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM t)",
    "CREATE TABLE IF NOT EXISTS u (a DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6),"
    " b BINARY(16) DEFAULT (uuid()), KEY k (a, b))",
    "SAVEPOINT `part`",
]

SAMPLE_H = '#define MORE "c"\n'
SAMPLE_C = r'''
#include "more.h"
#define COLUMNS "a, " \
	"b"
/* db_one(work, "no call" */
bool db_one(struct work *work, const char *sql, const struct db_in *in);
static bool f(void)
{
	return db_one(work, "SELECT " COLUMNS ", " MORE /* "c" */
		      " FROM t WHERE a = ',)\"\x41' AND b = ?", // "d"
		      DB_IN(db_int(f(1, 2))), DB_OUT(db_text_to(&text))) &&
	       !db_do(work, &changed[0, 1], newest ? "DELETE FROM t" " LIMIT 1"
						 : "DELETE FROM u", DB_NO_IN) &&
	       db_each(work, sql, DB_NO_IN) && db_do(work, NULL, "SELECT " A) &&
	       db_script(work, statement) && db_script(work, "DO 1") &&
	       run(db_one) && mysql_real_query(db, sql);
}'''
NO_LITERAL = "the statement is not a literal"
SAMPLE_C_HAS = [
    (9, "SELECT a, b, c FROM t WHERE a = ',)\"A' AND b = ?", None),
    (12, "DELETE FROM t LIMIT 1", None),
    (13, "DELETE FROM u", None),
    (14, "db_each", NO_LITERAL),
    (14, "db_do", NO_LITERAL),
    (15, "db_script", NO_LITERAL),
    (15, "DO 1", None),
    (16, "db_one", "only calls of this function can be followed"),
    (16, "mysql_real_query", "statements do not go through this function"),
]

SAMPLE_DB_H = """
bool db_one(struct work *work, const char *sql);
bool db_two(struct work *work, bool (*row)(void *),
	    const char *sql);
#define ONE(work) \\
	db_one(work, "SELECT 1")
"""
SAMPLE_DB_H_HAS = ["lib/db/db.h: db_two() is not in CALLS",
                   "lib/db/db.h: a macro hides db_one"]

SAMPLE_SQL = """-- a; b
CREATE TABLE t ( -- it's
  a INT /* ; */);;
INSERT INTO t VALUES ('x;''y', "\\";", `;`); # no ; more

SELECT 1"""
SAMPLE_SQL_HAS = [
    (2, "CREATE TABLE t ( \n  a INT )"),
    (4, "INSERT INTO t VALUES ('x,''y', \"\\\",\", `,`)"),
    (6, "SELECT 1"),
]


def differences(found, wanted):
    found = list(found)
    return [] if found == wanted else [f"wanted {wanted}", f"found {found}"]


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def test(self, name, complaints):
        complaints = list(complaints)
        self.count += 1
        self.failed += bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {self.count} - {name}")
        for complaint in complaints:
            print("# " + " ".join(complaint.split())[:300])


def test_itself(tap, server):
    tap.test("what one of the servers refuses is found",
             [f"not found: {sql}" for sql in BAD if not server.complaint(sql)])
    tap.test("what both take is let pass",
             [f"{server.complaint(sql)}: {sql}" for sql in GOOD
              if server.complaint(sql)])
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "more.h").write_text(SAMPLE_H)
        (pathlib.Path(folder) / "x.c").write_text(SAMPLE_C)
        tap.test("the statements of a C file are found",
                 differences(statements_of_c(folder, "x.c"), SAMPLE_C_HAS))
        (pathlib.Path(folder) / "lib/db").mkdir(parents=True)
        (pathlib.Path(folder) / "lib/db/db.h").write_text(SAMPLE_DB_H)
        tap.test("what the lint cannot follow is found", differences(
            [*unknown_functions(pathlib.Path(folder)),
             *macros_for_statements(pathlib.Path(folder))], SAMPLE_DB_H_HAS))
    tap.test("the statements of a schema file are found",
             differences(statements_of_schema(SAMPLE_SQL), SAMPLE_SQL_HAS))


def test_code(tap, server, top):
    total = 0
    for file in sources(top):
        found = list(statements_of_c(top, file))
        total += sum(1 for row in found if not row[2])
        if file.endswith(".h") and not found:
            continue
        tap.test(f"{file}: {len(found)} statements",
                 [f"{file}:{line}: {why or server.complaint(sql)}: {sql}"
                  for line, sql, why in found if why or server.complaint(sql)])
    tap.test("no macro hides a statement", macros_for_statements(top))
    tap.test("the functions that take a statement are known",
             unknown_functions(top))
    tap.test(f"{total} statements are not fewer than before",
             [f"there were {FEWEST_STATEMENTS}"] if total < FEWEST_STATEMENTS else [])


def test_schema(tap, top):
    total = 0
    for path in sorted((top / "schema").glob("*.sql")):
        found = list(statements_of_schema(path.read_text(encoding="utf-8")))
        total += len(found)
        tap.test(f"schema/{path.name}: {len(found)} statements",
                 [f"{path.name}:{line}: {broken_rule(sql)}: {sql}"
                  for line, sql in found if broken_rule(sql)])
    tap.test(f"{total} statements of the schema are not fewer than before",
             [f"there were {FEWEST_IN_SCHEMA}"] if total < FEWEST_IN_SCHEMA else [])


def main(top, ctl):
    top = pathlib.Path(top)
    tap, server = Tap(), Server(top, ctl)
    test_itself(tap, server)
    test_code(tap, server, top)
    test_schema(tap, top)
    print(f"1..{tap.count}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
