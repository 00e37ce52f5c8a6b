#!/bin/bash
# Runs gcc -fanalyzer, clang-tidy and cppcheck over the product's code, and fails
# when one has anything to say: make analyze ANALYZE='gcc cppcheck', or all three.
# LINT_CPPFLAGS are the build's, which is in $builddir.

set -u -o pipefail
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
builddir=${builddir:-$PWD}
analyze=$top/tests/analyze
jobs=${ANALYZE_JOBS:-2}
logs=$builddir/analyze
cd "$top" || exit 99
read -ra flags <<<"${LINT_CPPFLAGS-}"
flags=(-std=gnu17 -DHAVE_CONFIG_H -I. "-I$builddir" "${flags[@]/#-DPIXTIER_*/-w}"
	-DPIXTIER_SCHEMA_DIR='"schema"' -DPIXTIER_DECODER='"decoder"'
	-DPIXTIER_SETTINGS_DIR='"settings"' -DPIXTIER_STORE_DIR='"store"'
	-DPIXTIER_RUN_DIR='"run"' -DPIXTIER_DATA_DIR='"data"')

# Of one file; work.c defines what fail.h renames.
case ${1-} in
--gcc | --clang-tidy)
	[ "$2" = lib/base/work.c ] || flags+=(-include "$analyze/fail.h")
	[ "$1" = --clang-tidy ] ||
		exec gcc -O1 -w -fanalyzer "${flags[@]}" -c "$2" -o /dev/null
	clang-tidy --quiet --config-file="$analyze/clang-tidy.yaml" "$2" -- \
		"${flags[@]}" 2>/dev/null
	exit
	;;
esac

mkdir -p "$logs"
mapfile -t files < <(find lib fcgi worker admin -name '*.c' | sort)
only=" $* "
status=0

# shellcheck disable=SC2317 # report calls it
each_file() {
	printf '%s\n' "${files[@]}" |
		top=$top builddir=$builddir \
			xargs -P "$jobs" -n 1 "$analyze/run.sh" "$1"
}

# shellcheck disable=SC2317 # report calls it
all_files() {
	cppcheck --quiet --std=c11 -j "$jobs" \
		--enable=warning,performance,portability \
		--suppressions-list="$analyze/cppcheck.txt" \
		--template='{file}:{line}: warning: {id}: {message}' \
		-I. "-I$builddir" "--include=$analyze/fail.h" "${files[@]}"
}

# report NAME PROGRAM COMMAND...: prints what the command says, which should be
# nothing.
report() {
	local name=$1 log=$logs/$1.log start=$SECONDS found

	[ "$only" = '  ' ] || [[ $only == *" $name "* ]] || return
	if ! command -v "$2" >/dev/null; then
		echo "$name: $2 is not installed" >&2
		status=2
		return
	fi
	"${@:3}" >"$log" 2>&1 || {
		tail -n 5 "$log"
		status=1
	}
	found=$(grep -cE '(warning|error): ' "$log")
	grep -E -A 3 '(warning|error): ' "$log" | head -n 60
	echo "$name: ${#files[@]} files, $found findings, $((SECONDS - start)) s"
	[ "$found" = 0 ] || status=1
}

report gcc gcc each_file --gcc
report clang-tidy clang-tidy each_file --clang-tidy
report cppcheck cppcheck all_files
exit "$status"
