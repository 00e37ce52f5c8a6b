#!/bin/sh
# Fails when debian/ or NEWS has another version than configure.ac, or debian/
# other packages to build with than ./quickstart. TAP.
# DEBIAN_ROOT: another tree to look at, for this lint's own test.
lists=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/lint/fewest.sh
. "$lists/fewest.sh"
cd "${DEBIAN_ROOT:-${srcdir:-.}}" || exit 99
fewest_packages=${DEBIAN_ROOT:+1}
version=$(sed -n 's/^AC_INIT(\[pixtier\], \[\(.*\)\])$/\1/p' configure.ac)

# Prints the versions of the changelogs, of which the first is the newest.
changelog_versions() { sed -n 's/^pixtier (\(.*\)) .*/\1/p' debian/changelog; }
news_versions() { grep -E '^[0-9]+(\.[0-9]+)+$' NEWS; }

# Debian's compilers and make are always there, and debhelper runs autoconf.
build_packages() {
	awk '$1 == "build" { print $2 }' instance/packages.txt |
		grep -vxE 'autoconf|automake|gcc|libc6-dev|make'
}

bad=$(
	exec 3>&1
	for list in changelog_versions news_versions; do
		found=$($list | head -n 1)
		[ -n "$version" ] && [ "$found" = "$version" ] ||
			echo "configure.ac has the version $version, $list $found"
	done
	build_packages | fewest "${fewest_packages:-17}" packages |
		while read -r package; do
			grep -qE "^ $package( .*)?,\$" debian/control ||
				echo "$package is not in Build-Depends of debian/control"
		done
)
echo 1..1
if [ -n "$bad" ]; then
	echo "$bad" | sed 's/^/# /'
	echo 'not ok 1 - the Debian package is that of this version'
	exit 1
fi
echo 'ok 1 - the Debian package is that of this version'
