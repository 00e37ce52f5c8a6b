#!/bin/sh
# Fails when a test sleeps without a comment that says why: tests wait for
# events. tests/lib/wait.c, tests/lib/mariadb.sh and tests/http/service.py do so
# for all. TAP. SLEEPS_ROOT: another tree to look at, for this lint's own test.
# shellcheck disable=SC2016 # the variables are of awk
lists=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/lint/fewest.sh
. "$lists/fewest.sh"
cd "${SLEEPS_ROOT:-${srcdir:-.}}" || exit 99
fewest_files=${SLEEPS_ROOT:+1}
bad=$(
	exec 3>&1
	find tests -type f \( -name '*.[ch]' -o -name '*.py' -o -name '*.sh' \) \
		! -path 'tests/lib/wait.c' ! -path 'tests/lib/mariadb.sh' \
		! -path 'tests/http/service.py' ! -path 'tests/lint/*' \
		! -path '*/node_modules/*' | sort |
		fewest "${fewest_files:-300}" 'files of tests' |
		xargs awk '
		FNR == 1 { before = "" }
		/(^|[^A-Za-z_])(u|nano)?sleep(\(| +[0-9$])/ &&
			!/(#|\/\*) / && before !~ /(#|\*\/)/ {
			print FILENAME ":" FNR ": wait for an event, or say why not:" $0
		}
		{ before = $0 }'
)
echo 1..1
if [ -n "$bad" ]; then
	echo "$bad" | sed 's/^/# /'
	echo 'not ok 1 - tests wait for events'
	exit 1
fi
echo 'ok 1 - tests wait for events'
