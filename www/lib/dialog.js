// dialog.js: modal dialogs. The browser keeps the focus inside and closes them
// with Escape.
import { button, el, iconButton } from "./dom.js";
import { t } from "./text.js";

let count = 0;

// Opens a dialog with a title. `build(close)` returns its content; close(value)
// ends it. Resolves with that value, or undefined if the user closed it.
// `required`: it cannot be closed otherwise.
export function openDialog(title, build, { required = false, wide = false } = {}) {
	const id = `dialog-${++count}`;

	return new Promise(resolve => {
		let result;
		const close = value => {
			result = value;
			dialog.close();
		};
		const dialog = el("dialog", {
			"aria-labelledby": id, class: wide ? "wide" : null,
			oncancel: event => required && event.preventDefault(),
			onclose: () => {
				dialog.remove();
				resolve(result);
			},
		},
		el("header", {}, el("h2", { id }, title),
			!required && iconButton("close", t("dialog.close"), () => close())),
		build(close));

		document.body.append(dialog);
		dialog.showModal();
	});
}

// Asks before something that cannot be undone. Resolves with true or false.
export async function confirm(title, text, label) {
	return await openDialog(title, close => [
		el("p", {}, text),
		el("div", { class: "buttons" },
			button(t("dialog.cancel"), () => close(false)),
			button(label, () => close(true), { class: "danger" })),
	]) ?? false;
}
