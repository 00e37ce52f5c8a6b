#!/bin/sh
# doc/openapi.yaml is what the code does and what two linters accept: npm's
# @redocly/cli and @stoplight/spectral-cli, fetched by
# tests/lib/npm.sh. TAP.
top=${srcdir:-$(dirname "$0")/../..}
# shellcheck source=tests/lib/npm.sh
. "$(dirname "$0")/../lib/npm.sh"
redocly=1.34.5
spectral=6.16.3
status=0
n=0
# The linters are to speak with nobody.
REDOCLY_TELEMETRY=off
REDOCLY_SUPPRESS_UPDATE_NOTICE=true
export REDOCLY_TELEMETRY REDOCLY_SUPPRESS_UPDATE_NOTICE

report() {
	n=$((n + 1))
	if [ -n "$2" ]; then
		printf '%s\n' "$2" | sed 's/^/# /'
		printf 'not '
		status=1
	fi
	echo "ok $n - $1"
}

skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# compare WHAT NAME: lists what the document and the code do not agree in.
compare() {
	if /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
		report "$2" "$(/usr/bin/python3 -B "$top/tests/lint/openapi.py" "$1" "$top" 2>&1)"
	else
		skip "$2" "python3 has no yaml"
	fi
}

# linted NAME PACKAGE VERSION ARGUMENT...: runs a linter of npm.
linted() {
	name=$1
	package=$2
	version=$3
	shift 3
	if ! npm_fetch "$name" "$package" "$version"; then
		skip "$name accepts doc/openapi.yaml" "npm cannot fetch $package $version"
	elif said=$("$npm_folder/node_modules/.bin/$name" lint "$@" \
		"$top/doc/openapi.yaml" 2>&1); then
		report "$name accepts doc/openapi.yaml" ''
	else
		report "$name accepts doc/openapi.yaml" "$said"
	fi
}

echo 1..6
compare routes "the document has the routes of fcgi/routes.c"
compare problems "the document has the errors of lib/base/err.c"
compare names "the document has the kinds and states of lib/model"
compare published "the files that make docs makes are of the document"
linted redocly @redocly/cli "$redocly" \
	--config "$top/doc/redocly.yaml" --format stylish
linted spectral @stoplight/spectral-cli "$spectral" \
	--ruleset "$top/doc/spectral.yaml" --fail-severity warn
exit $status
