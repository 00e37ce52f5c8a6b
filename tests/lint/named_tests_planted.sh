#!/bin/sh
# The lint of named tests must find what is planted. TAP.
# shellcheck disable=SC2016 # names stand in backquotes
here=$(cd "$(dirname "$0")" && pwd)
[ -x /usr/bin/python3 ] || {
	echo "1..0 # SKIP python3 is not installed"
	exit 0
}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/tests/http" "$dir/tests/unit" "$dir/tests/fuzz"
echo 'def test_a(service):' >"$dir/tests/http/test_x.py"
echo 'cmocka_unit_test(a),' >"$dir/tests/unit/x.c"
echo '/* x */' >"$dir/tests/fuzz/x.c"
n=0

# Writes a line and expects that the lint says this, or nothing.
expect() {
	n=$((n + 1))
	printf '| What | Test |\n|---|---|\n%s\n' "$1" >"$dir/SECURITY.md"
	out=$(NAMED_TESTS_ROOT=$dir sh "$here/named_tests.sh")
	status=$?
	if [ "$status" = "$2" ] && echo "$out" | grep -q "$3"; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
	fi
}

echo 1..9
expect '| right | `http/x::test_a` `unit/x::a` `fuzz/x` |' 0 '^ok 1'
expect '| another function | `http/x::test_b` |' 1 'no test http/x::test_b'
expect '| the start of one | `http/x::test_` |' 1 'no test http/x::test_'
expect '| another file | `http/y::test_a` |' 1 'no test http/y::test_a'
expect '| no function | `unit/x` |' 1 'no test unit/x'
expect '| another unit test | `unit/x::b` |' 1 'no test unit/x::b'
expect '| another target | `fuzz/y` |' 1 'no test fuzz/y'
expect '| none | nothing |' 1 'names no test'
expect '| outside | `http/../x::test_a` |' 1 'no test http/../x::test_a'
