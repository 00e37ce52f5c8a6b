#!/bin/sh
# Every route, setting, error code, job kind and metric occurs in a test. TAP.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/lint/fewest.sh
. "$here/fewest.sh"
cd "${MENTIONS_ROOT:-${srcdir:-.}}" || exit 99
bad=$(
	exec 3>&1
	sed -n 's/.*METHOD_\([A-Z]*\), *"\([^"]*\)".*/\1 \2/p' fcgi/routes.c |
		fewest 79 routes |
		while read -r method path; do
			grep -rqF "$method $path" tests/http ||
				echo "route \"$method $path\" is in no test of tests/http"
		done
	sed -n 's/.*_ROW(\([a-z_0-9]*\),.*/\1/p' lib/base/conf.c |
		fewest 86 settings |
		while read -r setting; do
			grep -rqw "$setting" tests/http tests/unit ||
				echo "setting $setting is in no test"
		done
	sed -n 's/.*\[ERR_[A-Z_]*\] *= { *[0-9]*, "\([a-z_]*\)".*/\1/p' lib/base/err.c |
		fewest 32 'error codes' |
		while read -r code; do
			grep -rqw "$code" tests/http ||
				echo "error code $code is in no test of tests/http"
		done
	sed -n '/ kind_names/,/^}/s/^\t\[JOB_[A-Z_]*\] *= "\([a-z_]*\)",/\1/p' \
		lib/model/job.c |
		fewest 5 'job kinds' |
		while read -r kind; do
			grep -rqw "$kind" tests/http ||
				echo "job kind $kind is in no test of tests/http"
		done
	sed -n 's/^\t\[METRIC_[A-Z_]*\] *= { "\([a-z_]*\)".*/\1/p' lib/process/metric.c |
		fewest 19 metrics |
		while read -r metric; do
			grep -rqF "$metric" tests/http tests/unit ||
				echo "metric $metric is in no test"
		done
)
echo 1..1
if [ -n "$bad" ]; then
	printf '%s\n' "$bad" | sed 's/^/# /'
	echo "not ok 1 - routes, settings, error codes, job kinds and metrics are tested"
	exit 1
fi
echo "ok 1 - routes, settings, error codes, job kinds and metrics are tested"
