# shellcheck shell=sh
# npm.sh: fetches tools of npm that tests use. They are kept outside of the tree,
# in PIXTIER_CACHE, one folder for each version.
npm_cache=${PIXTIER_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/pixtier}

# npm_fetch NAME PACKAGE VERSION: sets npm_folder, whose node_modules has the
# package; fetches it unless it is there. Fails if that is not possible.
npm_fetch() {
	npm_folder=$npm_cache/$1-$3
	[ -d "$npm_folder" ] && return
	command -v npm >/dev/null 2>&1 || return
	mkdir -p "$npm_folder.$$" &&
		npm install --prefix "$npm_folder.$$" --no-audit --no-fund \
			--ignore-scripts --loglevel=error "$2@$3" >/dev/null 2>&1
	# Another run may have been faster.
	[ ! -d "$npm_folder.$$/node_modules/$2" ] || [ -d "$npm_folder" ] ||
		mv "$npm_folder.$$" "$npm_folder"
	rm -rf "$npm_folder.$$"
	[ -d "$npm_folder" ]
}
