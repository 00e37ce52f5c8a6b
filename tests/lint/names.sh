#!/bin/sh
# Fails when code outside lib/model compares a text with the name of a state or
# of a kind, instead of the enum's values. TAP.
# NAMES_ROOT: another tree to look at, for this lint's own test.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/lint/fewest.sh
. "$here/fewest.sh"
# shellcheck source=tests/lint/report.sh
. "$here/report.sh"
cd "${NAMES_ROOT:-${srcdir:-.}}" || exit 99
exec 3>&1

# The names in the tables, and that of the original.
names=$(
	awk '/^static const char \*const [a-z]*_names\[\]/ { inside = 1 }
		inside || /^#define VARIANT_ORIGINAL / { print }
		/;/ { inside = 0 }' lib/model/*.[ch] | grep -o '"[a-z_]*"' |
		tr -d '"' | sort -u
)
few=$(printf '%s\n' "$names" | fewest "${NAMES_FEWEST:-21}" names 3>&1 >/dev/null)

# For each call of a function that compares: its file, its line, and each word
# of its literals that is a name.
bad=$(
	find admin fcgi lib worker -name '*.[ch]' ! -path 'lib/model/*' -print |
		sort | tr '\n' '\0' | xargs -0 -n 1 awk -v names="$names" '
		BEGIN {
			count = split(names, list, "\n")
			for (i = 1; i <= count; i++)
				is_name[list[i]] = 1
		}
		function check(call, line,    literal, n, word) {
			while (match(call, /"[^"]*"/)) {
				literal = substr(call, RSTART + 1, RLENGTH - 2)
				call = substr(call, RSTART + RLENGTH)
				n = split(literal, word, " ")
				for (i = 1; i <= n; i++)
					if (word[i] in is_name)
						print FILENAME ":" line ": \"" word[i] "\""
			}
		}
		# The text from an opening parenthesis to the closing one.
		function arguments(text,    depth, at, sign) {
			for (at = 1; at <= length(text); at++) {
				sign = substr(text, at, 1)
				depth += (sign == "(") - (sign == ")")
				if (!depth)
					return substr(text, 1, at)
			}
			return text
		}
		{ file = file $0 "\n" }
		END {
			line = 1
			while (match(file, /(str(n?case|n)?cmp|strstr|memcmp|text_has_word|text_starts)\(/)) {
				before = substr(file, 1, RSTART - 1)
				start = RSTART + RLENGTH - 1
				line += gsub(/\n/, "", before)
				file = substr(file, start)
				check(arguments(file), line)
			}
		}'
)

echo 1..2
report '1 - the tables have their names' "$few"
report '2 - only lib/model compares texts with names of states and kinds' "$bad"
exit $status
