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

# write_overview NAME: the overview refers to the page of this name.
write_overview() {
	printf '.TH PIXTIER 7\n.SH NAME\npixtier \\- tests\n.SH SEE ALSO\n.BR %s (1)\n' \
		"$1" >"$dir/doc/pixtier.7"
}

# Writes a page and expects that the lint says this.
expect() {
	n=$((n + 1))
	printf "'\\\\\" t\n.TH X 1\n.SH NAME\nx \\- tests\n%b\n.SH SEE ALSO\n.BR $see_also (7)\n" \
		"$3" >"$dir/doc/x.1"
	out=$(MANUAL_ROOT=$dir sh "$here/manual.sh")
	if [ "$?" = "$1" ] && echo "$out" | grep -q "$2"; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
	fi
}

wide=$(printf '%080d' 0)
echo 1..6
see_also=pixtier
write_overview x
expect 0 '^ok 3' '.TS\nl l.\na\tb\n.TE'
expect 1 'table wider' ".TS\\nl l.\\na\\t$wide\\n.TE"
expect 1 "'XY' not defined" '.XY z'
see_also=y
expect 1 'x.1 does not refer to doc/pixtier.7' ''
see_also=pixtier
write_overview y
expect 1 'pixtier.7 does not refer to doc/x.1' ''
rm "$dir/doc/"*
n=$((n + 1))
if MANUAL_ROOT=$dir sh "$here/manual.sh" | grep -q '^not ok 1'; then
	echo "ok $n - no page"
else
	echo "not ok $n - no page"
fi
