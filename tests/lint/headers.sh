#!/bin/sh
# Fails when a header does not compile on its own. TAP.
cd "${srcdir:-.}" || exit 99
set -- $(find lib fcgi worker admin tests/lib -name '*.h' | sort)
echo "1..$(($# + 1))"
n=1
status=0
if [ $# -ge 170 ]; then
	echo "ok 1 - the headers are found"
else
	echo "not ok 1 - the headers are found: $#, and there were 170"
	status=1
fi
for header; do
	n=$((n + 1))
	if printf '#include "%s"\n' "$header" |
		${CC:-cc} -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -I. \
			${LINT_CPPFLAGS:-} -fsyntax-only -x c - 2>&1 | sed 's/^/# /' | grep .; then
		echo "not ok $n - $header stands alone"
		status=1
	else
		echo "ok $n - $header stands alone"
	fi
done
exit $status
