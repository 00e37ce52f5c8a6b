#!/bin/bash
# The commands in README.md and doc/install.md are right as far as it shows without
# running them; tests/http/test_install.py and fresh.sh run them. TAP.
# COMMANDS_ROOT: another tree to look at, for this test's own test.
lists=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/lint/report.sh
. "$lists/../lint/report.sh"
cd "${COMMANDS_ROOT:-${srcdir:-$lists/../..}}" || exit 99
page=doc/install.md

blocks() { sh "$lists/blocks.sh" "$@"; }

pages_with_commands() { grep -l '^```sh$' README.md doc/*.md; }

# Prints the packages that these commands install, without those in a file.
packages() {
	blocks "$@" | sed -e ':a' -e '/\\$/N; s/\\\n//; ta' |
		sed -n 's/^apt-get install //p' | tr -s ' \t' '\n' | grep -v '^[-./]'
}

with_errors() {
	pages_with_commands | while read -r file; do
		blocks "$file" | bash -n 2>&1 | sed "s|^|$file: |"
	done
}

# In the file of the packages, or in those of Debian.
unknown_packages() {
	packages "$page" | while read -r package; do
		grep -qE "^[a-z]+ $package\$" instance/packages.txt ||
			grep -qE "(^| )$package( |,|\$)" debian/control ||
			echo "$page: $package is not in instance/packages.txt"
	done
}

build_packages() {
	diff <(awk '$1 == "build" { print $2 }' instance/packages.txt | sort) \
		<(packages "$page" 'Install the libraries' | sort)
}

echo 1..3
report '1 - the shell can read all commands' "$(with_errors)"
report '2 - all packages are known' "$(unknown_packages)"
report '3 - the packages to build with are those of instance/packages.txt' \
	"$(build_packages)"
# shellcheck disable=SC2154 # report sets it
exit "$status"
