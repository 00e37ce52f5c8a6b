#!/bin/sh
# sql.sh: every statement is SQL that both MySQL and MariaDB take. The parser is
# npm's node-sql-parser, kept in PIXTIER_CACHE outside the tree.
set -eu
version=5.4.0
top=${srcdir:-$(dirname "$0")/../..}
cache=${PIXTIER_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/pixtier}
parser=$cache/node-sql-parser-$version

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}

fetch() {
	new=$parser.$$
	trap 'rm -rf "$new"' EXIT
	mkdir -p "$new"
	npm install --prefix "$new" --no-audit --no-fund --ignore-scripts \
		--loglevel=error "node-sql-parser@$version" >&2 || return 1
	# Another run may have been faster.
	[ -d "$parser" ] || mv "$new" "$parser"
}

command -v node >/dev/null 2>&1 || skip "node is not installed"
if [ ! -d "$parser" ]; then
	command -v npm >/dev/null 2>&1 || skip "npm is not installed"
	fetch || skip "npm cannot fetch node-sql-parser $version"
	rm -rf "$parser.$$"
	trap - EXIT
fi
exec node "$(dirname "$0")/sql.js" \
	"$parser/node_modules/node-sql-parser/build/mysql.js" "$top"
