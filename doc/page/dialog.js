// dialog.js: modal dialogs. The browser keeps the focus inside and closes them with
// Escape.
import { button, el } from "./dom.js";

// `build(close)` returns the content; close(value) ends the dialog. Resolves with that
// value, or undefined if the reader closed it.
export function openDialog(title, build) {
	return new Promise(resolve => {
		let result;
		const close = value => {
			result = value;
			dialog.close();
		};
		const dialog = el("dialog", {
			"aria-labelledby": "dialog-title",
			onclose: () => {
				dialog.remove();
				resolve(result);
			},
		},
		el("header", {}, el("h2", { id: "dialog-title" }, title),
			button("Cancel", () => close())),
		build(close));

		document.body.append(dialog);
		dialog.showModal();
	});
}

// Resolves with true if the reader agrees.
export async function confirm(title, text, label) {
	return await openDialog(title, close => [
		el("p", {}, text),
		el("div", { class: "buttons" },
			button(label, () => close(true), { class: "danger" })),
	]) === true;
}
