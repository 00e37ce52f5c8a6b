#!/bin/sh
# Fails when a file includes from a folder that its own folder may not use, or
# a library's header elsewhere than at its one door. TAP.
# LAYERS_ROOT: another tree to look at, for this lint's own test.
lists=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/lint/fewest.sh
. "$lists/fewest.sh"
cd "${LAYERS_ROOT:-${srcdir:-.}}" || exit 99
bad=$(
	exec 3>&1
	# A planted tree has few files.
	if [ -z "${LAYERS_ROOT:-}" ]; then
		find lib fcgi worker admin -name '*.[ch]' -exec \
			sed -n 's/^#include "\(.*\)\/[^/]*"/\1/p' {} + |
			fewest 1300 includes >/dev/null
		sed -n '/^[^#]/s/[[:space:]].*//p' "$lists/layers.txt" |
			while read -r folder; do
				ls "$folder"/*.c >/dev/null 2>&1 ||
					echo "tests/lint/layers.txt: $folder has no source"
			done
		sed -n '/^[^#]/s/[[:space:]].*//p' "$lists/doors.txt" |
			while read -r header; do
				grep -rqE "^#include <$header" --include='*.[ch]' \
					lib fcgi worker admin ||
					echo "tests/lint/doors.txt: nothing includes <$header...>"
			done
	fi
	while read -r folder allowed; do
		case $folder in '' | '#'*) continue ;; esac
		for file in "$folder"/*.[ch]; do
			[ -f "$file" ] || continue
			for used in $(sed -n 's/^#include "\(.*\)\/[^/]*"/\1/p' "$file"); do
				case " $folder $allowed " in
				*" $used "*) ;;
				*) echo "$file: $folder may not include from $used" ;;
				esac
			done
		done
	done <"$lists/layers.txt"
	while read -r header door; do
		case $header in '' | '#'*) continue ;; esac
		grep -rlE "^#include <$header" --include='*.[ch]' lib fcgi worker admin 2>/dev/null |
			grep -v "^$door" |
			sed "s|\$|: <$header...> is for $door only|"
	done <"$lists/doors.txt"
	for file in $(find lib fcgi worker admin -type d 2>/dev/null); do
		ls "$file"/*.c >/dev/null 2>&1 || continue
		grep -q "^$file[[:space:]]*\($\|lib\|fcgi\)" "$lists/layers.txt" ||
			echo "$file: not in tests/lint/layers.txt"
	done
	grep -rnE 'mysql_query|mysql_real_query' --include='*.c' lib fcgi worker admin 2>/dev/null |
		grep -v '^lib/db/' | sed 's/$/: SQL text goes through lib\/db/'
	grep -rnE '"(SELECT|INSERT|UPDATE|DELETE) ' --include='*.c' lib fcgi worker admin 2>/dev/null |
		grep -vE '^lib/(model|db)/' | sed 's/$/: SQL belongs in lib\/model/'
)
echo 1..1
if [ -n "$bad" ]; then
	printf '%s\n' "$bad" | sed 's/^/# /'
	echo "not ok 1 - includes keep to the layers"
	exit 1
fi
echo "ok 1 - includes keep to the layers"
