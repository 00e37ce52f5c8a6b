# shellcheck shell=bash
# users.sh: makes the users of an instance, and uploads pictures as each of them.
# ./quickstart sources it, after folder.sh.

users=(basic:Basic premium:Premium enterprise:Enterprise admin:Enterprise)

ctl() { "${as_service[@]}" "$data/bin/pixtierctl" --config "$conf" "$@"; }

password_of() {
	sed -n "s/^ *\"$1\": \"\\(.*\\)\",\\{0,1\\}\$/\\1/p" \
		"$dir/credentials.json" 2>/dev/null || true
}

write_credentials() {
	local entry name password lines=()

	for entry in "${users[@]}"; do
		name=${entry%:*}
		password=$(password_of "$name")
		lines+=("    \"$name\": \"${password:-$(random_password)}\"")
	done
	(
		umask 077
		printf '{\n  "base_url": "%s",\n' "$(base_url)"
		printf '  "users": {\n'
		printf '%s,\n' "${lines[@]}" | sed '$s/,$//'
		printf '  }\n}\n'
	) >"$dir/credentials.new"
	chmod 600 "$dir/credentials.new"
	mv "$dir/credentials.new" "$dir/credentials.json"
}

make_users() {
	local entry name known options had_credentials=no

	[ ! -s "$dir/credentials.json" ] || had_credentials=yes
	write_credentials
	known=$(ctl user list --json)
	for entry in "${users[@]}"; do
		name=${entry%:*}
		options=(user add "$name" --tier "${entry#*:}")
		[ "$name" != admin ] || options+=(--admin)
		if [[ $known == *"\"$name\""* ]]; then
			[ $had_credentials = no ] || continue
			options=(user passwd "$name")
		fi
		password_of "$name" | ctl "${options[@]}" --password-stdin >/dev/null
	done
}

# api USER FILE CURL_OPTION...: sends a request, prints its status and writes the
# response to FILE. The password is not in the command line, which other users can
# see.
api() {
	local user=$1 answer=$2

	shift 2
	curl -sS -m 120 -o "$answer" -w '%{http_code}' "$@" --config - <<-END
	user = "$user:$(password_of "$user")"
	END
}

# Prints a JSON file as one line, with \/ replaced by /.
flat() {
	tr -d '\n' <"$1" | sed 's|\\/|/|g'
	say
}

# field NAME FILE: prints the first string with this name, or nothing.
field() {
	flat "$2" | grep -o "\"$1\": *\"[^\"]*\"" | head -n 1 |
		cut -d '"' -f 4 || true
}

# Prints the original and each variant of an image with their URLs.
print_urls() {
	flat "$1" | tr '{' '\n' | sed -n \
		-e 's/^ *"variant": *"\([^"]*\)".*"url": *"\([^"]*\)".*/\1 \2/p' \
		-e 's/^ *"url": *"\([^"]*\)".*/original \1/p' |
		while read -r variant url; do
			printf '    %-10s %s\n' "$variant" "$url"
		done
}

await_image() {
	local user=$1 answer=$2 id turn

	id=$(field id "$answer")
	for ((turn = 0; turn < 120; turn++)); do
		[ "$(field status "$answer")" = processing ] || return 0
		sleep 0.5
		api "$user" "$answer" "$(base_url)/v1/images/$id" >/dev/null
	done
}

upload() {
	local user=$1 file=$2 answer=$3 status quoted

	quoted=${file//\\/\\\\}
	quoted=${quoted//\"/\\\"}
	status=$(api "$user" "$answer" -F "image=@\"$quoted\"" \
		"$(base_url)/v1/images")
	case $status in
	201) ;;
	202) await_image "$user" "$answer" ;;
	*)
		say "  $user: uploading $file failed with $status:" \
			"$(field detail "$answer")"
		return
		;;
	esac
	say "  $user: ${file##*/}"
	print_urls "$answer"
}

print_link() {
	local answer=$1 id status

	id=$(field id "$answer")
	[ -n "$id" ] || return 0
	status=$(api enterprise "$answer" -H 'Content-Type: application/json' \
		-d '{"expires_in":300}' "$(base_url)/v1/images/$id/links")
	[ "$status" != 201 ] ||
		printf '    %-10s %s\n' '300 s link' "$(field url "$answer")"
}

# Uploads the sample at the first start, and the given files at each.
upload_all() {
	local work user file

	if [ ${#files[@]} = 0 ] && [ "$sample" = yes ] && ! [ -e "$data/sample" ]; then
		files=("$here/doc/sample.jpg")
		: >"$data/sample"
	fi
	[ ${#files[@]} -gt 0 ] || return 0
	work=$(mktemp -d /tmp/pixtier.XXXXXX)
	for file in "${files[@]}"; do
		for user in basic premium enterprise; do
			upload "$user" "$file" "$work/answer"
		done
		print_link "$work/answer"
	done
	rm -rf "$work"
}

print_users() {
	local entry name

	for entry in "${users[@]}"; do
		name=${entry%:*}
		printf '  %-12s %-12s %s\n' "$name" "${entry#*:}" \
			"$(password_of "$name")"
	done
}
