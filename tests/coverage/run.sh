#!/bin/bash
# Builds everything to count its lines, runs the unit tests, the fuzz targets on
# their seeds and the tests behind nginx, and prints what ran of lib/ and
# fcgi/: make coverage. COVERAGE_TESTS chooses tests, as pytest's -k does;
# "none" leaves them out.

set -u
# gcovr finds nothing below a path with "..".
top=$(cd "${top:-$(dirname "$0")/../..}" && pwd) || exit
build=$PWD/coverage-build
log=$build/coverage.log

build_all() {
	mkdir -p "$build" && cd "$build" || return
	gcc -O -Wall -Werror -I"$top" -c "$top/tests/coverage/counts.c" \
		-o counts.o || return
	mapfile -t wrapped < <(nm counts.o | sed -n 's/.* [TW] __wrap_//p')
	[ -e Makefile ] ||
		"$top/configure" -q CC=gcc LIBS="$build/counts.o" \
			CFLAGS='-O1 -g --coverage' \
			LDFLAGS="--coverage$(printf ' -Wl,--wrap=%s' "${wrapped[@]}")" ||
		return
	make -j2
}

run_http_tests() {
	[ "${COVERAGE_TESTS-}" = none ] ||
		abs_top_builddir=$build PIXTIER_STORIES=${COVERAGE_TESTS-} \
			"$top/tests/http/run.sh" nginx
}

# Tests that fail are other commands' business: what they ran counts. Those of
# the sandbox do, for there is none here. The tests run beside the unit tests,
# for they wait much.
run_tests() {
	cd "$build" || return
	find . -name '*.gcda' -delete
	# Responders and workers are another user's.
	umask 000
	chmod -R a+rwX .
	run_http_tests >http_tests.log 2>&1 &
	make -k -j2 check "TESTS=\$(built_tests) \$(fuzz_tests)"
	wait
	cat http_tests.log
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
grep -E '^(FAIL|ERROR|not ok|Bail out)' "$log"
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
