# shellcheck shell=bash
# folder.sh: the folder DIR of an instance and the files in it. DIR/data has the
# permanent data; DIR/run is a link to a folder that exists while the instance
# runs. ./quickstart sources this file, and sets here, build, dir, server, port
# and path.

# If root starts it, all parts run as www-data, which can write only to its own
# folders, not to files that root reads or writes.
as_service=()
owner=()
if [ "$(id -u)" = 0 ]; then
	as_service=(setpriv --reuid=www-data --regid=www-data --init-groups)
	owner=(-o www-data -g www-data)
fi
max_upload=67108864

as_server() { "${as_service[@]}" "$@"; }

look_up_folder() {
	data=$(readlink -f -- "$dir/data" || true)
	run=$(readlink -f -- "$dir/run" || true)
	conf=$data/pixtier.conf
}

check_folder() {
	[ -e "$dir" ] || return 0
	[ -O "$dir" ] || die "$dir belongs to $(stat -c %U "$dir"); run as this user"
	[ -L "$dir/data" ] || [ -e "$dir/data" ] || [ -z "$(ls -A "$dir")" ] ||
		die "$dir is not empty and not a folder of ./quickstart; use another --dir"
}

# A new instance takes 60 MiB. On a full disk MariaDB waits for room, for ever.
check_room() {
	local place=${data:-$dir} needed=256 free

	[ ! -d "$data/db" ] || needed=32
	while [ -n "$place" ] && [ ! -e "$place" ]; do
		place=${place%/*}
	done
	free=$(df -Pm -- "${place:-/}" | awk 'END { print $4 }')
	[ "$free" -ge $needed ] ||
		die "the disk of $dir has $free MiB free, and $needed are needed;" \
			"free some space, or use another --dir"
}

make_folder() {
	chmod 711 "$dir"
	install -d -m 700 "$dir/log"
	make_data
	run=$(mktemp -d /tmp/pixtier.XXXXXX)
	chmod 711 "$run"
	install -d -m 700 "${owner[@]}" "$run/sock" "$run/tmp" "$run/dbtmp"
	ln -sfn "$run" "$dir/run"
	look_up_folder
}

# If the service's account cannot enter DIR, as below /root, DIR/data is a link.
make_data() {
	local elsewhere

	if ! [ -e "$dir/data" ]; then
		rm -f "$dir/data"
		if as_server test -x "$dir"; then
			mkdir "$dir/data"
		else
			elsewhere=$(mktemp -d /var/lib/pixtier-quickstart.XXXXXX)
			ln -s "$elsewhere" "$dir/data"
			say "www-data cannot enter $dir; the data is in $elsewhere"
		fi
	fi
	look_up_folder
	chmod 711 "$data"
	install -d -m 700 "${owner[@]}" "$data/keys" "$data/store" \
		"$data/store/objects" "$data/store/tmp" "$data/log"
}

# Copies the programs, because the service's account may be unable to read the
# checkout.
copy_programs() {
	local program

	install -d "$data/bin" "$data/host" "$data/schema" "$data/site"
	for program in pixtier-fcgi pixtier-worker pixtier-decoder pixtierctl; do
		[ -x "$build/$program" ] || die "$build/$program is missing; build it first"
		install -m 755 "$build/$program" "$data/bin/"
	done
	install -m 644 -t "$data/schema" "$here"/schema/*.sql
	rm -rf "$data/www"
	(cd "$here" && find www -type f -exec install -D -m 644 '{}' "$data/{}" \;)
	install -m 644 -t "$data/site" "$here/nginx/pixtier_fastcgi_params" \
		"$here"/lighttpd/*.lua "$here/lighttpd/416.html" \
		"$here/lighttpd/pools.conf" "$here/apache/pixtier.lua"
}

# Writes standard input to a file that only its owner and the service can read.
write_for_service() {
	rm -f "$1"
	(umask 077 && cat >"$1")
	[ ${#owner[@]} = 0 ] || chgrp www-data "$1"
	chmod 640 "$1"
}

random_password() { head -c 18 /dev/urandom | base64 | tr '+/' '-_'; }

base_url() { printf 'http://127.0.0.1:%s%s' "$port" "$path"; }

# derived_settings PASSWORD: prints the settings that depend on the folder, the
# port and the web server.
derived_settings() {
	local delivery=accel

	[ "$server" = nginx ] || delivery=sendfile
	cat <<-END
	base_url = "$(base_url)"
	listen = "$run/sock/fcgi.sock"
	listen_uploads = "$run/sock/uploads.sock"
	db_socket = "$run/sock/db.sock"
	db_user = "pixtier"
	db_password = "$1"
	db_name = "pixtier"
	store_dir = "$data/store"
	delivery = "$delivery"
	keys_file = "$data/keys/keys"
	schema_dir = "$data/schema"
	decoder = "$data/bin/pixtier-decoder"
	max_upload = "$max_upload"
	END
	[ ${#owner[@]} = 0 ] || say 'user = "www-data"'
}

# Prints the lines of the existing file that set other settings than those.
added_settings() {
	derived_settings '' | awk '
		{ name = $0; sub(/^[ \t]*/, "", name); sub(/[ \t=].*/, "", name) }
		NR == FNR { derived[name]; next }
		/^# (Rewritten by )?\.\/quickstart/ || name in derived { next }
		{ print }' - "$conf"
}

