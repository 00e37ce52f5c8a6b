#!/bin/sh
# Fails when a file is not as .clang-format has it. TAP. Other versions of
# clang-format than 14 break lines elsewhere.
cd "${srcdir:-.}" || exit 99
format=$(command -v clang-format-14 || command -v clang-format)
case $($format --version 2>/dev/null) in
*version\ 14.*) ;;
*)
	echo "1..0 # SKIP clang-format 14 is not installed"
	exit
	;;
esac
echo 1..2
status=0
if [ "$(find admin fcgi lib tests worker -name '*.[ch]' | wc -l)" -ge 500 ]; then
	echo 'ok 1 - the files are found'
else
	echo 'not ok 1 - the files are found: there were 500'
	status=1
fi
if find admin fcgi lib tests worker -name '*.[ch]' \
	! -name documents.h ! -path '*/node_modules/*' -print0 | sort -z |
	xargs -0 "$format" --dry-run --Werror 2>&1 | grep 'error:' |
	sed 's/: error:.*//; s/^/# /' | grep .; then
	echo 'not ok 2 - the files are formatted'
	exit 1
fi
echo 'ok 2 - the files are formatted'
exit $status
