#!/bin/sh
# The lint of the Debian package must find what is planted. TAP.
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 99
mkdir debian instance
printf '# words\nbuild gcc\nbuild liba-dev\nrun curl\n' >instance/packages.txt
n=0

# expect STATUS TEXT VERSION CHANGELOG NEWS PACKAGE: writes the tree and expects
# that the lint says this.
expect() {
	n=$((n + 1))
	echo "AC_INIT([pixtier], [$3])" >configure.ac
	printf 'pixtier (%s) unstable; urgency=medium\n\npixtier (0.1) unstable\n' \
		"$4" >debian/changelog
	printf '%s\n---\n\n0.1\n---\n' "$5" >NEWS
	printf 'Build-Depends:\n %s,\n' "$6" >debian/control
	out=$(DEBIAN_ROOT=$dir sh "$here/debian.sh")
	if [ "$?" = "$1" ] && echo "$out" | grep -q "$2"; then
		echo "ok $n - $2"
	else
		echo "$out" | sed 's/^/# /'
		echo "not ok $n - $2"
	fi
}

echo 1..6
expect 0 '^ok 1' 1.2 1.2 1.2 liba-dev
expect 0 '^ok 1' 1.2 1.2 1.2 'liba-dev [amd64]'
expect 1 'version 1.2, changelog_versions 1.1$' 1.2 1.1 1.2 liba-dev
expect 1 'version 1.2, news_versions 1.3$' 1.2 1.2 1.3 liba-dev
expect 1 'version , news_versions 1.2$' '' 1.2 1.2 liba-dev
expect 1 '^# liba-dev is not in' 1.2 1.2 1.2 liba-dev-bin
