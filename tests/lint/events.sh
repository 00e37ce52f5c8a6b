#!/bin/sh
# doc/operating.md explains each event of the log. TAP.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
top=$(cd "${srcdir:-$here/../..}" && pwd) || exit 99
# shellcheck source=tests/lint/report.sh
. "$here/report.sh"
[ -x /usr/bin/python3 ] || {
	echo "1..0 # SKIP python3 is not installed"
	exit 0
}

events() { /usr/bin/python3 -B "$here/events.py" "$1" 2>&1; }

echo 1..2
report "1 - doc/operating.md has the events of the log" "$(events "$top")"

dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/doc"
ln -s "$top/lib" "$top/fcgi" "$top/worker" "$dir"
sed 's/^| `request` |/| `requests` |/; s/^| `retention` | info/| `retention` | error/' \
	"$top/doc/operating.md" >"$dir/doc/operating.md"
report "2 - it finds what is planted" "$(
	events "$dir" | diff - /dev/fd/3 3<<-'END'
		doc/operating.md lacks the event request
		doc/operating.md: nothing logs requests
		doc/operating.md: retention has the level info
	END
)"
exit $status
