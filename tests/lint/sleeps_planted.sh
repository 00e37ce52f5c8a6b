#!/bin/sh
# The lint of sleeps must find what is planted. TAP.
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/tests/unit" "$dir/tests/http"
n=0

# Writes lines to a file and expects that the lint says this.
expect() {
	n=$((n + 1))
	printf '%b\n' "$2" >"$dir/tests/$1"
	out=$(SLEEPS_ROOT=$dir sh "$here/sleeps.sh")
	if [ "$?" = "$3" ] && echo "$out" | grep -q "$4"; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
	fi
	rm "$dir/tests/$1"
}

echo 1..8
expect unit/a.c '\tusleep(9); /* the moment is tested */' 0 '^ok 1'
expect http/a.py '# The pace is tested.\ntime.sleep(1)' 0 '^ok 1'
expect unit/a.c 'while (asleep(9))\n"SELECT SLEEP(9)"' 0 '^ok 1'
expect unit/a.c '\tusleep(9);' 1 'tests/unit/a.c:1: wait for an event'
expect unit/a.c '\tnanosleep(&time, NULL);' 1 'a.c:1: wait'
expect http/a.py 'x()\ntime.sleep(1)' 1 'tests/http/a.py:2: wait'
expect http/a.py 'await asyncio.sleep(1)' 1 'a.py:1: wait'
expect http/a.sh 'sleep 1' 1 'a.sh:1: wait'
