#!/bin/sh
# Fails when a file has a word that vocabulary.txt replaces by another. TAP.
# VOCABULARY_ROOT: another tree to look at, for this lint's own test.
# shellcheck disable=SC2016 # names stand in backquotes
here=$(cd "$(dirname "$0")" && pwd) || exit 99
list=$here/vocabulary.txt
# shellcheck source=tests/lint/report.sh
. "$here/report.sh"
cd "${VOCABULARY_ROOT:-${srcdir:-.}}" || exit 99
tab=$(printf '\t')

# The files that people write: not what is made from them, nor the migrations,
# which never change once they are released.
files() {
	for root in admin apache doc fcgi instance lib lighttpd nginx systemd tests worker \
		.ci/run CONTRIBUTING.md Makefile.am README.md SECURITY.md configure.ac quickstart; do
		[ -e "$root" ] && find "$root" -type f \
			! -path '*/node_modules/*' ! -path '*/__pycache__/*' \
			! -path doc/index.html ! -path doc/openapi.json \
			! -name documents.h ! -path 'tests/lint/vocabulary*' \
			! -path '*/.deps/*' ! -name '*.log' ! -name '*.trs' ! -name '*.o' -print
	done
}

words=$(sed -n "/^#/d; /^except$tab/d; s/$tab.*//p" "$list")
bad=$(
	files | tr '\n' '\0' |
		xargs -0 grep -HInoiwE "$(printf '%s\n' "$words" | paste -sd '|' -)" |
		awk -F "$tab" -v list="$list" '
		BEGIN {
			while ((getline line <list) > 0) {
				n = split(line, field, "\t")
				if (line ~ /^#/ || n < 2)
					continue
				if (field[1] == "except") {
					path[++exceptions] = field[2]
					allowed[exceptions] = field[3]
				} else {
					word[++rules] = field[1]
					right[rules] = field[2]
				}
			}
		}
		{
			split($0, part, ":")
			found = tolower(part[3])
			for (i = 1; i <= exceptions; i++)
				if (part[1] ~ path[i] && found ~ ("^(" allowed[i] ")$"))
					next
			for (i = 1; i <= rules; i++)
				if (found ~ ("^(" tolower(word[i]) ")$")) {
					print part[1] ":" part[2] ": not \"" part[3] "\": " right[i]
					next
				}
			print part[1] ":" part[2] ": not \"" part[3] "\""
		}'
)
missing=$(
	[ ! -f doc/glossary.md ] || grep -oE '`[a-z]+/[a-z_/.0-9]+`' doc/glossary.md |
		tr -d '`' | sort -u | while read -r path; do
		[ -e "$path" ] || echo "doc/glossary.md: no file $path"
	done
)
few=
[ "$(printf '%s\n' "$words" | wc -l)" -ge 30 ] || few="vocabulary.txt has fewer than 30 rows"

echo 1..3
report "1 - the list has its words" "$few"
report "2 - each thing has one word" "$bad"
report "3 - the glossary names files that are there" "$missing"
exit $status
