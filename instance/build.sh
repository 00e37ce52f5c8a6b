# shellcheck shell=bash
# build.sh: builds pixtier. ./quickstart sources it, and sets here, build and
# may_build. The output of the tools goes to BUILD/quickstart.log.

logged() {
	"$@" </dev/null >>"$build/quickstart.log" 2>&1 || fail_build "$@"
}

fail_build() {
	tail -n 25 "$build/quickstart.log" >&2
	die "failed: $*; the whole output is in $build/quickstart.log"
}

# Logs the output of make, and prints a line after every fifty files. Debian's awk
# (mawk) cannot do this, because it buffers its input.
show_progress() {
	local line files=0

	while IFS= read -r line; do
		say "$line" >&3
		[[ $line == "  CC "* ]] || continue
		files=$((files + 1))
		[ $((files % 50)) != 0 ] || say "  compiled $files of at most $1 files"
	done 3>>"$build/quickstart.log"
}

# compile TARGET...: runs make and prints the progress. The total is an upper
# bound: the dry run counts all files that depend on config.h.
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
