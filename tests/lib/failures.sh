#!/bin/sh
# failures.sh BUILD: prints each test of a build folder that failed when it was
# run last, with the reasons that its log has.

# Of the comments of a Python test, only what it expected and where. The lints
# have their reasons before the result, all others after it.
reasons() {
	awk '
	function is_reason(line) {
		return !python || line ~ /^# (E|>) / || line ~ /^# [^ ]*\.py:[0-9]/
	}
	/^(ok|not ok) / {
		failed = /^not/ && !/# (TODO|SKIP)/
		python = / - test_[a-z0-9_]+\.py/
		if (failed)
			print $0 "\n" before
		before = ""
		shown = 0
	}
	/^# / && failed && is_reason($0) && shown++ < 40 { print; next }
	/^# / && !failed { before = before $0 "\n" }
	/^Bail out!/
	' "$1" | grep . || tail -n 5 "$1"
}

find "$1" -path "$1/ci" -prune -o -name '*.trs' -print0 |
	xargs -0 -r grep -lE '^:test-result: (FAIL|XPASS|ERROR)' |
	while read -r trs; do
		echo "failed in ${trs%.trs}:"
		reasons "${trs%.trs}.log" | cut -c1-200 | sed 's/^/    /'
	done
