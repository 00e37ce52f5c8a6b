#!/bin/sh
# The lint of the pages must find what is planted, and only that. TAP.
# shellcheck disable=SC1003,SC2016 # lines end with \, and ${ is JavaScript
here=$(cd "$(dirname "$0")" && pwd) || exit 99
[ -x /usr/bin/python3 ] || {
	echo "1..0 # SKIP python3 is not installed"
	exit 0
}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
n=0

# The pages without faults.
plant() {
	rm -rf "$dir/www"
	mkdir -p "$dir/www/lib" "$dir/www/vendor"
	printf '%s\n' 'www_files = \' '	www/index.html \' '	www/lib/a.js \' \
		'	www/lib/b.js \' '	www/look.css \' '	www/marks.svg \' \
		'	www/vendor/x.js' 'wwwdir = x' >"$dir/Makefile.am"
	echo 'element.innerHTML = "http://other.example/";  ' >"$dir/www/vendor/x.js"
	printf '%s\n' '<link href="www/look.css">' '<main class="plain"></main>' \
		'<script src="www/lib/a.js"></script>' >"$dir/www/index.html"
	printf '%s\n' 'import { b as c } from "./b.js";' '// innerHTML' \
		'c.style.width = 1;' 'el("p", { class: `plain ${c}` }, icon("mark"));' \
		'const format = new Format(c, { style: "unit" });' >"$dir/www/lib/a.js"
	printf '%s\n' 'export const b = {' '	placeholder: "https://example.org/a.jpg",' \
		'};' >"$dir/www/lib/b.js"
	echo '.plain, .u-legend { margin: .5rem; }' >"$dir/www/look.css"
	echo '<symbol id="mark"/>' >"$dir/www/marks.svg"
}

# expect WHAT STATUS SAID
expect() {
	n=$((n + 1))
	out=$(WWW_ROOT=$dir WWW_FEWEST=${fewest:-1} sh "$here/www.sh")
	status=$?
	faults=$(echo "$out" | grep -c '^# ')
	if [ "$status" = "$2" ] && [ "$faults" -le 1 ] &&
		echo "$out" | grep -qF "$3"; then
		echo "ok $n - $1"
	else
		printf '%s\n' "$out" | sed 's/^/# /'
		echo "not ok $n - $1"
	fi
	plant
}

# add FILE LINE
add() { printf '%s\n' "$2" >>"$dir/www/$1"; }

# change FILE SED-SCRIPT
change() { sed -i "$2" "$dir/$1"; }

echo 1..26
plant
expect "the pages as they are" 0 "ok 8"
for line in 'e.innerHTML = c;' 'eval(c);' 'new Function(c);' \
	'el("p", { style: c });' 'e.setAttribute("style", c);' \
	'setTimeout("c", 1);'; do
	add lib/a.js "$line"
	expect "$line" 1 "the policy forbids it"
done
for line in '<script>c</script>' '<style></style>' '<p style="x">' \
	'<p onclick="x">'; do
	add index.html "$line"
	expect "$line" 1 "the policy forbids it"
done
add lib/a.js 'load("https://other.example/");'
expect "an address of another host" 1 "https://other.example/"
add lib/a.js "// $(printf '%0100d' 0)"
expect "a long line" 1 "lib/a.js:6: 103 columns, not 100"
add lib/a.js ' c();'
expect "a line that begins with a blank" 1 "begins with a blank"
add lib/a.js 'c(); '
expect "a line that ends with a blank" 1 "ends with a blank"
add look.css ''
expect "an empty line at the end" 1 "look.css: does not end with one"
add lib/b.js 'export const = 1;'
if command -v node >/dev/null 2>&1; then
	expect "an error of syntax" 1 "lib/b.js: Unexpected token"
else
	plant
	n=$((n + 1))
	echo "ok $n - an error of syntax # SKIP node is not installed"
fi
change www/lib/a.js 's/b\.js/c.js/'
expect "an import of a module that is not there" 1 "there is no ./c.js"
change www/lib/b.js 's/const b/const d/'
expect "an import of a name that is not there" 1 "./b.js does not export b"
change www/lib/a.js 's/import { b as c }/import { b as c, b as unused }/'
expect "an import that is not used" 1 "does not use unused of ./b.js"
change www/index.html 's,src="www/lib/a.js",src="www/lib/c.js",'
expect "a script that is not there" 1 "there is no www/lib/c.js"
add lib/a.js 'icon("none");'
expect "an icon that is not there" 1 "icons.svg has no none"
add marks.svg '<symbol id="other"/>'
expect "an icon that no module uses" 1 "no module uses other"
add lib/a.js 'el("p", { class: c ? "none" : "plain" });'
expect "a class that is not there" 1 "style.css has no class none"
add look.css '@media print { .other { margin: 0; } }'
expect "a class that no module uses" 1 "no module uses the class other"
change Makefile.am '/look/d'
expect "a file that is not installed" 1 "www/look.css: only in one of"
