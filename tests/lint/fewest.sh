# shellcheck shell=sh
# fewest.sh: for lints that look for rows by a pattern, which fail when it finds
# fewer of them than there were when the number was written. A change that
# removes rows lowers the number.

# fewest NUMBER WHAT: passes the lines of standard input on; complains to file
# descriptor 3.
fewest() {
	lines=$(cat)
	found=$(printf '%s\n' "$lines" | grep -c .)
	[ "$found" -ge "$1" ] ||
		echo "the lint found $found $2, and there were $1" >&3
	printf '%s\n' "$lines"
}
