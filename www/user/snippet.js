// snippet.js: texts with which other pages show a picture.
const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;" };

const escapeHtml = text => text.replace(/[&<>"]/g, one => entities[one]);
const escapeMarkdown = text => text.replace(/[\\[\]`*_<>!]/g, "\\$&");

// An address may have characters that end it in a snippet.
const escapeUrl = url => url.replace(/[()[\]]/g,
	one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

const kinds = {
	url: ({ url }) => url,
	html: ({ url, alt, width, height }) => `<img src="${escapeHtml(url)}" ` +
		`width="${width}" height="${height}" alt="${escapeHtml(alt)}">`,
	markdown: ({ url, alt }) => `![${escapeMarkdown(alt)}](${escapeUrl(url)})`,
	bbcode: ({ url }) => `[img]${escapeUrl(url)}[/img]`,
};

export const snippetKinds = Object.keys(kinds);

// The text of a kind for a variant of an image: by its lasting address if it has
// one.
export function snippet(kind, { alt }, { url, public_url: lasting, width, height }) {
	return kinds[kind]({ url: lasting ?? url, alt: alt ?? "", width, height });
}

// When a signed address ends, or null if it is none: its token has the seconds in
// five bytes behind its kind, version and key.
export function endOf(url) {
	const token = /\/l\/([\w-]{12})/.exec(url)?.[1];

	if (!token)
		return null;
	const bytes = atob(token.replaceAll("-", "+").replaceAll("_", "/"));
	let seconds = 0;

	for (let i = 4; i < 9; i++)
		seconds = seconds * 256 + bytes.charCodeAt(i);
	return new Date(seconds * 1000);
}
