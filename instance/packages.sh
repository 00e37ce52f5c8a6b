# shellcheck shell=bash
# packages.sh: installs the Debian packages that are missing. ./quickstart
# sources it, sets may_install and defines say() and die().

# packages_of KIND...: prints the packages of these kinds, one per line.
packages_of() {
	awk -v kinds=" $* " '!/^#/ && index(kinds, " " $1 " ") { print $2 }' \
		"$here/instance/packages.txt"
}

is_installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Debian starts the servers that it installs. policy-rc.d prevents this, because
# ./quickstart starts its own.
install_packages() {
	local sudo='' policy=/usr/sbin/policy-rc.d status=0 service

	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null ||
			die "run as root: apt-get install --no-install-recommends $*"
		sudo=sudo
	fi
	if [ -e $policy ]; then
		policy=
	else
		printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
		$sudo chmod 755 $policy
	fi
	$sudo apt-get -q update || true
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y install \
		--no-install-recommends "$@" </dev/null || status=$?
	[ -z "$policy" ] || $sudo rm -f "$policy"
	[ $status = 0 ] || die "apt-get could not install: $*"
	[ -d /run/systemd/system ] || return 0
	for service in nginx lighttpd apache2; do
		[[ " $* " != *" $service "* ]] ||
			$sudo systemctl --quiet disable "$service"
	done
}

# need_packages KIND...: installs the missing packages of these kinds.
need_packages() {
	local package packages missing=()

	mapfile -t packages < <(packages_of "$@")
	command -v dpkg-query >/dev/null || {
		say "This is not a Debian system; install these yourself: ${packages[*]}"
		return
	}
	for package in "${packages[@]}"; do
		is_installed "$package" || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	[ "$may_install" = yes ] ||
		die "these packages are missing: ${missing[*]}"
	say "Installing: ${missing[*]}"
	install_packages "${missing[@]}"
}
