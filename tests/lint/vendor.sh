#!/bin/sh
# The code of others in www/vendor is that of the packages of npm, unchanged. TAP.
top=${srcdir:-$(dirname "$0")/../..}
# shellcheck source=tests/lib/npm.sh
. "$top/tests/lib/npm.sh"
# shellcheck source=tests/lint/report.sh
. "$top/tests/lint/report.sh"
vendor=$top/www/vendor
version=$(sed -n 's/^| uplot | uplot | \([0-9.]*\) .*/\1/p' "$vendor/README.md")
[ -n "$version" ] || exit 99
npm_fetch uplot uplot "$version" || {
	echo "1..0 # SKIP npm cannot fetch uplot $version"
	exit 0
}
package=$npm_folder/node_modules/uplot
echo 1..3
report "1 - uplot.js" "$(cmp "$package/dist/uPlot.esm.js" "$vendor/uplot/uplot.js" 2>&1)"
report "2 - uplot.css" "$(cmp "$package/dist/uPlot.min.css" "$vendor/uplot/uplot.css" 2>&1)"
report "3 - the licence" "$(cmp "$package/LICENSE" "$vendor/uplot/LICENSE" 2>&1)"
exit "$status"
