#!/bin/sh
# The lint of the texts of the pages must find what is planted, and only that. TAP.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
[ -x /usr/bin/python3 ] || {
	echo "1..0 # SKIP python3 is not installed"
	exit 0
}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/lib/base" "$dir/www/lib" "$dir/www/text"
n=0

# The texts and the module that uses them, without faults.
plant() {
	printf '\t[ERR_GONE] = { 410, "gone", "No longer public" },\n' \
		>"$dir/lib/base/err.c"
	printf 'export const languages = {\n\tde: "Deutsch",\n\ten: "English",\n};\n' \
		>"$dir/www/lib/text.js"
	printf '%s\n' 'export default {' '	// A' '	"a.name": "{name}",' \
		'	"b.pages": { one: "{count} page", other: "{count} pages" },' '};' \
		>"$dir/www/text/en.js"
	printf '%s\n' 'export default {' '	// A' '	"a.name": "{name}!",' \
		'	"b.pages": { one: "{count} Seite", other: "{count} Seiten" },' \
		'	// B' '	"problem.gone": "Weg",' '};' >"$dir/www/text/de.js"
	printf '// t("comment")\nt("a.name", { name });\nt(`b.${what}`);\n' \
		>"$dir/www/lib/page.js"
}

# expect WHAT STATUS SAID
expect() {
	n=$((n + 1))
	out=$(TEXTS_ROOT=$dir TEXTS_FEWEST=${fewest:-1} sh "$here/texts.sh")
	status=$?
	if [ "$status" = "$2" ] && echo "$out" | grep -qF "$3"; then
		echo "ok $n - $1"
	else
		printf '%s\n' "$out" | sed 's/^/# /'
		echo "not ok $n - $1"
	fi
	plant
}

# change FILE SED-SCRIPT
change() { sed -i "$2" "$dir/www/$1"; }

echo 1..10
plant
expect "the texts as they are" 0 "ok 5"
echo 'export default {};' >"$dir/www/text/fr.js"
expect "a language that is not listed" 1 "fr: only in one of"
rm "$dir/www/text/fr.js"
change text/de.js '/a\.name/d'
expect "a text that a language lacks" 1 "de: no text for a.name"
change text/de.js '/problem/d'
expect "a refusal that a language lacks" 1 "de: no text for problem.gone"
change text/de.js 's/{count} Seiten/{number} Seiten/'
expect "a value with another name" 1 "de: b.pages has other values"
change text/de.js 's/a\.name/a.other/'
expect "a text that English lacks" 1 "de: a.other is not in en.js"
echo 't("c.none");' >>"$dir/www/lib/page.js"
expect "a module that uses a text that is not there" 1 "no text for c.none"
change lib/page.js '/^t("a/d'
expect "a text that no module uses" 1 "no module uses a.name"
change text/en.js '/a\.name/{h;d};/b\.pages/G'
expect "a text in the wrong place" 1 "en.js: b.pages is not in its place"
fewest=9
expect "fewer texts than there were" 1 "the lint found 2 texts"
