#!/bin/sh
# The lint of doc/architecture.md must find what is planted. TAP.
# shellcheck disable=SC2016 # names stand in backquotes
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/doc" "$dir/lib/base" "$dir/tests/lint"
printf 'static bool begin(struct work *work)\n{\n\tother(work);\n}\n' \
	>"$dir/lib/base/x.c"
printf '# folders\nlib/base\nlib/db       lib/base\n' >"$dir/tests/lint/layers.txt"
base='| lib/base |  | values |'
db='| lib/db | lib/base | statements |'
n=0

# Writes the document and expects that the lint says this.
expect() {
	n=$((n + 1))
	printf '%s\n' "$@" | sed 1,2d >"$dir/doc/architecture.md"
	out=$(ARCHITECTURE_ROOT=$dir sh "$here/architecture.sh")
	if [ "$?" = "$1" ] && echo "$out" | grep -q "$2"; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
	fi
}

echo 1..6
expect 0 '^ok 1' "$base" "$db" '`lib/base/x.c:begin` does it.'
expect 1 'no lib/base/y.c' "$base" "$db" '`lib/base/y.c:begin` does it.'
expect 1 'does not define end' "$base" "$db" '`lib/base/x.c:end` does it.'
expect 1 'does not define other' "$base" "$db" '`lib/base/x.c:other` does it.'
expect 1 'not that of' "$base" '`lib/base/x.c:begin` does it.'
expect 1 'found 0 names' "$base" "$db"
