// notice.js: short notes at the edge of the page, which are read aloud and go
// away by themselves, unless they tell of a failure.
import { button, el, iconButton } from "./dom.js";
import { reason } from "./api.js";
import { t } from "./text.js";

const STAY_MS = 6000;
const region = el("div", { class: "notices", role: "status", "aria-live": "polite" });

function show(kind, text, parts, ms) {
	const close = () => note.remove();
	const note = el("div", { class: `notice ${kind}` }, el("span", {}, text), parts(close),
		iconButton("close", t("dialog.close"), close));

	if (!region.isConnected)
		document.body.append(region);
	// A dialog is above everything else, so the notes go into it.
	const top = [...document.querySelectorAll("dialog[open]")].at(-1);

	(top ?? document.body).append(region);
	region.append(note);
	if (ms)
		setTimeout(close, ms);
	return close;
}

export const notify = text => show("done", text, () => null, STAY_MS);

export const notifyFailure = error => show("failure", reason(error), () => null, 0);

const pending = new Set();

// Does something that cannot be taken back `seconds` later, unless the user
// undoes it until then. act({ keepalive }) is also called when the page is left.
// `undone` shows the former state again.
export function withUndo(text, act, undone, seconds = 10) {
	let timer;
	const settle = () => {
		clearTimeout(timer);
		pending.delete(finish);
		close();
	};
	const finish = async options => {
		settle();
		try {
			await act(options);
		} catch (error) {
			undone();
			notifyFailure(error);
		}
	};
	const close = show("done", text, () => button(t("notice.undo"), () => {
		settle();
		undone();
	}, { class: "link" }), 0);

	pending.add(finish);
	timer = setTimeout(finish, seconds * 1000, {});
}

// Does now what could still be undone.
export const finishPending = () => Promise.all([...pending].map(finish => finish({})));

addEventListener("pagehide", () => {
	for (const finish of pending)
		finish({ keepalive: true });
});
