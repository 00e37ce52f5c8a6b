#!/bin/sh
# The files and functions that the documentation names exist: named_files.py. TAP.
here=$(cd "$(dirname "$0")" && pwd)
[ -x /usr/bin/python3 ] || {
	echo "1..0 # SKIP python3 is not installed"
	exit 0
}
exec /usr/bin/python3 -B "$here/named_files.py"
