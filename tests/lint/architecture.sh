#!/bin/sh
# Fails when doc/architecture.md names a file or a function that is not there,
# or when its folders are not those of layers.txt. TAP.
# ARCHITECTURE_ROOT: another tree to look at, for this lint's own test.
# shellcheck disable=SC2016 # names stand in backquotes
lists=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/lint/fewest.sh
. "$lists/fewest.sh"
cd "${ARCHITECTURE_ROOT:-${srcdir:-.}}" || exit 99
document=doc/architecture.md
layers=tests/lint/layers.txt
fewest_names=${ARCHITECTURE_ROOT:+1}

# Prints FILE and FUNCTION, which may be missing, of each name in backquotes.
named() {
	grep -oE '`[a-z_/]+/[a-z_0-9]+\.[ch](:[a-z_0-9]+)?`' "$document" |
		tr -d '`' | tr ':' ' '
}

# Prints the rows of the table of folders, as layers.txt has them.
folders() {
	sed -nE 's,^\| (lib/[a-z]*|fcgi[a-z/]*|worker|admin) \| ([^|]*)\|.*,\1 \2,p' \
		"$document" | sed 's/  */ /g; s/ $//'
}

bad=$(
	exec 3>&1
	named | fewest "${fewest_names:-35}" "names in $document" | sort -u |
		while read -r file function; do
			if [ ! -f "$file" ]; then
				[ -z "$file" ] || echo "$document: there is no $file"
			elif [ -n "$function" ] &&
				! grep -qE "^[a-z].*[ *]$function\(" "$file"; then
				echo "$document: $file does not define $function"
			fi
		done
	[ "$(folders | sort)" = "$(sed '/^#/d; /^$/d; s/  */ /g; s/ $//' \
		"$layers" | sort)" ] ||
		echo "$document: the table of folders is not that of $layers"
)
echo 1..1
if [ -n "$bad" ]; then
	echo "$bad" | sed 's/^/# /'
	echo 'not ok 1 - the document of the architecture is right'
	exit 1
fi
echo 'ok 1 - the document of the architecture is right'
