// copy.js: buttons that copy a text.
import { openDialog } from "./dialog.js";
import { button, el, icon } from "./dom.js";
import { notify } from "./notice.js";
import { t } from "./text.js";

// Browsers allow the clipboard only to pages with TLS or of this machine: others
// show the text, selected.
export async function copy(text) {
	try {
		await navigator.clipboard.writeText(text);
		notify(t("copy.done"));
	} catch {
		await openDialog(t("copy.title"), () => {
			const area = el("textarea", {
				readonly: true, rows: 6, "aria-label": t("copy.title"), autofocus: true,
				onfocus: event => event.target.select(),
			});

			area.value = text;
			return area;
		});
	}
}

// `text` may be a function, for a text that is made when it is needed.
export const copyButton = (label, text, attributes = {}) =>
	button([icon("copy"), label],
		async () => copy(typeof text === "function" ? await text() : text), attributes);
