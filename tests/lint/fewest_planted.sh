#!/bin/sh
# The lints fail when their patterns no longer find the rows of a table, here
# because the tables are written otherwise. TAP.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
top=$(cd "${srcdir:-$here/../..}" && pwd) || exit 99
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/fcgi" "$dir/lib/base" "$dir/lib/process" "$dir/lib/model" "$dir/tests/http"
for file in fcgi/routes.c lib/base/conf.c lib/base/err.c lib/process/metric.c \
	lib/model/job.c; do
	sed 's/\t/    /; s/"\([a-z_]*\)"/TEXT(\1)/; s/_ROW(/_ROW (/; s/METHOD_/M_/' \
		"$top/$file" >"$dir/$file"
done
n=0

# expect NAME TEXT COMMAND...: the command fails and prints the text.
expect() {
	name=$1
	text=$2
	shift 2
	n=$((n + 1))
	if ! out=$("$@" 2>&1) && echo "$out" | grep -q "$text"; then
		echo "ok $n - $name"
	else
		printf '%s\n' "$out" | sed 's/^/# /'
		echo "not ok $n - $name"
	fi
}

mentions() { MENTIONS_ROOT=$dir sh "$here/mentions.sh"; }

echo 1..6
for what in routes settings 'error codes' 'job kinds' metrics; do
	expect "$what written otherwise" "found 0 $what, and there were" mentions
done
if /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
	mkdir -p "$dir/doc"
	cp "$top/doc/openapi.yaml" "$dir/doc"
	expect 'the routes of the document' 'found 0 rows' \
		/usr/bin/python3 -B "$here/openapi.py" routes "$dir"
else
	echo "ok 6 - the routes of the document # SKIP python3 has no yaml"
fi
