// upload_panel.js: shows the uploads: a bar for all, and a line with a bar for each.
import { reason } from "../lib/api.js";
import { button, el, fill, icon, iconButton } from "../lib/dom.js";
import { bytes, t } from "../lib/text.js";
import { cancel, cancelAll, clearEnded, isOpen, queue, retry, uploads } from "./upload_queue.js";
import { Refusal } from "./upload_send.js";

const marks = { done: "check", failed: "warning", cancelled: "close" };

const textOf = ({ state, note, error, size }) => ({
	waiting: () => t("upload.waiting"),
	sending: () => size ? bytes(size) : t("upload.sending"),
	paused: () => note,
	done: () => t("upload.done"),
	failed: () => error instanceof Refusal ? error.message : reason(error),
	cancelled: () => t("upload.cancelled"),
})[state]();

const canRetry = ({ state, error }) =>
	state === "cancelled" || (state === "failed" && !(error instanceof Refusal));

// The button of an upload. `name` says of which one it is.
function actionOf(upload) {
	const { name } = upload;

	if (isOpen(upload))
		return iconButton("close", t("upload.cancel_one", { name }), () => cancel(upload));
	return canRetry(upload) &&
		iconButton("retry", t("upload.retry_one", { name }), () => retry(upload));
}

// The line of an upload, with update().
function createLine(upload) {
	const mark = el("span", { class: "upload-mark" });
	const text = el("span", { class: "upload-text" });
	const action = el("span", { class: "upload-action" });
	const bar = el("progress", { max: upload.size || 1, value: 0, "aria-label": upload.name });
	const line = el("li", {}, mark, el("bdi", { class: "upload-name", title: upload.name },
		upload.name), action, bar, text);
	let state = null;

	line.update = () => {
		bar.value = upload.sent;
		if (state === upload.state + upload.note)
			return;
		state = upload.state + upload.note;
		const focused = action.contains(document.activeElement);

		line.className = upload.state;
		fill(mark, icon(marks[upload.state] ?? "upload"));
		fill(text, textOf(upload));
		fill(action, actionOf(upload));
		bar.hidden = !isOpen(upload);
		if (focused)
			(action.querySelector("button") ?? line.closest("section")
				.querySelector("header button")).focus();
	};
	return line;
}

function progressOfAll() {
	const files = uploads.filter(({ state }) => state !== "cancelled");
	const total = files.reduce((sum, { size }) => sum + size + 1, 0);
	const sent = files.reduce((sum, one) => sum + (isOpen(one) ? one.sent : one.size + 1), 0);

	return total ? sent / total : 1;
}

const count = state => uploads.filter(one => one.state === state).length;

// How it goes, or how it ended.
function summary() {
	const open = uploads.filter(isOpen).length;
	const [done, failed] = [count("done"), count("failed")];

	if (open)
		return t("upload.progress", { done: uploads.length - open, count: uploads.length });
	return failed ? t("upload.ended_failed", { done, count: failed })
		: t("upload.ended", { count: done });
}

let panel = null;

function createPanel() {
	const title = el("h2", {});
	const said = el("p", { class: "hidden", role: "status" });
	const bar = el("progress", { max: 1, value: 0, "aria-label": t("upload.all") });
	const list = el("ul", { tabindex: "0", "aria-label": t("upload.title") });
	const actions = el("div", { class: "actions" });
	const lines = new Map();
	const whole = el("section", { class: "uploads", "aria-label": t("upload.title") },
		el("header", {}, title, actions), said, bar, list);
	const closed = new AbortController();
	let isRunning = null;
	let frame = 0;

	function close() {
		closed.abort();
		clearEnded();
		whole.remove();
		panel = null;
		document.querySelector("h1")?.focus({ preventScroll: true });
	}

	function showActions() {
		const focused = actions.contains(document.activeElement);

		fill(actions, isRunning
			? button(t("upload.cancel_all"), cancelAll, { class: "link" })
			: iconButton("close", t("upload.close"), close));
		if (focused)
			actions.querySelector("button").focus();
	}

	function update() {
		const running = uploads.some(isOpen);

		frame = 0;
		fill(title, summary());
		bar.value = progressOfAll();
		bar.hidden = !running;
		for (const upload of uploads) {
			if (!lines.has(upload))
				lines.set(upload, list.appendChild(createLine(upload)));
			lines.get(upload).update();
		}
		if (running === isRunning)
			return;
		isRunning = running;
		showActions();
		// Read aloud only at the beginning and at the end.
		fill(said, summary());
	}

	queue.addEventListener("change", () => { frame ||= requestAnimationFrame(update); },
		{ signal: closed.signal });
	return whole;
}

// Shows the panel, which is there until the user closes it.
export function showUploads() {
	panel ??= createPanel();
	document.body.append(panel);
}
