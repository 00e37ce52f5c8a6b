#!/bin/sh
# The manual is what the programs say: doc/pixtier.conf.5 is the output of
# `pixtierctl settings --man`, and pixtierctl.1 has every command, option and
# field of a tier. TAP.
top=${srcdir:-$(dirname "$0")/../..}
# shellcheck source=tests/lint/fewest.sh
. "$(dirname "$0")/fewest.sh"
# shellcheck source=tests/lint/report.sh
. "$(dirname "$0")/report.sh"
ctl=${PIXTIERCTL:-${builddir:-.}/pixtierctl}

if [ ! -x "$ctl" ]; then
	echo "1..0 # SKIP $ctl is not built"
	exit 0
fi
echo 1..2
bad=$("$ctl" settings --man | diff "$top/doc/pixtier.conf.5" - | head -n 20)
report "1 - doc/pixtier.conf.5 is what settings --man prints" "$bad"

# The page without its fonts and escapes.
page=$(sed 's/\\f[A-Z]//g; s/\\-/-/g' "$top/doc/pixtierctl.1")

is_missing() {
	case $page in
	*"$1"*) ;;
	*) echo "doc/pixtierctl.1 has no $1" ;;
	esac
}

bad=$(
	exec 3>&1
	"$ctl" --help | sed -n 's/^  \([a-z]\)/\1/p' | fewest 33 commands |
		while IFS= read -r usage; do
			is_missing "$(printf '%s\n' "$usage" | sed 's/ \[\{0,1\}--.*//; s/ \[\{0,1\}[A-Z].*//')"
			for word in $usage; do
				case $word in
				--* | \[--*) is_missing "$(printf '%s\n' "$word" | tr -d '[]')" ;;
				esac
			done
		done
	sed -n 's/^\t[A-Z]*(\([a-z_]*\), .*"),$/\1/p' "$top/lib/service/tier_fields.c" |
		fewest 20 "fields of tiers" |
		while read -r field; do
			is_missing "
$field	"
		done
)
report "2 - doc/pixtierctl.1 has every command, option and field" "$bad"
exit $status
