# shellcheck shell=sh
# report.sh: prints the results of lints that look for several faults. The lint
# ends with "exit $status".
status=0

# report NAME FAULTS: prints the result of one test, which is good if there are
# no faults.
report() {
	if [ -n "$2" ]; then
		printf '%s\n' "$2" | sed 's/^/# /'
		printf 'not '
		status=1
	fi
	echo "ok $1"
}
