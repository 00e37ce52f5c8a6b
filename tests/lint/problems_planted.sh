#!/bin/sh
# The lint of the web servers' errors must find what is planted, and only that.
# TAP.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/lib/base" "$dir/nginx" "$dir/lighttpd" "$dir/apache"
cat >"$dir/lib/base/err.c" <<'END'
	[ERR_BAD_REQUEST] = { 400, "bad_request", "The request is malformed" },
	[ERR_NOT_FOUND]   = { 404, "not_found",   "Not found" },
END
n=0

site() {
	printf '%s\n' 'map $status $pixtier_code {' '	404     not_found;' '}' \
		'map $status $pixtier_title {' "	404     \"$1\";" \
		'	501     "The method is not supported";' '}' \
		>"$dir/nginx/pixtier.conf.in"
}

lua() { printf '\t[404] = { "%s", "%s" },\n' "$1" "$2" >"$dir/$3"; }

# expect WHAT STATUS SAID
expect() {
	n=$((n + 1))
	out=$(PROBLEMS_ROOT=$dir PROBLEMS_FEWEST=1 sh "$here/problems.sh")
	status=$?
	if [ "$status" = "$2" ] && echo "$out" | grep -qF "$3"; then
		echo "ok $n - $1"
	else
		printf '%s\n' "$out" | sed 's/^/# /'
		echo "not ok $n - $1"
	fi
}

as_they_are() {
	site 'Not found'
	lua not_found 'Not found' lighttpd/problem.lua
	lua not_found 'Not found' apache/pixtier.lua
}

echo 1..5
as_they_are
expect 'all the same' 0 'ok 3'
site 'No such file'
expect 'another title in nginx' 1 '404: "No such file" is "Not found"'
as_they_are
lua not_found 'No such file' lighttpd/problem.lua
expect 'another title in lighttpd' 1 '404: "No such file" is "Not found"'
as_they_are
lua missing 'Not found' apache/pixtier.lua
expect 'an unknown code in apache' 1 '404: unknown code missing'
: >"$dir/apache/pixtier.lua"
expect 'no table' 1 'the lint found 0 problems'
