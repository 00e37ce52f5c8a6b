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

# compile TARGET...: make, with a line for each fifty files.
compile() {
	local total

	total=$(make -n "$@" 2>/dev/null </dev/null | grep -c -- ' -c -o ') || true
	make -j"$(nproc)" "$@" 2>&1 </dev/null |
		tee -a "$build/quickstart.log" |
		awk -v total="$total" '/^  CC / && ++n % 50 == 0 {
			print "  compiled " n " of " total " files"
			fflush()
		}' || fail_build make "$@"
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