write_settings() {
	local added=''

	[ ! -f "$conf" ] || added=$(added_settings)
	write_for_service "$conf" <<-END
	# ./quickstart up sets these at each start:
	$(derived_settings "$1")
	# ./quickstart up keeps what you add:
	$added
	END
	ln -sfn data/pixtier.conf "$dir/pixtier.conf"
}

write_database_settings() {
	database_settings "$here/instance/mariadb.cnf.in" "$data/db" \
		"$run/dbtmp" "$run/sock/db.sock" "$run/init.sql" \
		>"$data/mariadb.cnf" <<-END
	innodb-buffer-pool-size = $db_memory
	loose-innodb-buffer-pool-size-max = $db_memory
	innodb-log-file-size = 16M
	END
	database_accounts "$1" | write_for_service "$run/init.sql"
}

# print_site OPTION...: prints the site of the web server, with other limits for
# measurements.
print_site() {
	as_server "$data/bin/pixtierctl" --config "$conf" site "$server" "$@" \
		--files "$data/site" --www "$data/www" --log-dir "$data/log" |
		sed -e "/limit_conn  /s/100;/${connections-100};/" \
			-e "/client_body_buffer_size  /s/4m;/${body_buffer-4m};/"
}

# Prints the site of a host of which pixtier has only the path. The host's other
# files are in DIR/data/host. Like those of many hosts, its site has a rule for
# some extensions of all paths, which pixtier has, too.
print_host() {
	case $server in
	nginx)
		print_site
		print_site --locations >"$data/site/locations.conf"
		say "server { listen 127.0.0.1:$port; root $data/host;" \
			"location ~ [.](jpg|php)\$ { expires 1d; }" \
			"include $data/site/locations.conf; }"
		;;
	apache)
		print_site >"$data/site/locations.conf"
		printf '%s\n' "Listen 127.0.0.1:$port" \
			"<VirtualHost 127.0.0.1:$port>" \
			"DocumentRoot $data/host" \
			"Include $data/site/locations.conf" \
			'RewriteRule [.](jpg|php)$ - [H=default-handler]' \
			"</VirtualHost>"
		;;
	lighttpd) print_site ;;
	esac
}

# Writes the site, and the settings of the server that include it.
write_server_settings() {
	if [ -n "$path" ]; then
		print_host >"$data/site/pixtier.conf"
	else
		print_site --listen "127.0.0.1:$port" --name localhost \
			>"$data/site/pixtier.conf"
	fi
	sed -e "s|@port@|$port|" -e "s|@run@|$run|" \
		-e "s|@host@|$data/host|" -e "s|@site@|$data/site|" \
		"$here/$server/$server.conf.in" >"$data/site/$server.conf"
	sed -i "s|^local limit = .*|local limit = ${connections-100}|" \
		"$data/site/connections.lua"
	say "$server $port $path" >"$run/site"
}
