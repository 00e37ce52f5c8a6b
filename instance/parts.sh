# shellcheck shell=bash
# parts.sh: starts and stops the parts of an instance. ./quickstart sources it,
# after folder.sh.

parts=(db fcgi worker web)

# A process belongs to this instance if its command line contains the folder. The
# process id alone is not enough: the kernel may have given it to another process.
is_running() {
	local pid='' words=()

	# No other programs are started here, because this is called often.
	{
		read -r pid <"$run/$1.pid"
		mapfile -d '' words <"/proc/$pid/cmdline"
	} 2>/dev/null
	[ -n "$pid" ] && [ -n "$data" ] && [[ "${words[*]}" == *"$data/"* ]]
}

runs_all() {
	local part

	for part in "${parts[@]}"; do
		is_running "$part" || return
	done
}

runs_some() {
	local part

	for part in "${parts[@]}"; do
		! is_running "$part" || return 0
	done
	return 1
}

check_part() {
	[[ " ${parts[*]} " == *" $1 "* ]] ||
		die "no part \"$1\"; the parts are: ${parts[*]}"
}

# setsid: Ctrl-C must not reach the parts, because quickstart stops them in order.
launch() {
	local part=$1

	shift
	"${as_service[@]}" setsid "$@" </dev/null >>"$dir/log/$part.log" 2>&1 9>&- &
	say $! >"$run/$part.pid"
}

fail_part() {
	[ ! -f "$dir/log/$1.log" ] || tail -n 15 "$dir/log/$1.log" >&2
	die "$1 $2; the log is $dir/log/$1.log"
}

# await PART COMMAND...: waits until the command succeeds. Fails after 60 s, or if
# the part ends.
await() {
	local part=$1 pid end=$((SECONDS + 60))

	shift
	read -r pid <"$run/$part.pid"
	while [ $SECONDS -le $end ]; do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.02
		kill -0 "$pid" 2>/dev/null ||
			fail_part "$part" "ended while it started"
	done
	fail_part "$part" "does not answer"
}

database_answers() {
	MYSQL_PWD=$(sed -n 's/^db_password = "\(.*\)"$/\1/p' "$conf") \
		mariadb --no-defaults -u pixtier -S "$run/sock/db.sock" -e 'SELECT 1'
}

port_taken() { (: <"/dev/tcp/127.0.0.1/$port"); } 2>/dev/null

check_port() {
	[ "$port" -ge 1024 ] || [ ${#as_service[@]} = 0 ] ||
		die "port $port needs root, but the web server runs as www-data;" \
			"--port N uses another"
	! port_taken || die "port $port is in use; --port N uses another"
}

site_answers() {
	local code

	code=$(curl -s -o /dev/null -m 5 -w '%{http_code}' \
		"$(base_url)/healthz") && [ "$code" -lt 500 ]
}

# A supervisor has started when it has a decoder server. Before that it may have a
# child that asks which schema the database has.
has_decoder_server() {
	local pid child children='' words=()

	read -r pid <"$run/$1.pid"
	read -r children <"/proc/$pid/task/$pid/children"
	for child in $children; do
		mapfile -d '' words <"/proc/$child/cmdline"
		[[ "${words[0]-}" != *pixtier-decoder ]] || return 0
	done
	return 1
}

start_part() {
	case $1 in
	db)
		launch db mariadbd --defaults-file="$data/mariadb.cnf"
		await db database_answers
		;;
	fcgi)
		rm -f "$run/sock/fcgi.sock" "$run/sock/uploads.sock"
		launch fcgi "$data/bin/pixtier-fcgi" --config "$conf"
		await fcgi test -S "$run/sock/uploads.sock"
		;;
	worker)
		launch worker "$data/bin/pixtier-worker" --config "$conf"
		await worker has_decoder_server worker
		;;
	web)
		read -r server port path <"$run/site"
		"launch_$server"
		await web site_answers
		;;
	esac
}

launch_nginx() { launch web nginx -e stderr -c "$data/site/nginx.conf"; }

launch_lighttpd() { launch web lighttpd -D -f "$data/site/lighttpd.conf"; }

launch_apache() { launch web apache2 -D FOREGROUND -f "$data/site/apache.conf"; }

stop_part() {
	local part=$1 pid end

	if is_running "$part"; then
		read -r pid <"$run/$part.pid"
		kill "$pid" 2>/dev/null || true
		end=$((SECONDS + 35))
		while is_running "$part" && [ $SECONDS -le $end ]; do
			sleep 0.02
		done
		if is_running "$part"; then
			say "$part did not stop within 35 s; it was killed"
			kill -9 "$pid" || true
		fi
	fi
	rm -f "$run/$part.pid"
}

stop_all() {
	stop_part web
	stop_part worker
	stop_part fcgi
	stop_part db
	! [[ $run =~ ^/tmp/pixtier\.[A-Za-z0-9]{6}$ && -O $run ]] || rm -rf "$run"
	rm -f "$dir/run"
}

make_database() {
	local account

	[ ! -d "$data/db" ] || return 0
	account=$(as_server id -un)
	rm -rf "$data/db.new"
	install -d -m 700 "${owner[@]}" "$data/db.new"
	database_install "$data/mariadb.cnf" "$data/db.new" "$run/dbtmp" \
		"$account" >>"$dir/log/db.log" 2>&1 ||
		fail_part db "could not be installed"
	mv "$data/db.new" "$data/db"
}

logged_ctl() {
	ctl "$@" >>"$dir/log/ctl.log" 2>&1 || fail_part ctl "$* failed"
}

# Starts all parts. If only some of them run, stops these first.
start_all() {
	local password

	[ ! -L "$dir/run" ] || stop_all
	check_port
	make_folder
	copy_programs
	password=$(random_password)
	write_settings "$password"
	write_database_settings "$password"
	write_server_settings
	make_database
	start_part db
	logged_ctl schema apply
	[ -s "$data/keys/keys" ] || logged_ctl key rotate
	make_users
	start_part fcgi
	start_part worker
	start_part web
}
