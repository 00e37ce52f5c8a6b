#!/bin/sh
# Runs the tests behind a web server: run.sh nginx|lighttpd [PYTEST OPTION]...
# PIXTIER_STORIES names some of them, as pytest's -k does. With PIXTIER_PATH, such
# as /pictures, pixtier is below this path of a host that has other files, too, and
# only the main tests run. A -k of the command line overrides both.
PIXTIER_SERVER=$1
here=$(cd "$(dirname "$0")" && pwd -P) || exit 99
abs_top_builddir=${abs_top_builddir:-${builddir:-$here/../../build}}
export PIXTIER_SERVER abs_top_builddir
shift
main='test_path or test_no_log_has_a_token or test_doctor or test_top'
main="$main or test_links or test_images or test_accounts or test_jobs"
main="$main or test_documentation or test_webhooks or imagify"
main="$main or image_api_links or test_dialect_thumbnail_generator"
main="$main or test_dialect_resize_tasks or test_dialect_thumbnails"
main="$main or test_public or test_www"
slow='few_of_many or search or index or no_task or largest or backup'
main="($main) and not ($slow)"
[ -z "$PIXTIER_PATH" ] ||
	PIXTIER_STORIES="($main)${PIXTIER_STORIES:+ and ($PIXTIER_STORIES)}"

for module in pytest requests PIL pymysql jsonschema; do
	/usr/bin/python3 -c "import $module" 2>/dev/null || {
		echo "1..0 # SKIP python3 has no $module"
		exit
	}
done
cd "$here" || exit 99
exec /usr/bin/python3 -B -m pytest -p no:cacheprovider --tap \
	${PIXTIER_STORIES:+-k "$PIXTIER_STORIES"} "$@" .
