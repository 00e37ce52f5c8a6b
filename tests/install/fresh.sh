#!/bin/bash
# fresh.sh package|source nginx|lighttpd|apache [hand|systemd]: runs the commands of
# doc/install.md word by word on an empty Debian 12, from the installation to its
# removal, and prints them with their output. With `hand` it sets the service up by
# hand instead of by `pixtierctl setup`.
#
# The empty Debian is a folder with its own mounts, processes and network; only
# apt-get uses the network of the machine. With `systemd` this is its first process
# and starts the units; without it the programs start as the section "Without
# systemd" says. Needs root, debootstrap and a checkout. FRESH_CACHE is a folder that
# keeps what was downloaded.
set -eu -o pipefail

cache=${FRESH_CACHE:-/var/tmp/pixtier-fresh}
suite=bookworm
here=$(cd "$(dirname "$0")" && pwd -P)
top=${here%/tests/install}
page=$top/doc/install.md

die() {
	printf 'fresh.sh: %s\n' "$*" >&2
	exit 1
}

usage() { die 'usage: fresh.sh package|source nginx|lighttpd|apache [hand|systemd]'; }

### The empty Debian

# Prints URL, SUITE and COMPONENT of each source that this machine uses for Debian.
# shellcheck disable=SC2016 # apt-get replaces these names
sources() {
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Identifier: Packages' 'Origin: Debian' |
		awk -v suite="$suite" '$2 ~ "^" suite "(-updates|-security)?$"'
}

make_base() {
	local mirror

	[ ! -e "$cache/$suite.tar" ] || return 0
	mirror=$(sources | awk -v suite="$suite" '$2 == suite { print $1; exit }')
	[ -n "$mirror" ] || die "apt has no source of $suite: run apt-get update"
	debootstrap --variant=minbase "$suite" "$cache/base" "$mirror" \
		>"$cache/debootstrap.log" 2>&1 ||
		die "debootstrap failed, see $cache/debootstrap.log"
	tar -C "$cache/base" -cf "$cache/$suite.tar.new" .
	mv "$cache/$suite.tar.new" "$cache/$suite.tar"
	rm -r "$cache/base"
}

# Without systemd Debian does not start what it installs, because that would run in
# the network of apt-get.
fill() {
	tar -C "$root" -xf "$cache/$suite.tar"
	sources | sed 's/^/deb /' >"$root/etc/apt/sources.list"
	cp -L /etc/resolv.conf "$root/etc/resolv.conf"
	echo '127.0.0.1 localhost' >"$root/etc/hosts"
	touch "$root/root/network"
	[ "$how" != systemd ] || return 0
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
}

copy_checkout() {
	mkdir "$root/root/pixtier"
	(cd "$top" && git ls-files -zco --exclude-standard | tar --null -T - -cf -) |
		tar -C "$root/root/pixtier" --no-same-owner -xf -
	commands >"$root/root/commands"
}

### The commands

# block HEADING: prints a script that prints and runs the commands below it.
block() {
	printf "cat <<'END_OF_COMMANDS'\n\n## %s\n" "$1"
	sh "$here/blocks.sh" "$page" "$1" | sed 's/^/# /'
	echo END_OF_COMMANDS
	sh "$here/blocks.sh" "$page" "$1"
}

# until_says TEXT HEADING: prints a script that runs the commands again until their
# output has the text, because a program needs a moment to start.
until_says() {
	printf "run() {\n%s\n}\n" "$(block "$2")"
	printf "until_says '%s'\n" "$1"
}

