#!/bin/sh
# Tests what make install and make uninstall do with folders and rights. TAP.
top=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd) || exit 99
build=$(cd "${builddir:-$top/build}" && pwd) || exit 99
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
unset MAKEFLAGS MFLAGS
cd "$build" || exit 99
paths=$(make -s --no-print-directory paths) || exit 99
settings=$(echo "$paths" | sed -n 1p)
store=$(echo "$paths" | sed -n 2p)
run=$(echo "$paths" | sed -n 3p)
conf=$work$settings/pixtier.conf
n=0
status=0

# test_that DESCRIPTION COMMAND...
test_that() {
	n=$((n + 1))
	description=$1
	shift
	if "$@" >"$work/log" 2>&1; then
		echo "ok $n - $description"
	else
		tail -n 10 "$work/log" | sed 's/^/# /'
		echo "not ok $n - $description"
		status=1
	fi
}

# has MODE PATH
has() {
	[ "$(stat -c %a "$2")" = "$1" ] || {
		ls -ld "$2"
		return 1
	}
}

# belongs_to OWNER:GROUP PATH
belongs_to() {
	[ "$(stat -c %U:%G "$2")" = "$1" ] || {
		ls -ld "$2"
		return 1
	}
}

is_empty() { ! find "$1" -type f | grep .; }

has_no_folder_of_its_own() { ! find "$1" -path '*/pixtier' | grep .; }

# The units start nothing but programs that are there.
units_start_programs() {
	units=$(find "$work" -path '*/systemd/system/*.service')
	[ -n "$units" ] || return 1
	for unit in $units; do
		program=$(sed -n 's/^ExecStart=//p' "$unit")
		[ -x "$work$program" ] || {
			echo "$unit: there is no $program"
			return 1
		}
	done
}

stage() { make "$1" DESTDIR="$work"; }

echo 1..22
test_that 'make install DESTDIR' stage install
test_that 'the settings are not for everybody' has 640 "$conf"
test_that 'neither are the keys beside them' has 750 "$work$settings"
test_that 'nor the pictures' has 750 "$work$store"
test_that 'the web server can reach the sockets' has 755 "$work$run"
test_that 'the settings name the account' grep -q '^user = "pixtier"$' "$conf"
test_that 'the settings are read without an error' \
	"$build/pixtierctl" --config "$conf" settings --effective
test_that 'the manual has the paths' \
	find "$work" -name pixtierctl.1 -exec grep -q "$settings/pixtier.conf" {} +
test_that 'and an overview with them' \
	grep -rq --include=pixtier.7 "$settings/pixtier.conf" "$work"
test_that 'the folder of the sockets is made at each boot' \
	find "$work" -path '*/tmpfiles.d/*' -exec grep -q "^d $run 0755 " {} +
test_that 'the units start programs that are installed' units_start_programs

echo 'base_url = "https://pictures.example"' >"$conf"
chmod 600 "$conf"
test_that 'another make install' stage install
test_that 'keeps the settings' grep -q pictures.example "$conf"
test_that 'and their rights' has 600 "$conf"
test_that 'make uninstall' stage uninstall
test_that 'keeps changed settings' grep -q pictures.example "$conf"
rm -f "$conf"
stage install >"$work/log" 2>&1
stage uninstall >"$work/log" 2>&1
rm -f "$work/log"
test_that 'and removes all else' is_empty "$work/$(echo "$settings" | cut -d / -f 2)"
test_that 'with its folders' has_no_folder_of_its_own "$work"

# As root, in folders of its own.
install_own() {
	make install prefix="$work/own" sysconfdir="$work/own/etc" \
		localstatedir="$work/own/var" runstatedir="$work/own/run" \
		SERVICE_USER=$account >"$work/log" 2>&1
}

account=nobody
own_store=$work/own/var/lib/pixtier
if [ "$(id -u)" != 0 ] || ! group=$(id -gn "$account" 2>/dev/null); then
	for description in 'root gives the store' 'and the settings' \
		'another make install keeps the group' 'and the rights'; do
		n=$((n + 1))
		echo "ok $n - $description # SKIP not root, or no account $account"
	done
	exit $status
fi
install_own
test_that 'root gives the store to the account' \
	belongs_to "$account:$group" "$own_store"
test_that 'and the settings to its group' \
	belongs_to "root:$group" "$work/own/etc/pixtier/pixtier.conf"
chgrp daemon "$own_store"
chmod 2710 "$own_store"
install_own
test_that 'another make install keeps the group' \
	belongs_to "$account:daemon" "$own_store"
test_that 'and the rights of the store' has 2710 "$own_store"
exit $status
