#!/bin/sh
# The files of the pages are right, and fit together: www.py. TAP.
here=$(cd "$(dirname "$0")" && pwd)
[ -x /usr/bin/python3 ] || {
	echo "1..0 # SKIP python3 is not installed"
	exit 0
}
exec /usr/bin/python3 -B "$here/www.py"
