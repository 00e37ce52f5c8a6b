// gallery.js: the page of the user's pictures.
import { button, debounce, el, fill } from "../lib/dom.js";
import { notifyFailure } from "../lib/notice.js";
import { poll } from "../lib/poll.js";
import { setQuery } from "../lib/router.js";
import { failure, heading, loading, nothing } from "../lib/shell.js";
import { t } from "../lib/text.js";
import { Grid } from "./grid.js";
import { listOf } from "./image_list.js";
import { selectionBar } from "./selection.js";
import { takeFiles, uploadButtons } from "./upload.js";

const TYPING_MS = 300;

// Reads each image once more whose picture did not load: the addresses of pictures
// end after some time.
function repairer(list) {
	const tried = new Set();

	return async ({ id }) => {
		if (tried.has(id))
			return;
		tried.add(id);
		await list.refresh(id).catch(() => {});
	};
}

// Waits for images that are made in the background, and shows them when they are
// ready.
function watchProcessing(list, signal) {
	const reading = new Set();
	let running = new AbortController();
	let watched = 0;

	const waiting = () => list.images.filter(({ status }) => status === "processing");

	async function read(id) {
		if (reading.has(id))
			return;
		reading.add(id);
		await list.refresh(id).catch(() => {});
		reading.delete(id);
	}

	function compare({ items, next }) {
		const there = new Set(items.map(({ id }) => id));

		if (!next)
			waiting().filter(({ id }) => !there.has(id)).forEach(({ id }) => read(id));
		return !waiting().length;
	}

	function watch() {
		const count = waiting().length;

		if (count <= watched) {
			watched = count;
			return;
		}
		watched = count;
		running.abort();
		running = new AbortController();
		poll("/v1/images?status=processing&limit=100", compare,
			AbortSignal.any([signal, running.signal])).catch(() => {});
	}

	list.addEventListener("change", watch, { signal });
	watch();
}

function search(query, show) {
	const tags = el("datalist", { id: "gallery-tags" });
	const input = (name, label, attributes) => el("label", { class: "filter" }, label,
		el("input", { name, type: "search", value: query[name] ?? "", maxlength: 255,
			autocomplete: "off", ...attributes }));
	const bar = el("form", { class: "filters", role: "search",
		onsubmit: event => event.preventDefault(),
		oninput: debounce(() => show(Object.fromEntries(new FormData(bar))), TYPING_MS) },
	input("name", t("gallery.search")),
	input("tag", t("gallery.tag"), { list: "gallery-tags", maxlength: 64 }), tags);

	// The tags of the loaded images are offered.
	const offer = list => fill(tags, [...new Set(list.images.flatMap(one => one.tags))]
		.sort().map(value => el("option", { value })));

	return { bar, offer };
}

function whenEmpty({ query }, clear) {
	if (query.name || query.tag)
		return nothing("search", t("filter.nothing"), button(t("gallery.clear"), clear));
	return nothing("pictures", t("gallery.empty"), uploadButtons());
}

// Shows one list in `where`. The page's part below the search.
function showList(where, list, { signal, clear, offer }) {
	const end = el("div", { class: "gallery-end" });
	const grid = new Grid(list, { near: more, failed: repairer(list), signal });
	let busy = false;

	// What is shown below the pictures.
	function showEnd() {
		end.classList.toggle("more", Boolean(list.next));
		fill(end, !list.next && !list.images.length && whenEmpty(list, clear));
	}

	async function more() {
		if (busy || !list.next || end.querySelector("[role=alert]"))
			return;
		busy = true;
		fill(end, loading());
		try {
			await list.more(signal);
		} catch (error) {
			busy = false;
			if (!signal.aborted)
				fill(end, failure(error, () => {
					fill(end);
					more();
				}));
			return;
		}
		busy = false;
		if (signal.aborted)
			return;
		showEnd();
		offer(list);
		grid.update();
	}

	list.addEventListener("change", () => !busy && showEnd(), { signal });
	fill(where, el("p", { class: "hidden", id: "gallery-keys" }, t("gallery.keys")),
		grid.element, end, selectionBar(list, grid, signal));
	watchProcessing(list, signal);
	const { scroll, active } = list;

	showEnd();
	grid.update();
	offer(list);
	return { grid, scroll, active };
}

// The image whose page was open may have changed there.
function comeBack(list, { grid, scroll, active }) {
	scrollTo({ top: scroll, behavior: "instant" });
	if (!active || grid.indexOf(active) < 0)
		return;
	list.refresh(active).catch(notifyFailure);
	// The router gives the focus to the heading first.
	if (list.opened)
		requestAnimationFrame(() =>
			grid.focus(grid.indexOf(active), { preventScroll: true }));
	list.opened = false;
}

export default async function gallery(main, { query, signal }) {
	const where = el("div");
	let running = new AbortController();

	function show(wanted) {
		running.abort();
		running = new AbortController();
		const list = listOf(wanted);

		return [list, showList(where, list, { clear, offer, signal:
			AbortSignal.any([signal, running.signal]) })];
	}

	function clear() {
		bar.reset();
		for (const input of bar.querySelectorAll("input"))
			input.value = "";
		bar.elements.name.focus();
		change({});
	}

	function change(wanted) {
		setQuery(wanted);
		show(wanted);
	}

	const { bar, offer } = search(query, change);

	fill(main, heading(t("gallery.title"), uploadButtons()), bar, where);
	takeFiles(signal);
	comeBack(...show(query));
}
