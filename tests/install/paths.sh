#!/bin/sh
# Tests which paths configure derives from its options. TAP.
top=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd) || exit 99
work=$(mktemp -d) || exit 99
unset srcdir builddir MAKEFLAGS # configure and make would take these
trap 'rm -rf "$work"' EXIT
n=0
status=0

# paths_are OPTIONS PATHS: both are words with spaces between.
paths_are() {
	n=$((n + 1))
	# shellcheck disable=SC2086 # the options are words
	got=$(cd "$work" && "$top/configure" -q -C $1 >log 2>&1 &&
		make -s --no-print-directory paths | xargs)
	if [ "$got" = "$2" ]; then
		echo "ok $n - configure $1"
	else
		echo "# expected: $2"
		echo "# found: $got"
		tail -n 5 "$work/log" | sed 's/^/# /'
		echo "not ok $n - configure $1"
		status=1
	fi
}

if [ ! -x "$top/configure" ]; then
	echo '1..0 # SKIP there is no configure'
	exit 0
elif [ -e "$top/config.status" ]; then
	echo '1..0 # SKIP the source folder is a build folder too'
	exit 0
fi
echo 1..3
paths_are '--prefix=/usr' '/etc/pixtier /var/lib/pixtier /run/pixtier'
paths_are '--sysconfdir=/etc --localstatedir=/var' \
	'/etc/pixtier /var/lib/pixtier /run/pixtier'
paths_are '--prefix=/opt/p --runstatedir=/tmp/r' \
	'/opt/p/etc/pixtier /opt/p/var/lib/pixtier /tmp/r/pixtier'
exit $status
