#!/bin/bash
# Builds the fuzz targets with libFuzzer, ASan and UBSan, runs each (or those
# named as arguments) for FUZZ_S seconds and prints a table; fails when one found
# something. FUZZ_JOBS run at a time. What they learn stays in
# fuzz-build/corpus, what they find in fuzz-build/found. FUZZ_SEED is libFuzzer's
# seed; 0, the default: another one each time.

set -u
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
seconds=${FUZZ_S:-60}
build=$PWD/fuzz-build
jobs=${FUZZ_JOBS:-$(nproc)}
if [ "$jobs" -gt 2 ] && [ -z "${FUZZ_JOBS-}" ]; then
	jobs=2
fi
export top seconds build

# Whether clang can link a program with libFuzzer.
has_libfuzzer() {
	local out

	command -v clang >/dev/null || return
	out=$(mktemp) || return
	printf '%s' 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n);
		int LLVMFuzzerTestOneInput(const char *d, unsigned long n)
		{ return d && n > 5 ? 0 : 0; }' |
		clang -fsanitize=fuzzer,address -x c - -o "$out" 2>/dev/null
	set -- $?
	rm -f "$out"
	return "$1"
}

build_targets() {
	mkdir -p "$build" && cd "$build" || return
	[ -e Makefile ] ||
		"$top/configure" CC=clang --enable-fuzzing --enable-werror -q ||
		return
	make -j"$jobs" "${targets[@]/#/tests/fuzz/}" tests/fuzz/seeds.stamp
}

# The names of what libFuzzer keeps of a failure.
findings() {
	find "$build/found/$1" -type f ! -name '*.log' | sort
}

# Runs one target and prints its row.
run_target() {
	local target=$1 found=$build/found/$1 seeds=$build/tests/fuzz/seeds
	local options=(-max_total_time="$seconds" -seed="${FUZZ_SEED:-0}"
		-timeout=10 -rss_limit_mb=2048 -print_final_stats=1) status log

	mkdir -p "$build/corpus/$target" "$found"
	rm -f "$found"/*
	[ ! -e "$seeds/$target.dict" ] ||
		options+=("-dict=$seeds/$target.dict")
	log=$found/$target.log
	(cd "$found" && "$build/tests/fuzz/$target" "${options[@]}" \
		"$build/corpus/$target" "$seeds/$target" >"$log" 2>&1)
	status=$?
	[ $status = 0 ] || [ -n "$(findings "$target")" ] ||
		cp "$log" "$found/exit-$status"
	print_row "$target" "$log" "$(findings "$target" | wc -l)"
}

# The last "#N ... cov: E ft: F corp: C/..." and the number of executions.
print_row() {
	local runs edges inputs

	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$2" | tail -n 1)
	edges=$(sed -n 's/^#.* cov: \([0-9]*\).*/\1/p' "$2" | tail -n 1)
	inputs=$(sed -n 's/^#.* corp: \([0-9]*\).*/\1/p' "$2" | tail -n 1)
	printf '%-20s %12s %8s %8s %9s\n' "$1" "${runs:-0}" "${edges:-0}" \
		"${inputs:-0}" "$3"
}

# What was found, and how it is seen again.
explain() {
	local target input

	for target in "${targets[@]}"; do
		findings "$target" | while read -r input; do
			echo "found: $build/tests/fuzz/$target $input"
			grep -hE 'does not hold|^==.*ERROR|runtime error|SUMMARY' \
				"$build/found/$target/$target.log" | head -n 5
		done
	done
}

targets=("$@")
if [ $# = 0 ]; then
	mapfile -t targets < <(cd "$top/tests/fuzz" &&
		printf '%s\n' *.c | sed 's/\.c$//')
fi
if ! has_libfuzzer; then
	echo 'fuzz: clang has no libFuzzer here: install clang and libclang-rt-14-dev' >&2
	echo 'fuzz: make check runs the targets on their seeds without it' >&2
	exit 2
fi
mkdir -p "$build"
if ! (build_targets) >"$build/build.log" 2>&1; then
	grep -E 'error|\*\*\*' "$build/build.log" | head -n 20 >&2
	echo "fuzz: the build failed: $build/build.log" >&2
	exit 1
fi
export -f run_target print_row findings
printf '%-20s %12s %8s %8s %9s\n' target executions edges inputs findings
printf '%s\n' "${targets[@]}" |
	xargs -P "$jobs" -I TARGET bash -c 'run_target TARGET' |
	tee "$build/table"
explain
awk '{ bad += $5; runs += $2 }
	END { printf "%d targets, %d executions, %d findings\n", NR, runs, bad
	      exit bad > 0 }' "$build/table"
