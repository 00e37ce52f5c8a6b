#!/bin/sh
# The texts of the pages are complete in each language: texts.py. TAP.
here=$(cd "$(dirname "$0")" && pwd)
[ -x /usr/bin/python3 ] || {
	echo "1..0 # SKIP python3 is not installed"
	exit 0
}
exec /usr/bin/python3 -B "$here/texts.py"
