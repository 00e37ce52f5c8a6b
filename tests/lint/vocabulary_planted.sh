#!/bin/sh
# The lint of words must find what is planted, and only that. TAP.
# shellcheck disable=SC2016 # names stand in backquotes
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/lib/base" "$dir/doc" "$dir/fcgi" "$dir/tests/http" "$dir/tests/unit"
n=0

# Writes a file and expects that the lint ends so and says this.
expect() {
	n=$((n + 1))
	printf '%s\n' "$2" >"$dir/$1"
	out=$(VOCABULARY_ROOT=$dir sh "$here/vocabulary.sh")
	status=$?
	if [ "$status" = "$3" ] && echo "$out" | grep -qF "$4"; then
		echo "ok $n - $1: $2"
	else
		echo "not ok $n - $1: $2"
	fi
	rm -f "$dir/$1"
}

echo 1..15
expect lib/base/x.c 'int x; /* Paints it. */' 1 'lib/base/x.c:1: not "Paints": '
expect lib/base/x.c 'static int paint_all(void);' 1 'not "paint_all"'
expect lib/base/x.c 'x(); fence_keep(3);' 1 'lib/base/x.c:1: not "fence_keep": sandbox'
expect lib/base/x.c 'fail(work, ERR_X, "ask whoever runs it");' 1 'not "whoever"'
expect lib/base/x.h 'struct steward;' 1 'not "steward"'
expect doc/x.8 '.SH STRANGERS' 1 'not "STRANGERS"'
expect README.md 'As you wish.' 1 'README.md:1: not "wish"'
expect SECURITY.md 'It is done anew.' 1 'not "anew"'
expect tests/http/test_x.py '"""Tells a story."""' 1 'not "story"'
expect lib/base/x.c 'int repaint, painting_no; /* history, fencer */' 0 'ok 2'
expect lib/base/x.c 'render(rendition); /* in its sandbox */' 0 'ok 2'
expect tests/unit/x.c 'x = image_painted;' 1 'not "image_painted"'
expect tests/unit/x.c '"pixtier_paint_seconds_count"' 0 'ok 2'
expect fcgi/x.c '"pixtier_paint_seconds_count"' 1 'not "pixtier_paint_seconds_count"'
expect doc/glossary.md '| `lib/base/no.c` |' 1 'no file lib/base/no.c'
