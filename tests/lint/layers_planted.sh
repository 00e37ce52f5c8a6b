#!/bin/sh
# The layer lint must find what is planted. TAP.
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/lib/base" "$dir/fcgi/api" "$dir/lib/service"
n=0

# Writes a file and expects the lint to fail with this text.
expect() {
	n=$((n + 1))
	printf '%s\n' "$2" >"$dir/$1"
	if out=$(LAYERS_ROOT=$dir sh "$here/layers.sh") || ! echo "$out" | grep -q "$3"; then
		echo "not ok $n - finds $2 in $1"
	else
		echo "ok $n - finds $2 in $1"
	fi
	rm -f "$dir/$1"
}

echo 1..5
expect lib/base/x.c '#include "lib/db/db.h"' 'lib/base may not include from lib/db'
expect lib/base/x.c '#include "lib/process/metric.h"' 'lib/base may not include from lib/process'
expect fcgi/api/x.c '#include "lib/db/db.h"' 'fcgi/api may not include from lib/db'
expect lib/service/x.c '#include <mysql.h>' 'is for lib/db/ only'
expect lib/service/x.c 'x("SELECT 1");' 'SQL belongs in lib/model'
