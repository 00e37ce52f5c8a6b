#!/bin/sh
# The lint of names must find what is planted, and only that. TAP.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/admin" "$dir/fcgi" "$dir/lib/model" "$dir/lib/service" "$dir/worker"
cat >"$dir/lib/model/job.c" <<'END'
static const char *const state_names[] = {
	[JOB_QUEUED] = "queued",
	[JOB_DONE]   = "done",
};
static const char *const token_names[] = { "api" };
static const char *const words[] = { "other" };
bool f(void) { return !strcmp(text, "queued"); }
END
echo '#define VARIANT_ORIGINAL "original"' >"$dir/lib/model/variant.h"
n=0

# expect FILE TEXT STATUS SAID: the lint of a file with this text.
expect() {
	n=$((n + 1))
	what=$1:$(printf '%s' "$2" | tr -s '\n\t' ' ')
	printf '%s\n' "$2" >"$dir/$1"
	out=$(NAMES_ROOT=$dir NAMES_FEWEST=4 sh "$here/names.sh")
	status=$?
	if [ "$status" = "$3" ] && echo "$out" | grep -qF "$4"; then
		echo "ok $n - $what"
	else
		printf '%s\n' "$out" | sed 's/^/# /'
		echo "not ok $n - $what"
	fi
	rm -f "$dir/$1"
}

echo 1..12
expect fcgi/x.c 'if (!strcmp(job->state, "done"))' 1 'fcgi/x.c:1: "done"'
expect lib/service/x.c 'a; return strcmp(name_of(x), "original") || y;' 1 'lib/service/x.c:1: "original"'
expect admin/x.c 'if (text_has_word("queued running", state))' 1 'admin/x.c:1: "queued"'
expect worker/x.c 'x = strcasecmp("api", kind);' 1 'worker/x.c:1: "api"'
expect fcgi/x.h 'static inline bool f(void) { return !strncmp("done", a, 4); }' 1 'fcgi/x.h:1: "done"'
expect fcgi/x.c '
f(strcmp(a, "b"), strcmp(long_name(of, a),
	"queued"))' 1 'fcgi/x.c:2: "queued"'
expect fcgi/x.c 'f(strcmp(a, "b"), "queued");' 0 'ok 2'
expect fcgi/x.c 'json_set_text(json, "status", "done");' 0 'ok 2'
expect fcgi/x.c 'if (!strcmp(text, "undone") || !strcmp(text, "other"))' 0 'ok 2'
expect fcgi/x.c 'if (job->state == JOB_DONE)' 0 'ok 2'
expect lib/model/x.c 'bool f(void) { return !strcmp(text, "done"); }' 0 'ok 2'
expect lib/model/job.c 'static char *state_names[] = { "queued" };' 1 'the lint found 1 names, and there were 4'
