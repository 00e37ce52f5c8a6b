# shellcheck shell=sh
# database.sh: a private MariaDB on a unix socket. Sourced by parts.sh and by
# tests/lib/mariadb.sh, which are in bash and in sh. Both have a function
# as_server, which runs a command as the server's account.

# database_settings TEMPLATE DATA TMP SOCKET ACCOUNTS: prints the settings.
# Standard input has more of them.
database_settings() {
	sed -e "s|@data@|$2|" -e "s|@tmp@|$3|" -e "s|@socket@|$4|" \
		-e "s|@accounts@|$5|" "$1"
	cat
}

# database_accounts PASSWORD: prints what the server executes at its start.
database_accounts() {
	cat <<-END
	CREATE DATABASE IF NOT EXISTS pixtier CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
	CREATE OR REPLACE USER pixtier@localhost IDENTIFIED BY '$1';
	GRANT ALL ON pixtier.* TO pixtier@localhost;
	END
}

# database_install SETTINGS DATA TMP ACCOUNT: makes the system tables in the
# empty folder DATA; ACCOUNT of the system becomes root@localhost. Each server
# that starts deletes temporary files of others in its TMP.
database_install() {
	as_server env TMPDIR="$3" mariadb-install-db --defaults-file="$1" \
		--datadir="$2" --auth-root-authentication-method=socket \
		--auth-root-socket-user="$4" --skip-test-db \
		--skip-name-resolve --force
}
