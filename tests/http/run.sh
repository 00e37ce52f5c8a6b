#!/bin/sh
# Runs the tests behind a web server: run.sh nginx|lighttpd [PYTEST OPTION]...
# PIXTIER_STORIES names some of them, as pytest's -k does.
PIXTIER_SERVER=$1
here=$(cd "$(dirname "$0")" && pwd -P) || exit 99
abs_top_builddir=${abs_top_builddir:-${builddir:-$here/../../build}}
export PIXTIER_SERVER abs_top_builddir
shift

for module in pytest requests PIL pymysql jsonschema; do
	/usr/bin/python3 -c "import $module" 2>/dev/null || {
		echo "1..0 # SKIP python3 has no $module"
		exit
	}
done
cd "$here" || exit 99
exec /usr/bin/python3 -B -m pytest -p no:cacheprovider --tap \
	${PIXTIER_STORIES:+-k "$PIXTIER_STORIES"} "$@" .