# Functions for all commands.
helpers() {
	cat <<-'END'
	cd /root/pixtier
	end=$((SECONDS + 1800))
	is_late() { [ $SECONDS -ge $end ]; }
	# Between two looks for an event.
	pause() { sleep 0.2; }
	apt-get() {
		nsenter --net=/root/network apt-get -q -o Dpkg::Use-Pty=0 "$@"
	}
	until_says() {
		until run >/root/out 2>&1 || true; grep -q "$1" /root/out; do
			! is_late || { cat /root/out; exit 1; }
			pause
		done
		cat /root/out
	}
	await() {
		until "$@" >/dev/null 2>&1; do
			! is_late || { echo "no success: $*"; exit 1; }
			pause
		done
	}
	END
	[ "$how" = systemd ] || without_systemd
}

without_systemd() {
	cat <<-'END'
	# Besides the line with the names of the columns.
	has_worker() { [ "$(pixtierctl worker list | wc -l)" -gt 1 ]; }
	stop_programs() {
		kill $(jobs -p)
		wait
	}
	systemctl() {
		case $1 in
		enable)
			start_programs
			await test -S /run/pixtier/uploads.sock
			await has_worker
			;;
		disable) stop_programs ;;
		*) service "$2" restart ;;
		esac
	}
	END
	printf 'start_programs() {\n%s\n}\n' "$(block 'Start the programs')"
}

set_up_setup() {
	block 'Start the database'
	echo 'await mariadb-admin ping'
	until_says 'start pixtier-fcgi and pixtier-worker' 'Set up'
	echo start_programs
	until_says 'start or reload' 'Set up'
	block "Start $name"
	until_says 'pixtier answers at' 'Set up'
}

# The units go on after a reload, and after the end of a supervisor.
set_up_systemd() {
	block 'Set up'
	cat <<-'END'
	echo
	echo '## The units'
	systemctl reload pixtier-fcgi pixtier-worker
	systemctl kill --kill-who=main --signal=KILL pixtier-fcgi pixtier-worker
	restarted() { systemctl is-active pixtier-fcgi pixtier-worker; }
	await restarted
	systemctl show --property=Id,ActiveState,NRestarts pixtier-fcgi pixtier-worker
	await pixtierctl doctor
	END
}

set_up_hand() {
	block 'Start the database'
	echo 'await mariadb-admin ping'
	block 'Make the database'
	block 'Write the settings'
	[ "$name" = nginx ] || block 'Set the delivery of lighttpd and Apache'
	block 'Make the tables and the key'
	block 'Start the units'
	block "The site of $name"
	echo 'await curl -fsS http://pictures.example.org/readyz'
	block Check
}

install_package() {
	block 'Build the package'
	block 'Install the package'
}

install_source() {
	block 'Install the libraries'
	block 'Build and install'
}

remove_package() {
	[ "$how" = systemd ] || echo stop_programs
	block 'Remove the package'
	block "Start $name"
	block 'Purge the package'
}

remove_source() {
	block 'Stop the units'
	block "Remove the site of $name"
	block 'Remove the files of make install'
}

# The pages of users and administrators.
pages() {
	cat <<-'END'
	echo
	echo '## The pages'
	for path in / /admin/; do
		curl -fsS -o page.html -w "$path: %{http_code} %{content_type}\n" \
			"http://pictures.example.org$path" | grep ': 200 text/html'
		grep '<title>' page.html
	done
	END
}

# What is left of pixtier, but for the checkout and the logs of others.
left_over() {
	cat <<-'END'
	echo
	echo '## What is left'
	find /etc /opt /run /usr /var -xdev -name '*pixtier*' \
		! -path '/var/lib/apt/*' ! -path '/var/cache/*' ! -path '/var/log/*'
	grep pixtier /etc/passwd
	END
}

commands() {
	helpers
	block 'Database and web server'
	block "Install $name"
	"install_$form"
	block 'The name of the host'
	"set_up_$how"
	block 'First picture'
	echo "echo 'the file behind the link is the one that was uploaded'"
	pages
	"remove_$form"
	block 'Delete all data'
	left_over
	echo "echo 'fresh.sh: all commands have succeeded'"
}

### Inside

