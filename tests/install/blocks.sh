#!/bin/sh
# blocks.sh FILE [HEADING]...: prints the commands of the page, from its blocks of
# sh. With headings it prints those right below each of them, in this order, and
# fails if there are none. --headings FILE prints the headings that have commands.
set -eu

# print_blocks FILE [HEADING]
print_blocks() {
	awk -v heading="${2-}" -v all="$(($# == 1))" '
		/^```/ { inside = !inside; commands = inside && /^```sh$/; next }
		commands && (all || wanted) { print; found = 1 }
		!inside && /^#+ / { wanted = substr($0, index($0, " ") + 1) == heading }
		END { exit !found }' "$1" || {
		echo "blocks.sh: $1 has no commands below ${2-any heading}" >&2
		exit 1
	}
}

print_headings() {
	awk '
		/^```sh$/ { if (heading != last) print heading; last = heading }
		/^```/ { inside = !inside; next }
		!inside && /^#+ / { heading = substr($0, index($0, " ") + 1) }' "$1"
}

if [ "$1" = --headings ]; then
	print_headings "$2"
	exit
fi
file=$1
shift
[ $# -gt 0 ] || print_blocks "$file"
for heading; do
	print_blocks "$file" "$heading"
done
