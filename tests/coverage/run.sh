#!/bin/bash
# Builds everything to count its lines, runs the unit tests, the fuzz targets on
# their seeds and the stories behind nginx, and prints what ran of lib/ and
# fcgi/: make coverage. COVERAGE_STORIES chooses stories, as pytest's -k does;
# "none" leaves them out.

set -u
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
build=$PWD/coverage-build
log=$build/coverage.log

build_all() {
	mkdir -p "$build" && cd "$build" || return
	gcc -O -c "$top/tests/coverage/exit.c" -o exit.o || return
	[ -e Makefile ] ||
		"$top/configure" -q CC=gcc LIBS="$build/exit.o" \
			CFLAGS='-O1 -g --coverage -fprofile-update=atomic' \
			LDFLAGS='--coverage -Wl,--wrap=_exit' || return
	make -j2
}

# Tests that fail are other commands' business: what they ran counts. A process
# in its sandbox cannot write its counts, so the stories have none.
run_tests() {
	cd "$build" || return
	find . -name '*.gcda' -delete
	# Responders and workers are another user's.
	umask 000
	chmod -R a+rwX .
	make -k -j2 check "TESTS=\$(built_tests) \$(fuzz_tests)"
	[ "${COVERAGE_STORIES-}" = none ] ||
		abs_top_builddir=$build PIXTIER_SANDBOX=off \
			PIXTIER_STORIES=${COVERAGE_STORIES-} \
			"$top/tests/http/run.sh" nginx
}

command -v gcovr >/dev/null || {
	echo 'coverage: gcovr is not installed' >&2
	exit 2
}
mkdir -p "$build"
(build_all) >"$log" 2>&1 || {
	echo "coverage: the build failed: $log" >&2
	exit 1
}
(run_tests) >>"$log" 2>&1
echo "tests that passed: $(grep -cE '^(PASS|ok)' "$log"), failed: $(
	grep -cE '^(FAIL|not ok)' "$log")"
cd "$build" || exit 1
gcovr -r "$top" --object-directory "$build" \
	-f "$top/lib/" -f "$top/fcgi/" --exclude-unreachable-branches \
	--exclude-lines-by-pattern '.*abort\(\);.*' \
	--gcov-ignore-parse-errors --json-summary coverage.json \
	>gcovr.log 2>&1 || {
	echo "coverage: gcovr failed: $build/gcovr.log" >&2
	exit 1
}
exec /usr/bin/python3 -B "$top/tests/coverage/report.py" coverage.json