variables() {
	printf '%s\n' HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		"DEB_BUILD_OPTIONS=\"nocheck parallel=$(nproc)\"" \
		"MAKEFLAGS=-j$(nproc)" \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
}

mount_all() {
	# systemd gives units their own mounts only if the root is a mount itself.
	mount --bind "$root" "$root"
	mount -t proc proc "$root/proc"
	mount --rbind /sys "$root/sys"
	mount --rbind /dev "$root/dev"
	mount -t tmpfs tmpfs "$root/dev/shm"
	mount --bind /proc/self/fd/9 "$root/root/network"
	mount --bind "$cache/archives" "$root/var/cache/apt/archives"
	ip link set lo up
}

# systemd runs the commands as a unit, whose end is the end of the machine.
add_systemd() {
	local cgroups=/sys/fs/cgroup

	nsenter --net=/proc/self/fd/9 chroot "$root" sh -c 'apt-get -q update &&
		apt-get -q install -y --no-install-recommends systemd-sysv dbus' \
		>"$root/root/systemd.log" 2>&1
	variables >"$root/root/variables"
	cat >"$root/etc/systemd/system/commands.service" <<-END
	[Unit]
	Description=the commands of install.md
	After=multi-user.target

	[Service]
	Type=oneshot
	TimeoutStartSec=infinity
	EnvironmentFile=/root/variables
	ExecStart=/bin/bash -eu -o pipefail /root/commands
	ExecStopPost=/bin/sh -c 'echo \$EXIT_STATUS >/root/status; \
		[ \$EXIT_STATUS = 0 ] || journalctl --no-pager --priority=notice --lines=60'
	ExecStopPost=systemctl --no-block poweroff
	StandardOutput=append:/root/transcript
	StandardError=inherit

	[Install]
	WantedBy=multi-user.target
	END
	chroot "$root" systemctl --quiet enable commands.service
	[ -e $cgroups/cgroup.controllers ] || cgroups=$cgroups/unified
	mount --bind $cgroups "$root/sys/fs/cgroup"
	mount -t tmpfs tmpfs "$root/run"
}

# Becomes the first process of the empty Debian: all others end with it.
run_inside() {
	mount_all
	if [ "$how" = systemd ]; then
		add_systemd
		exec chroot "$root" env -i container=fresh /lib/systemd/systemd \
			--show-status=no >"$root/root/boot.log" 2>&1 9<&-
	fi
	eval "exec chroot \"\$root\" env -i $(variables | tr '\n' ' ') \
		bash -eu -o pipefail /root/commands" </dev/null 2>&1 9<&-
}

# Prints the transcript of the unit as it grows.
wait_inside() {
	local status=0

	if [ "$how" != systemd ]; then
		wait "$1"
		return
	fi
	tail -q -n +1 -F --pid="$1" "$root/root/transcript" 2>/dev/null || true
	wait "$1" || true
	status=$(cat "$root/root/status") || die 'systemd did not run the commands'
	return "$status"
}

main() {
	[ "$(id -u)" = 0 ] || die 'run as root'
	command -v debootstrap >/dev/null || die 'debootstrap is not installed'
	mkdir -p "$cache/archives/partial"
	make_base
	root=$(mktemp -d "$cache/root.XXXXXX")
	trap 'rm -rf --one-file-system "$root"' EXIT
	fill
	copy_checkout
	exec 9</proc/self/ns/net
	unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child \
		env root="$root" how="$how" bash "$here/fresh.sh" --inside &
	# unshare ignores the signals that others send.
	trap 'kill -KILL $!; exit 1' HUP INT TERM
	wait_inside $!
}

if [ "${1-}" = --inside ]; then
	run_inside
fi
form=${1-}
how=${3:-setup}
case $form in
package | source) ;;
*) usage ;;
esac
case $how in
setup | hand | systemd) ;;
*) usage ;;
esac
case ${2-} in
nginx | lighttpd) name=$2 ;;
apache) name=Apache ;;
*) usage ;;
esac
main
