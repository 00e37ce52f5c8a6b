#!/bin/sh
# mariadb.sh: a private MariaDB on a unix socket, for the tests.
#
#   mariadb.sh serve DIR       Prepares DIR unless that has been done, and
#                              becomes the server (SIGTERM stops it).
#   mariadb.sh run COMMAND...  Runs the command with a server in a temporary
#                              folder and the settings PIXTIER_DB_* for it.
#
# The socket is DIR/s, the database `pixtier`, its account `pixtier` without a
# password. Accounts of the system reach the server as root@localhost when
# they are root or the one it runs as (nobody under root, which mariadbd
# refuses). Exits with 77 when MariaDB is not installed.
set -eu
PATH=$PATH:/usr/sbin:/usr/local/sbin
instance=$(cd "$(dirname "$0")/../../instance" && pwd)
# shellcheck source=instance/database.sh
. "$instance/database.sh"

need() {
	command -v "$1" >/dev/null 2>&1 && return
	echo "mariadb.sh: $1 is not installed" >&2
	exit 77
}

write_settings() {
	database_settings "$instance/mariadb.cnf.in" "$dir/data" "$dir" \
		"$dir/s" "$dir/accounts.sql" >"$dir/my.cnf" <<-END
	log-error = $dir/log.err
	innodb-buffer-pool-size = 16M
	# Without it, newer servers reserve 8 TiB of addresses; older do not know it.
	loose-innodb-buffer-pool-size-max = 16M
	innodb-log-file-size = 8M
	innodb-log-buffer-size = 2M
	aria-pagecache-buffer-size = 1M
	key-buffer-size = 128K
	END
	database_accounts '' >"$dir/accounts.sql"
}

as_server() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups \
			"$@"
	else
		"$@"
	fi
}

prepare() {
	mkdir -p "$dir/data"
	write_settings
	account=$(id -un)
	if [ "$(id -u)" = 0 ]; then
		account=nobody
		chown -R nobody "$dir"
	fi
	chmod 711 "$dir"
	database_install "$dir/my.cnf" "$dir/data" "$dir" "$account" \
		>"$dir/install.log" 2>&1 || {
		cat "$dir/install.log" >&2
		exit 1
	}
	: >"$dir/prepared"
}

# The server dies with the process that asked for it: a process that is killed
# leaves none behind. The change of account resets that, so setpriv sets it.
serve() {
	dir=$1
	need mariadbd
	need mariadb-install-db
	need setpriv
	# mariadbd ignores a file of settings that everybody may write.
	umask 022
	[ -e "$dir/prepared" ] || prepare
	cd "$dir"
	exec 2>>"$dir/stderr"
	if [ "$(id -u)" = 0 ]; then
		exec setpriv --reuid nobody --regid "$(id -g nobody)" \
			--clear-groups --pdeathsig KILL \
			mariadbd --defaults-file="$dir/my.cnf"
	fi
	exec setpriv --pdeathsig KILL mariadbd --defaults-file="$dir/my.cnf"
}

stop() {
	[ -z "${server:-}" ] || kill "$server" 2>/dev/null || true
	[ -z "${server:-}" ] || wait "$server" 2>/dev/null || true
	rm -rf "$dir"
}

wait_until_up() {
	tries=0
	until [ -S "$dir/s" ]; do
		kill -0 "$server" 2>/dev/null || {
			status=0
			wait "$server" || status=$?
			server=
			[ "$status" = 77 ] || cat "$dir/log.err" >&2 || true
			exit "$status"
		}
		tries=$((tries + 1))
		if [ "$tries" -ge 300 ]; then
			echo "mariadb.sh: no socket after 30 seconds" >&2
			exit 1
		fi
		sleep 0.1
	done
}

run() {
	dir=$(mktemp -d /tmp/pixtier-db.XXXXXX)
	trap stop EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	sh "$0" serve "$dir" &
	server=$!
	wait_until_up
	PIXTIER_DB_SOCKET=$dir/s PIXTIER_DB_USER=pixtier \
		PIXTIER_DB_NAME=pixtier "$@"
}

case ${1:-} in
serve)
	serve "$2"
	;;
run)
	shift
	run "$@"
	;;
*)
	echo "usage: mariadb.sh serve DIR | run COMMAND..." >&2
	exit 2
	;;
esac
