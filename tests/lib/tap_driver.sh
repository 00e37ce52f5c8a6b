#!/bin/sh
# tap_driver.sh DRIVER ARGUMENT...: runs automake's TAP driver and prints a line
# for each module of tests, and one for each test that fails. A module is a test
# program, or a file of tests/http. The .log and .trs files have all tests.
# Fails when the driver does.
# shellcheck disable=SC2016 # the program is of awk
driver=$1
shift
{
	sh "$driver" "$@"
	echo "driver exited with $?"
} | ${AM_TAP_AWK:-awk} '
function add(number, what, list) {
	return number ? list (list == "" ? "" : ", ") number " " what : list
}

function report() {
	if (module == "")
		return
	print (failed ? "FAIL" : passed ? "PASS" : "SKIP") ": " module " (" \
		add(skipped, "skipped", add(failed, "failed",
			add(passed, "passed", ""))) ")"
	fflush()
	passed = failed = skipped = 0
}

/^driver exited with [0-9]+$/ {
	status = $4
	next
}

{ gsub(/\033\[[0-9;]*m/, "") }

# A program that skips all its tests says why.
/^SKIP: [^ ]+ -/ {
	report()
	module = ""
	print
	next
}

/^(PASS|XFAIL|FAIL|XPASS|SKIP|ERROR): / {
	now = $2
	if (match($0, / - test_[a-z0-9_]+\.py/))
		now = now " " substr($0, RSTART + 3, RLENGTH - 3)
	if (now != module)
		report()
	module = now
	passed += /^(PASS|XFAIL)/
	skipped += /^SKIP/
	if (/^(PASS|XFAIL|SKIP)/)
		next
	failed += /^(FAIL|XPASS|ERROR)/
}

{ print substr($0, 1, 160); fflush() }

END {
	report()
	exit status
}'
