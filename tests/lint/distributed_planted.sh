#!/bin/sh
# The lint of the tarball must find what is planted. TAP.
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 99
mkdir -p admin apache debian/tests fcgi instance lib/base lighttpd nginx schema \
	tests/http tests/unit worker
touch debian/tests/a fcgi/a.html lib/base/a.c lib/base/a.h tests/http/test_a.py \
	tests/unit/a.c
n=0

# Writes Makefile.am and expects that the lint says this.
expect() {
	n=$((n + 1))
	printf 'x = %s\n' "$3" >Makefile.am
	out=$(DISTRIBUTED_ROOT=$dir sh "$here/distributed.sh")
	if [ "$?" = "$1" ] && echo "$out" | grep -q "$2"; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
	fi
}

echo 1..7
expect 0 '^ok 1' 'debian/tests/a fcgi/a.html lib/base/a.c lib/base/a.h tests/http/test_a.py tests/unit/a'
expect 1 '^# lib/base/a.h ' 'debian/tests/a fcgi/a.html lib/base/a.c tests/http/test_a.py tests/unit/a'
expect 1 '^# lib/base/a.c ' 'debian/tests/a fcgi/a.html lib/base/a.h tests/http/test_a.py tests/unit/a'
expect 1 '^# tests/http/test_a.py ' 'debian/tests/a fcgi/a.html lib/base/a.c lib/base/a.h tests/unit/a'
expect 1 '^# tests/unit/a.c ' 'debian/tests/a fcgi/a.html lib/base/a.c lib/base/a.h tests/http/test_a.py tests/unit/ab'
expect 1 '^# fcgi/a.html ' 'debian/tests/a lib/base/a.c lib/base/a.h tests/http/test_a.py tests/unit/a'
expect 1 '^# debian/tests/a ' 'fcgi/a.html lib/base/a.c lib/base/a.h tests/http/test_a.py tests/unit/a'
