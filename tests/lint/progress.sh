#!/bin/sh
# What make check prints, by tests/lib/tap_driver.sh, and what quickstart check
# prints at its end, by tests/lib/failures.sh. TAP.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
driver=${srcdir:-$here/../..}/build-aux/tap-driver.sh
case $driver in /*) ;; *) driver=$PWD/$driver ;; esac
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 99
n=0

# expect NAME: compares standard input with what the file `printed` has.
expect() {
	n=$((n + 1))
	if diff - printed >difference; then
		echo "ok $n - $1"
	else
		sed 's/^/# /' difference
		echo "not ok $n - $1"
	fi
}

# Runs the program in the file `example`.
drive() {
	sh "$here/../lib/tap_driver.sh" "$driver" --test-name "$1" \
		--log-file x.log --trs-file x.trs --color-tests yes \
		--expect-failure no --enable-hard-errors yes -- sh ./example \
		>printed 2>&1
}

echo 1..4

cat >example <<'END'
echo 1..6
echo 'ok 1 - test_a.py::test_x'
echo 'not ok 2 - test_a.py::test_y'
echo '# def test_y():'
echo '# E   assert 1 == 2'
echo '# test_a.py:12: AssertionError'
echo 'ok 3 - test_b.py::test_x'
echo 'ok 4 - test_b.py::test_y # SKIP no picture'
echo 'ok 5 - plain'
echo '# file.c:7: the reason'
echo 'not ok 6 - a lint'
END
drive run.test
expect 'a line for each module' <<'END'
FAIL: run.test 2 - test_a.py::test_y
FAIL: run.test test_a.py (1 passed, 1 failed)
PASS: run.test test_b.py (1 passed, 1 skipped)
FAIL: run.test 6 - a lint
FAIL: run.test (1 passed, 1 failed)
END
sh "$here/../lib/failures.sh" . >printed
expect 'the failures with their reasons' <<'END'
failed in ./x:
    not ok 2 - test_a.py::test_y
    # E   assert 1 == 2
    # test_a.py:12: AssertionError
    not ok 6 - a lint
    # file.c:7: the reason
END

echo 'echo "1..0 # SKIP no compiler"' >example
drive unit
expect 'why a program skips its tests' <<'END'
SKIP: unit - no compiler
END

{
	echo 'echo 1..1; printf "not ok 1 - "'
	echo 'awk "BEGIN { while (n++ < 3000) printf \"x\"; print \"\" }"'
} >example
drive unit
awk '{ print length($0) <= 160 }' printed | sort -u >short
mv short printed
expect 'no line is wider than a screen' <<'END'
1
END
