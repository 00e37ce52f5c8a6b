#!/bin/bash
# body_buffer.sh [KIB [ROUNDS]]: measures nginx's client_body_buffer_size. For each
# value it prints the bodies per second, and the CPU of nginx and the responders for
# one body. The bodies have KIB KiB and are not pictures, so that rendering does not
# hide the cost of reading. It needs wrk, and a build in build/ or in $BUILD.

set -eu -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd -P)
kib=${1:-600}
rounds=${2:-3}
sizes=(16k 128k 1m 4m)
port=18099
dir=$(mktemp -d /tmp/px-bench.XXXXXX)
export body_buffer

quickstart() {
	"$top/quickstart" "$@" --dir "$dir" --build "${BUILD:-$top/build}" >/dev/null
}

finish() {
	quickstart down
	rm -rf "$dir" "$dir-post.lua"
}
trap finish EXIT

# The CPU ticks of a process and its descendants.
ticks() {
	local pid=$1 child children sum

	sum=$(awk '{ print $14 + $15 + $16 + $17 }' "/proc/$pid/stat")
	read -r -a children <"/proc/$pid/task/$pid/children" || true
	for child in "${children[@]}"; do
		sum=$((sum + $(ticks "$child")))
	done
	echo "$sum"
}

all_ticks() {
	echo $(($(ticks "$(cat "$dir/run/web.pid")") +
		$(ticks "$(cat "$dir/run/fcgi.pid")")))
}

# Uses a token, because checking a password costs more CPU than the body.
write_request() {
	local password token

	password=$(sed -n 's/^ *"basic": "\(.*\)",$/\1/p' "$dir/credentials.json")
	token=$(curl -s -u "basic:$password" -d '{"name":"bench"}' \
		-H 'Content-Type: application/json' \
		"http://127.0.0.1:$port/v1/tokens" | grep -o 'px_[A-Za-z0-9_-]*')
	cat >"$dir-post.lua" <<-END
	wrk.method, wrk.body = "POST", ("x"):rep($kib * 1024)
	wrk.headers["Content-Type"] = "image/jpeg"
	wrk.headers["Authorization"] = "Bearer $token"
	END
}

measure() {
	local before after answer

	before=$(all_ticks)
	answer=$(wrk -t1 -c16 -d4s -s "$dir-post.lua" \
		"http://127.0.0.1:$port/v1/images?name=x")
	after=$(all_ticks)
	awk -v size="$1" -v ticks=$((after - before)) '
		/requests in/ { count = $1 }
		/Requests\/sec/ { rate = $2 }
		END { printf "%-5s %9.0f /s %7.3f ms CPU\n", size, rate,
			ticks * 10 / count }' <<<"$answer"
}

for ((round = 0; round < rounds; round++)); do
	for body_buffer in "${sizes[@]}"; do
		quickstart up -d --port $port --no-build --no-sample
		write_request
		measure "$body_buffer"
		quickstart down
	done
done
