#!/bin/sh
# Fails when Makefile.am does not name a file, so that the tarball lacks it. TAP.
# DISTRIBUTED_ROOT: another tree to look at, for this lint's own test.
lists=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/lint/fewest.sh
. "$lists/fewest.sh"
cd "${DISTRIBUTED_ROOT:-${srcdir:-.}}" || exit 99
fewest_files=${DISTRIBUTED_ROOT:+1}
bad=$(
	exec 3>&1
	find admin apache debian fcgi instance lib lighttpd nginx schema tests worker -type f \
		! -path '*/node_modules/*' ! -path '*/__pycache__/*' \
		\( -name '*.[ch]' -o -name '*.py' -o -name '*.sh' -o -name '*.js' \
		-o -name '*.mjs' \
		-o -name '*.sql' -o -name '*.in' -o -name '*.lua' -o -name '*.txt' \
		-o -name '*.html' -o -name '*.css' -o -path 'debian/*' \) \
		! -name documents.h | fewest "${fewest_files:-640}" files |
		while read -r file; do
			# Programs are named without the ending of their source.
			grep -qE "(^|[[:space:]])${file%.c}(\.c)?([[:space:]]|\$)" \
				Makefile.am || echo "$file is not in Makefile.am"
		done
)
echo 1..1
if [ -n "$bad" ]; then
	echo "$bad" | sed 's/^/# /'
	echo 'not ok 1 - the tarball has all files'
	exit 1
fi
echo 'ok 1 - the tarball has all files'
