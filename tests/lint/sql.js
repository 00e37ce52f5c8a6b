// sql.js: parses the statements of schema/*.sql, lib/model/*.c and lib/db/*.c
// as MySQL does, forbids what MariaDB does not take, and prints TAP.
// Usage: node sql.js PARSER TOP
'use strict';
const fs = require('fs');
const path = require('path');

const [parserPath, top] = process.argv.slice(2);
const { Parser } = require(parserPath);
const parser = new Parser();

// Which argument of a call is the statement.
const CALLS = { db_one: 1, db_each: 1, db_do: 2, db_script: 1 };

// What the parser lets pass: matched after quoted texts have been blanked.
const RULES = [
	[/\bDEFAULT\s+(?!(CURRENT_TIMESTAMP|NOW|LOCALTIME|LOCALTIMESTAMP)\b)\w+\s*\(/i,
		'MySQL wants DEFAULT (expression) in parentheses'],
	[/\bRETURNING\b/i, 'MySQL has no RETURNING'],
	[/\bGET_LOCK\s*\(/i, 'GET_LOCK is local to one node of a cluster'],
	[/@@(transaction|tx)_isolation\b/i, 'the two servers name it differently'],
	[/->/, 'MariaDB has no -> and ->>: JSON_EXTRACT, JSON_UNQUOTE'],
	[/\bFOR\s+SHARE\b/i, 'MariaDB has no FOR SHARE: LOCK IN SHARE MODE'],
	[/\b(UUID_TO_BIN|BIN_TO_UUID|JSON_SCHEMA_VALID)\s*\(/i, 'MariaDB lacks the function'],
	[/\b(MEMBER\s+OF|LATERAL|INVISIBLE)\b/i, 'MariaDB lacks the word'],
	[/\butf8mb4_0900_/i, 'MariaDB lacks the collation'],
	[/\b(KEY|INDEX)\b[^(),]*\((\s*[^(),]+,)*\s*\(/i, 'MariaDB has no index on an expression'],
	[/\bVALUES\b.*\)\s*AS\s+\w+[\s\w(),]*\bON\s+DUPLICATE\b/is, 'MariaDB has no row alias'],
	[/\bSELECT\s+(DISTINCT\s+)?(\w+\.)?\*/i, 'columns are named, not *'],
];

function blank(sql) {
	return sql.replace(/'(''|\\.|[^'\\])*'|"(""|\\.|[^"\\])*"|`[^`]*`/gs,
		quoted => quoted[0] + quoted[0]);
}

// Why the two servers would not take it, or null.
function complaint(sql) {
	try {
		// The parser does not know <=> and hints, which both servers have.
		const known = sql.replace(/<=>/g, '=').replace(/\bFORCE INDEX \(`\w+`\)/g, '');
		parser.astify(known, { database: 'MySQL' });
	} catch (error) {
		const at = error.location ? error.location.start.offset : 0;
		return `no MySQL at "${sql.slice(at, at + 30)}"`;
	}
	const rule = RULES.find(([pattern]) => pattern.test(blank(sql)));
	return rule ? rule[1] : null;
}

// Statements of a file

// As lib/db/script.c does.
function splitScript(text) {
	const token = /--(?=\s|$)[^\n]*|#[^\n]*|\/\*(?![!M])[\s\S]*?\*\/|'(\\.|[^'\\])*'|"(\\.|[^"\\])*"|`[^`]*`|;|\s+|[\s\S]/gy;
	const found = [];
	let sql = '', line = 1, begin = 1;
	for (const [part] of text.matchAll(token)) {
		const idle = /^(\s|--\s|--$|#|\/\*(?![!M]))/.test(part);
		if (part === ';') {
			if (sql.trim())
				found.push({ sql: sql.trim(), line: begin });
			sql = '';
		} else if (sql || !idle) {
			if (!sql)
				begin = line;
			sql += idle ? ' ' : part;
		}
		line += part.split('\n').length - 1;
	}
	if (sql.trim())
		found.push({ sql: sql.trim(), line: begin });
	return found;
}

function unescape(literal) {
	const simple = { n: '\n', t: '\t', r: '\r', 0: '\0', a: '\x07', b: '\b', f: '\f', v: '\v' };
	return literal.slice(1, -1).replace(/\\(x[0-9a-f]+|[0-7]{1,3}|\n|.)/gis, (all, code) => {
		if (code === '\n')
			return '';
		if (/^x/.test(code))
			return String.fromCharCode(parseInt(code.slice(1), 16));
		if (/^[0-7]/.test(code))
			return String.fromCharCode(parseInt(code, 8));
		return code in simple ? simple[code] : code;
	});
}

function cTokens(text, line = 1) {
	const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|^[ \t]*#(?:\\\n|[^\n])*|"(?:\\[\s\S]|[^"\\])*"|'(?:\\.|[^'\\])*'|\w+|\s+|[\s\S]/gmy;
	const found = [];
	for (const [part] of text.matchAll(token)) {
		const kind = /^[ \t]*#/.test(part) ? 'directive' :
			/^(\s|\/\*|\/\/)/.test(part) ? null :
			part[0] === '"' ? 'string' : /^\w/.test(part) ? 'word' : 'sign';
		if (kind)
			found.push({ kind, text: part, line });
		line += part.split('\n').length - 1;
	}
	return found;
}

// NAME -> tokens, of macros without arguments, also of the headers that the
// file includes.
function macrosOf(tokens, read, seen = new Set()) {
	const macros = new Map();
	for (const { kind, text } of tokens) {
		const define = kind === 'directive' && text.match(/^\s*#\s*define\s+(\w+)(?!\()\s+([\s\S]*)/);
		const include = kind === 'directive' && text.match(/^\s*#\s*include\s+"([^"]+)"/);
		if (define)
			macros.set(define[1], cTokens(define[2].replace(/\\\n/g, ' ')));
		if (include && !seen.has(include[1])) {
			seen.add(include[1]);
			const inner = macrosOf(cTokens(read(include[1])), read, seen);
			inner.forEach((value, name) => macros.set(name, value));
		}
	}
	return macros;
}

function expand(tokens, macros, depth = 0) {
	return tokens.flatMap(token => token.kind === 'word' && macros.has(token.text) && depth < 8 ?
		expand(macros.get(token.text), macros, depth + 1).map(inner => ({ ...inner, line: token.line })) :
		[token]);
}

// The tokens of each argument of the call whose "(" is at `open`.
function argumentsAt(tokens, open) {
	const found = [[]];
	let depth = 0;
	for (let i = open; i < tokens.length; i++) {
		const { text, kind } = tokens[i];
		if (kind === 'sign' && '([{'.includes(text) && depth++ === 0)
			continue;
		if (kind === 'sign' && ')]}'.includes(text) && --depth === 0)
			break;
		if (kind === 'sign' && text === ',' && depth === 1)
			found.push([]);
		else
			found[found.length - 1].push(tokens[i]);
	}
	return found;
}

// One literal, or several between which a condition chooses.
function literals(tokens) {
	const question = tokens.findIndex(token => token.kind === 'sign' && token.text === '?');
	const branches = [[]];
	for (const token of tokens.slice(question + 1))
		if (question >= 0 && token.kind === 'sign' && token.text === ':')
			branches.push([]);
		else
			branches[branches.length - 1].push(token);
	const odd = branches.find(branch => !branch.length || branch.some(token => token.kind !== 'string'));
	if (odd)
		return null;
	return branches.map(branch => ({
		line: branch[0].line,
		sql: branch.map(token => unescape(token.text)).join(''),
	}));
}

function isCall(tokens, i) {
	const before = tokens[i - 1];
	const next = tokens[i + 1];
	return tokens[i].kind === 'word' && Object.hasOwn(CALLS, tokens[i].text) && next && next.text === '(' &&
		!(before && before.kind === 'word' && !/^(return|else|do)$/.test(before.text));
}

// {sql, line}, or {line, wrong} for a call whose statement is no literal.
function statementsOfC(text, read) {
	const raw = cTokens(text);
	const macros = macrosOf(raw, read);
	const tokens = expand(raw.filter(token => token.kind !== 'directive'), macros);
	return tokens.flatMap((token, i) => {
		if (!isCall(tokens, i))
			return [];
		const argument = argumentsAt(tokens, i + 1)[CALLS[token.text]] || [];
		const found = literals(argument);
		if (found)
			return found;
		// The statements of schema files come from a variable.
		const variable = argument.length === 1 && argument[0].kind === 'word';
		return token.text === 'db_script' && variable ? [] :
			[{ line: token.line, wrong: `the statement of ${token.text}() is not a literal` }];
	});
}

// Tests

let count = 0, failures = 0;

function test(name, complaints) {
	count++;
	failures += complaints.length ? 1 : 0;
	console.log(`${complaints.length ? 'not ok' : 'ok'} ${count} - ${name}`);
	complaints.forEach(text => console.log(`# ${text}`));
}

const BAD = [
	'INSERT INTO t (a) VALUES (1) RETURNING a',
	'DELETE FROM t WHERE a = ? RETURNING a',
	'CREATE TABLE t (a UUID NOT NULL)',
	'ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT',
	'CREATE TABLE t (a BINARY(16) DEFAULT uuid())',
	'CREATE TABLE t (a DATETIME(6) DEFAULT utc_timestamp(6))',
	'CREATE SEQUENCE s',
	'SET STATEMENT max_statement_time = 1 FOR SELECT 1',
	'SELECT groups FROM t',
	'SELECT a FROM rank',
	'SELECT * FROM t',
	'SELECT t.* FROM t',
	"SELECT a->'$.b' FROM t",
	'SELECT a FROM t FOR SHARE',
	"SELECT GET_LOCK('a', 1)",
	'SELECT a FROM t WHERE a = = ?',
	'SELECT a FROM t FORCE INDEX k',
	'SELEC a FROM t',
	'CREATE TABLE t (a INT, KEY k ((a + 1)))',
	'CREATE TABLE t (a VARCHAR(9) COLLATE utf8mb4_0900_ai_ci)',
	'INSERT INTO t (a) VALUES (?) AS new ON DUPLICATE KEY UPDATE a = new.a',
	'SELECT @@transaction_isolation',
];

const GOOD = [
	'SELECT COUNT(*) FROM t WHERE a <=> ?',
	'SELECT a FROM t FORCE INDEX (`k`) WHERE a = ?',
	"SELECT a FROM t WHERE b = 'DEFAULT uuid() RETURNING -> SELECT *'",
	'SELECT a FROM t WHERE (a, b) > (?, ?) ORDER BY a LIMIT ? FOR UPDATE SKIP LOCKED',
	'UPDATE t SET a = UTC_TIMESTAMP(6) + INTERVAL ? SECOND WHERE id = ?',
	'INSERT INTO t (a) VALUES (?) ON DUPLICATE KEY UPDATE a = VALUES(a)',
	'CREATE TABLE t (a DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6), b BINARY(16) DEFAULT (uuid()), KEY k (a, b))',
];

const SAMPLE_C = `
#include "x.h"
#define COLUMNS "a, " \\
	"b"
/* db_one(work, "no call" */
bool db_one(struct work *work, const char *sql, const struct db_in *in);
static bool f(void)
{
	return db_one(work, "SELECT " COLUMNS ", " MORE /* "c" */
		      " FROM t WHERE a = ',)\\"\\x41' AND b = ?", // "d"
		      DB_IN(db_int(f(1, 2))), DB_OUT(db_text_to(&text))) &&
	       !db_do(work, &changed[0, 1], newest ? "DELETE FROM t" " LIMIT 1"
						 : "DELETE FROM u", DB_NO_IN) &&
	       db_each(work, sql, DB_NO_IN) && db_do(work, NULL, "SELECT " A) &&
	       db_script(work, statement) && db_script(work, "DO 1");
}`;
const SAMPLE_C_HAS = [
	'9 SELECT a, b, c FROM t WHERE a = \',)"A\' AND b = ?',
	'12 DELETE FROM t LIMIT 1', '13 DELETE FROM u',
	'14 the statement of db_each() is not a literal',
	'14 the statement of db_do() is not a literal',
	'15 DO 1',
];

const SAMPLE_SQL = `-- a; b
CREATE TABLE t ( -- it's
  a INT /* ; */);;
INSERT INTO t VALUES ('x;''y', "\\";", \`;\`); # no ; more

SELECT 1`;
const SAMPLE_SQL_HAS = [
	'2 CREATE TABLE t (   a INT  )',
	'4 INSERT INTO t VALUES (\'x;\'\'y\', "\\";", `;`)',
	'6 SELECT 1',
];

function differences(found, wanted) {
	const got = found.map(({ line, sql, wrong }) => `${line} ${(sql || wrong).replace(/\n/g, ' ')}`);
	return JSON.stringify(got) === JSON.stringify(wanted) ? [] : ['wanted', ...wanted, 'got', ...got];
}

function testItself() {
	test('what one of the servers refuses is found',
		BAD.filter(sql => !complaint(sql)).map(sql => `not found: ${sql}`));
	test('what both take is let pass',
		GOOD.filter(complaint).map(sql => `${complaint(sql)}: ${sql}`));
	test('the statements of a C file are found',
		differences(statementsOfC(SAMPLE_C, () => '#define MORE "c"\n'), SAMPLE_C_HAS));
	test('the statements of a schema file are found', differences(splitScript(SAMPLE_SQL), SAMPLE_SQL_HAS));
}

function readFile(name) {
	const file = path.join(top, name);
	return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
}

function filesIn(folder, end) {
	return fs.readdirSync(path.join(top, folder)).filter(name => name.endsWith(end)).sort()
		.map(name => `${folder}/${name}`);
}

// lib/db/db.c itself hands statements on, in variables.
function testFiles() {
	const files = [...filesIn('schema', '.sql'), ...filesIn('lib/model', '.c'), 'lib/db/db.c', 'lib/db/migrate.c'];
	for (const file of files) {
		const text = readFile(file);
		const found = file.endsWith('.sql') ? splitScript(text) : statementsOfC(text, readFile);
		const complaints = found.map(({ sql, line, wrong }) => [line, wrong || complaint(sql), sql || ''])
			.filter(([, why]) => why).map(([line, why, sql]) =>
				`${file}:${line}: ${why}: ${sql.replace(/\s+/g, ' ').slice(0, 200)}`);
		test(`${file}: ${found.length} statements`, complaints);
	}
}

testItself();
testFiles();
console.log(`1..${count}`);
process.exit(failures ? 1 : 0);
