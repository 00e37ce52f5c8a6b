// list.js: lists of the API that grow while the user scrolls down.
import { get, nextQuery } from "./api.js";
import { button, el, fill } from "./dom.js";
import { failure, loading } from "./shell.js";
import { t } from "./text.js";

const lineOf = (body, { id }) => body.querySelector(`:scope > [data-id="${CSS.escape(id)}"]`);

function named(line, { id }) {
	line.dataset.id = id;
	return line;
}

// Puts the line of a new item first. The list may be read meanwhile, and have it
// already, or get it later: it stays there once.
export function addFirst(body, item, line) {
	lineOf(body, item)?.remove();
	body.prepend(named(line, item));
}

// Reads the list at `path` page by page. For each item row(item) is appended to
// `body`, unless addFirst() has put it there. `empty` is shown while there is none.
// Returns an element to be placed after `body`: it reads the next page when it
// comes into view.
export function endlessList(path, query, body, row, { empty, signal, limit = 50 }) {
	const end = el("div", { class: "list-end" });
	let next = { ...query, limit };
	let busy = false;

	const showEnd = () => fill(end, next ? button(t("list.more"), more)
		: !body.children.length && empty);

	async function more() {
		if (busy || !next)
			return;
		busy = true;
		fill(end, loading());
		try {
			const answer = await get(path, next, { signal });

			next = nextQuery(answer);
			body.append(...answer.items.filter(item => !lineOf(body, item))
				.map(item => named(row(item), item)));
			showEnd();
		} catch (error) {
			if (!signal.aborted)
				fill(end, failure(error, more));
		}
		busy = false;
		// The end may still be in view, and then no event comes.
		if (next && !signal.aborted && isVisible(end) && !end.querySelector("[role=alert]"))
			more();
	}

	const watcher = new IntersectionObserver(entries => entries.at(-1).isIntersecting && more(),
		{ rootMargin: "600px" });

	// Lines also come and go by what the user does.
	const lines = new MutationObserver(() => {
		if (!next)
			showEnd();
		else if (!body.children.length)
			more();
	});

	watcher.observe(end);
	lines.observe(body, { childList: true });
	signal.addEventListener("abort", () => {
		watcher.disconnect();
		lines.disconnect();
	});
	return end;
}

const isVisible = element => element.isConnected &&
	element.getBoundingClientRect().top < innerHeight + 600;

// A table with column heads; "" is that of pictures and buttons. On a phone each
// row is a block, and each cell names its column.
export function table(label, heads) {
	const body = el("tbody");
	const whole = el("div", { class: "table", tabindex: "0", role: "region",
		"aria-label": label },
	el("table", {}, el("thead", {}, el("tr", {}, heads.map(head =>
		el("th", { scope: "col" },
			head || el("span", { class: "hidden" }, t("list.actions")))))), body));

	return { whole, body, row: cells => el("tr", {}, cells.map((cell, i) =>
		el("td", { "data-head": heads[i] }, cell))) };
}
