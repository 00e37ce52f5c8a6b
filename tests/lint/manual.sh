#!/bin/sh
# Fails when man warns about a page of doc/, such as of a table that is wider
# than a terminal of 80 columns, or of a macro that does not exist; and when a page
# and the overview, pixtier(7), do not name each other. TAP.
# MANUAL_ROOT: another tree to look at, for this lint's own test.
lists=$(cd "$(dirname "$0")" && pwd) || exit 99
cd "${MANUAL_ROOT:-${srcdir:-.}}" || exit 99
command -v man >/dev/null || {
	echo "1..0 # SKIP man is not installed"
	exit 0
}
# shellcheck source=tests/lint/report.sh
. "$lists/report.sh"
set -- doc/*.[1-9]
echo "1..$(($# + 1))"
n=0

# refers_to PAGE OTHER: the page names the other one among what to see also.
refers_to() {
	sed '1,/^\.SH SEE ALSO/d; s/\\-/-/g' "$1" |
		grep -q "^\.BR $(basename "${2%.*}") (${2##*.})" ||
		echo "$1 does not refer to $2"
}

without_reference() {
	for page; do
		[ -f "$page" ] || continue
		[ "$page" != doc/pixtier.7 ] || continue
		refers_to "$page" doc/pixtier.7
		refers_to doc/pixtier.7 "$page"
	done
}

for page; do
	n=$((n + 1))
	warnings=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings=w -E UTF-8 -l \
		-Tutf8 -Z "$page" 2>&1 >/dev/null) ||
		warnings="$warnings
man cannot format it"
	if [ -z "$warnings" ]; then
		echo "ok $n - man formats $page without a warning"
	else
		printf '%s\n' "$warnings" | sed 's/^/# /'
		echo "not ok $n - man formats $page without a warning"
		status=1
	fi
done
report "$((n + 1)) - each page and the overview name each other" \
	"$(without_reference "$@")"
exit $status
