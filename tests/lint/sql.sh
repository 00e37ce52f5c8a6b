#!/bin/sh
# sql.sh: a private MariaDB prepares every statement of the code: sql.py. TAP.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
top=$(cd "${srcdir:-$here/../..}" && pwd) || exit 99
ctl=${PIXTIERCTL:-${builddir:-.}/pixtierctl}

skip() {
	echo "1..0 # SKIP $1"
	exit
}

/usr/bin/python3 -c 'import pymysql' 2>/dev/null ||
	skip "python3 has no pymysql"
[ -x "$ctl" ] || skip "$ctl is not built"
out=$(sh "$here/../lib/mariadb.sh" run /usr/bin/python3 -B "$here/sql.py" \
	"$top" "$ctl")
status=$?
[ $status != 77 ] || skip "MariaDB is not installed"
printf '%s\n' "$out"
exit $status
