#!/bin/sh
# bash completes every command and option of `pixtierctl --help` with what
# `pixtierctl completion` prints. TAP.
# shellcheck source=tests/lint/fewest.sh
. "$(dirname "$0")/fewest.sh"
# shellcheck source=tests/lint/report.sh
. "$(dirname "$0")/report.sh"
ctl=${PIXTIERCTL:-${builddir:-.}/pixtierctl}

for needed in "$ctl" "$(command -v bash)"; do
	[ -x "$needed" ] || {
		echo "1..0 # SKIP $ctl is not built, or there is no bash"
		exit 0
	}
done
echo 1..4

# proposals WORD...: prints the words that bash proposes for the last one.
proposals() {
	"$ctl" completion | bash -c '
		source /dev/stdin
		compopt() { :; }
		COMP_WORDS=(pixtierctl "$@") COMP_CWORD=$#
		_pixtierctl
		echo "${COMPREPLY[@]}"' bash "$@"
}

# is_proposed WORD TEXT...: complains if bash does not complete TEXT to WORD.
is_proposed() {
	wanted=$1
	shift
	case " $(proposals "$@") " in
	*" $wanted "*) ;;
	*) echo "$* is not completed to $wanted" ;;
	esac
}

bad=$(
	exec 3>&1
	"$ctl" --help | sed -n 's/^  \([a-z]\)/\1/p' | fewest 38 commands |
		while read -r group name rest; do
			is_proposed "$group" "$(printf '%.2s' "$group")"
			case $name in
			[a-z]*) is_proposed "$name" --config x "$group" "" ;;
			*) rest="$name $rest" name='' ;;
			esac
			for word in $(printf '%s\n' "$rest" | tr '[]|' '   '); do
				case $word in
				--*) is_proposed "$word" "$group" ${name:+"$name"} -- ;;
				esac
			done
		done
)
report "1 - each command and option is proposed" "$bad"

# A line has the proposals, a colon and the words before the cursor.
bad=$(
	while IFS=: read -r wanted words; do
		# shellcheck disable=SC2086 # words
		found=$(eval "proposals $words")
		[ "$found" = "$wanted" ] || echo "$words: \"$found\", not \"$wanted\""
	done <<-'END'
		yes no:user list --disabled ''
		queued:job list --state q
		hour day month:stats --history ''
		delete_user:--json job list --kind d
		list add set delete watermark:tier ''
		user:help u
		max_side= max_bytes= max_pixels= max_enlarged_pixels= max_fetches= max_pending_seconds=:tier set Basic max_
		is_admin=:user set ada i
		--limit:audit --l
		--config:stats --c
		:user list --name a
		:token revoke ''
		:nonsense ''
	END
)
report "2 - values and fields are proposed, and nothing where nothing is known" "$bad"

bad=$(proposals --config "$ctl" | grep -vxF "$ctl")
report "3 - files are proposed for --config" "$bad"

bad=$("$ctl" completion | bash -n 2>&1)
report "4 - bash reads the script without an error" "$bad"
exit $status
