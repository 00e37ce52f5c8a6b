#!/bin/sh
# Fails when man warns about a page of doc/, such as of a table that is wider
# than a terminal of 80 columns, or of a macro that does not exist. TAP.
# MANUAL_ROOT: another tree to look at, for this lint's own test.
cd "${MANUAL_ROOT:-${srcdir:-.}}" || exit 99
command -v man >/dev/null || {
	echo "1..0 # SKIP man is not installed"
	exit 0
}
set -- doc/*.[1-9]
echo "1..$#"
status=0
n=0
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
exit $status
