#!/bin/sh
# Runs a unit test. cmocka 1.1.5 prints "not ok N # SKIP name" for what TAP and
# automake call "ok N # SKIP name".
out=$("$@")
status=$?
printf '%s\n' "$out" | sed 's/^not ok \([0-9]* # SKIP\)/ok \1/'
exit $status
