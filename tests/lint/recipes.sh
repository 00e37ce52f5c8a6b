#!/bin/sh
# doc/recipes.svg is what doc/railroad.py draws of the grammar in doc/recipes.md,
# and the grammar has the words of lib/picture. TAP.
# shellcheck source=tests/lint/report.sh
. "$(dirname "$0")/report.sh"
cd "${srcdir:-.}" || exit 99
echo 1..2

drawn=$(python3 -B doc/railroad.py doc/recipes.md |
	cmp - doc/recipes.svg 2>&1)
report "1 - make docs has drawn the grammar" "$drawn"

# Without dashes, because the code compares whole words with them.
in_grammar=$(sed -n '/```ebnf/,/```$/p' doc/recipes.md |
	grep -oE '"[^"0-9]*[a-z-]{2}"' | tr -d '"-' | sort)
in_code=$(
	sed -n '/^static const char \*const fits/,/^};/p
		/^} gravities/,/^};/p' lib/picture/recipe.c |
		grep -oE '"-[a-z-]+"'
	grep -oE 'take_text\(at, "-[a-z]+' lib/picture/recipe.c |
		grep -oE '"-.*'
	sed -n '/^static const struct format_row/,/^};/p' lib/picture/format.c |
		grep -oE '\{ "[a-z]+"' | tr -d '{ '
)
in_code=$(printf '%s\n' "$in_code" | tr -d '"-' | sort)
report "2 - the grammar has the words of the code" "$(
	[ "$in_grammar" = "$in_code" ] ||
		printf 'the grammar has:\n%s\nthe code has:\n%s\n' \
			"$in_grammar" "$in_code"
)"
exit $status
