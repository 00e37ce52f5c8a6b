#!/bin/sh
# The lint of named files must find what is planted. TAP.
# shellcheck disable=SC2016 # names stand in backquotes
here=$(cd "$(dirname "$0")" && pwd)
[ -x /usr/bin/python3 ] || {
	echo "1..0 # SKIP python3 is not installed"
	exit 0
}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/lib/base" "$dir/tests/http" "$dir/tests/unit"
printf 'struct x {\n};\nbool begin(struct work *work)\n{\n}\n' >"$dir/lib/base/x.c"
: >"$dir/tests/unit/x.c"
: >"$dir/tests/http/run.sh"
chmod +x "$dir/tests/http/run.sh"
: >"$dir/tests/http/lost.sh"
n=0

# Writes a line and expects that the lint says this, or nothing.
expect() {
	n=$((n + 1))
	printf '%s\n' "$1" >"$dir/CONTRIBUTING.md"
	out=$(NAMED_FILES_ROOT=$dir sh "$here/named_files.sh")
	status=$?
	if [ "$status" = "$2" ] && echo "$out" | grep -q "$3"; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
	fi
}

echo 1..11
expect '`lib/base/x.c`, `lib/base`, `x.c`, `lib/base/NAME.c`' 0 '^ok 1'
expect '`make check T=tests/unit/x`, `../tests/http/run.sh`' 0 '^ok 1'
expect '`begin()`, `begin(1, 2)`, `struct x`, `x(8)`' 0 '^ok 1'
expect '`lib/base/y.c`' 1 'CONTRIBUTING.md:1: there is no lib/base/y.c'
expect '`lib/store`' 1 'no lib/store'
expect '`y.c`' 1 'no y.c'
expect '`lib/base/y_NAME.c`' 1 'no lib/base/y_NAME.c'
expect '`make check T=tests/unit/y`' 1 'no tests/unit/y'
expect '`../tests/http/lost.sh`' 1 'lost.sh is not executable'
expect '`end()`' 1 'no end()'
expect '`enum x`' 1 'no enum x'
