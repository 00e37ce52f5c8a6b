# shellcheck shell=sh
# database.sh: a private MariaDB on a unix socket. ./quickstart (bash) and
# tests/lib/mariadb.sh (sh) source it. Both define as_server, which runs a command
# with the account of the server.

# database_settings TEMPLATE DATA TMP SOCKET ACCOUNTS: prints the template with
# these paths, followed by the settings from standard input.
database_settings() {
	sed -e "s|@data@|$2|" -e "s|@tmp@|$3|" -e "s|@socket@|$4|" \
		-e "s|@accounts@|$5|" "$1"
	cat
}

# database_accounts PASSWORD: prints the SQL that the server runs at each start.
database_accounts() {
	cat <<-END
	CREATE DATABASE IF NOT EXISTS pixtier CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
	CREATE OR REPLACE USER pixtier@localhost IDENTIFIED BY '$1';
	GRANT ALL ON pixtier.* TO pixtier@localhost;
	END
}

# database_install SETTINGS DATA TMP ACCOUNT: makes the system tables in the
# empty folder DATA. The system account ACCOUNT can log in as root@localhost. TMP
# must not be shared: a server that starts deletes all temporary files in it.
database_install() {
	as_server env TMPDIR="$3" mariadb-install-db --defaults-file="$1" \
		--datadir="$2" --auth-root-authentication-method=socket \
		--auth-root-socket-user="$4" --skip-test-db \
		--skip-name-resolve --force
}
