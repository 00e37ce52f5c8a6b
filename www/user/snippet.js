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
