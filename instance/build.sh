# shellcheck shell=bash
# build.sh: builds pixtier. Sourced by ./quickstart, which sets here, build and
# may_build; what the tools print goes to BUILD/quickstart.log.

logged() {
	"$@" </dev/null >>"$build/quickstart.log" 2>&1 || fail_build "$@"
}

fail_build() {
	tail -n 25 "$build/quickstart.log" >&2
	die "failed: $*; all of it is in $build/quickstart.log"
}

# Logs what make prints, and prints a line for each fifty of the files. The
# awk of Debian would wait for more lines than one.
show_progress() {
	local line files=0

	while IFS= read -r line; do
		say "$line" >&3
		[[ $line == "  CC "* ]] || continue
		files=$((files + 1))
		[ $((files % 50)) != 0 ] || say "  compiled $files of at most $1 files"
	done 3>>"$build/quickstart.log"
}

# compile TARGET...: make, with its progress. The dry run takes config.h for new,
# and counts all files that depend on it.
compile() {
	local total

	total=$(make -n "$@" 2>/dev/null </dev/null | grep -c -- ' -c -o ') || true
	make -j"$(nproc)" "$@" 2>&1 </dev/null | show_progress "$total" ||
		fail_build make "$@"
}

build_programs() (
	[ "$may_build" = yes ] || exit 0
	say "Building in $build; the first time takes a minute or two"
	mkdir -p "$build"
	: >"$build/quickstart.log"
	cd "$here"
	[ -x configure ] || { say "  autoreconf"; logged autoreconf -fi; }
	cd "$build"
	[ -f Makefile ] || { say "  configure"; logged "$here/configure"; }
	compile
)
