#!/bin/sh
# The web servers' own errors are those of the application: each code in the sites
# is one of lib/base/err.c, with its status and title. A status that the
# application does not use has a title of its own. TAP.
top=${PROBLEMS_ROOT:-${srcdir:-$(dirname "$0")/../..}}
# shellcheck source=tests/lint/fewest.sh
. "$(dirname "$0")/fewest.sh"
# shellcheck source=tests/lint/report.sh
. "$(dirname "$0")/report.sh"

# Lines "status|code|title".
kinds=$(sed -n 's/^\t\[ERR_.*{ *\([0-9]*\), *"\([a-z_]*\)", *"\(.*\)" }.*/\1|\2|\3/p' \
	"$top/lib/base/err.c" | fewest "${PROBLEMS_FEWEST:-30}" kinds)

of_lua() {
	sed -n 's/^\t\[\([0-9]*\)\] = { "\([a-z_]*\)", "\(.*\)" },$/\1|\2|\3/p' "$1" |
		fewest "${PROBLEMS_FEWEST:-10}" "problems in $1"
}

# The codes and the titles are two maps by status.
of_nginx() {
	sed -n '/^map \$status \$pixtier_code/,/^}/s/^\t\([0-9]*\) *\([a-z_]*\);$/\1 \2/p
		/^map \$status \$pixtier_title/,/^}/s/^\t\([0-9]*\) *"\(.*\)";$/\1 "\2/p' "$1" |
		awk '$2 ~ /^"/ { status = $1; sub(/^[0-9]* "/, "")
				print status "|" (status in code ? code[status] : "bad_request") "|" $0; next }
			{ code[$1] = $2 }' |
		fewest "${PROBLEMS_FEWEST:-10}" "problems in $1"
}

# Prints the lines that differ from the kind with the same status and code.
differing() {
	printf '%s\n' "$kinds" | awk -F'|' -v file="$1" '
		NR == FNR { title[$1 "|" $2] = $3; known[$2] = 1; next }
		NF && !($2 in known) { print file ": " $1 ": unknown code " $2; next }
		($1 "|" $2) in title && title[$1 "|" $2] != $3 {
			print file ": " $1 ": \"" $3 "\" is \"" title[$1 "|" $2] "\" in lib/base/err.c" }
	' - "$2"
}

n=0
list=$(mktemp) || exit 99
trap 'rm -f "$list"' EXIT
echo 1..3
for site in nginx/pixtier.conf.in lighttpd/problem.lua apache/pixtier.lua; do
	n=$((n + 1))
	case $site in
	*.lua) bad=$(of_lua "$top/$site" 3>&1 >"$list") ;;
	*) bad=$(of_nginx "$top/$site" 3>&1 >"$list") ;;
	esac
	report "$n - the errors of $site are the application's" \
		"$bad$(differing "$site" "$list")"
done
exit "$status"
