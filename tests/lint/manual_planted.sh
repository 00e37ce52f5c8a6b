#!/bin/sh
# The lint of the manual pages must find what is planted. TAP.
here=$(cd "$(dirname "$0")" && pwd)
command -v man >/dev/null || {
	echo "1..0 # SKIP man is not installed"
	exit 0
}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/doc"
n=0

# Writes a page and expects that the lint says this.
expect() {
	n=$((n + 1))
	printf "'\\\\\" t\n.TH X 1\n.SH NAME\nx \\- tests\n%b\n" "$3" >"$dir/doc/x.1"
	out=$(MANUAL_ROOT=$dir sh "$here/manual.sh")
	if [ "$?" = "$1" ] && echo "$out" | grep -q "$2"; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
	fi
}

wide=$(printf '%080d' 0)
echo 1..4
expect 0 '^ok 1' '.TS\nl l.\na\tb\n.TE'
expect 1 'table wider' ".TS\\nl l.\\na\\t$wide\\n.TE"
expect 1 "'XY' not defined" '.XY z'
rm "$dir/doc/x.1"
n=$((n + 1))
if MANUAL_ROOT=$dir sh "$here/manual.sh" | grep -q '^not ok 1'; then
	echo "ok $n - no page"
else
	echo "not ok $n - no page"
fi
