// search.js: finds routes, fields, problems and headings of this page as the reader
// types. The page itself is the index.
import { el, fill } from "./dom.js";

const MOST = 12;

const textOf = (element, selector) =>
	element.querySelector(selector)?.textContent.trim() ?? "";

// The kinds of things, the most wanted first, by their elements.
const KINDS = [
	{
		name: "route", selector: "section > h3[id]",
		text: found => textOf(found.parentElement, "strong"),
	},
	{ name: "problem", selector: 'tr[id^="problem-"]' },
	{ name: "field", selector: 'tr[id]:not([id^="problem-"])' },
	{ name: "schema", selector: 'h3[id^="schema-"]' },
	{ name: "topic", selector: "h2[id]" },
];

const titleOf = found =>
	found.matches("tr") ? textOf(found, "code") : found.textContent.trim();

// The field of a schema or operation says whose it is.
const ownerOf = found =>
	found.matches("tr") && found.id.includes(".") ? found.id.split(".")[0] : "";

function entry(found, kind, order) {
	const title = titleOf(found);
	const owner = ownerOf(found);
	const text = kind.text?.(found) ?? textOf(found, "td:last-child");

	return {
		id: found.id, kind: kind.name, order, title, owner, text,
		name: title.toLowerCase(), parts: title.toLowerCase().split(/[^a-z0-9_]+/),
		all: `${title} ${owner} ${text} ${found.id}`.toLowerCase(),
	};
}

function readIndex(main) {
	return KINDS.flatMap((kind, order) =>
		[...main.querySelectorAll(kind.selector)].map(found => entry(found, kind, order)));
}

// Smaller is better: the whole name or part of a route, its beginning, other text.
function rank({ name, parts, order }, words) {
	const query = words.join(" ");
	const places = [name === query || parts.includes(query), name.startsWith(query), name.includes(query),
		words.every(word => name.includes(word)), true];

	return places.indexOf(true) * KINDS.length + order;
}

export function find(index, query) {
	const words = query.toLowerCase().split(/\s+/).filter(Boolean);

	if (!words.length)
		return [];
	return index.filter(({ all }) => words.every(word => all.includes(word)))
		.map(found => ({ ...found, rank: rank(found, words) }))
		.sort((a, b) => a.rank - b.rank)
		.slice(0, MOST);
}

const option = ({ id, kind, title, owner, text }, number) =>
	el("li", { role: "option", id: `found-${number}`, "data-id": id, "aria-selected": "false" },
		el("span", { class: "badge" }, kind), " ", el("code", {}, title),
		owner && el("small", {}, ` ${owner}`), el("small", { class: "text" }, text));

class Search {
	constructor(main) {
		this.main = main;
		this.index = null;
		this.current = -1;
		this.input = el("input", {
			type: "search", role: "combobox", placeholder: "Search: press /",
			"aria-label": "Search routes, fields and problems", autocomplete: "off",
			spellcheck: "false", "aria-autocomplete": "list", "aria-expanded": "false",
			"aria-controls": "found",
			oninput: () => this.show(), onkeydown: event => this.press(event),
			onfocus: () => this.show(), onblur: () => this.close(),
		});
		this.list = el("ul", {
			id: "found", role: "listbox", "aria-label": "Results", hidden: true,
			// The input keeps the focus.
			onmousedown: event => event.preventDefault(),
			onclick: event => this.go(event.target.closest("[role=option]")),
		});
		this.status = el("p", { class: "hidden", role: "status" });
		this.element = el("search", {}, this.input, this.list, this.status);
	}

	show() {
		this.index ??= readIndex(this.main);
		const found = find(this.index, this.input.value);
		const asked = this.input.value.trim() !== "";

		fill(this.list, found.map(option));
		fill(this.status, asked && `${found.length || "No"} results`);
		this.list.hidden = !found.length;
		this.input.setAttribute("aria-expanded", String(found.length > 0));
		this.select(found.length ? 0 : -1);
	}

	close() {
		this.list.hidden = true;
		this.input.setAttribute("aria-expanded", "false");
		this.input.removeAttribute("aria-activedescendant");
	}

	select(number) {
		const options = [...this.list.children];

		options[this.current]?.setAttribute("aria-selected", "false");
		this.current = number;
		if (!options[number])
			return;
		options[number].setAttribute("aria-selected", "true");
		options[number].scrollIntoView({ block: "nearest" });
		this.input.setAttribute("aria-activedescendant", options[number].id);
	}

	move(step) {
		const count = this.list.children.length;

		if (count)
			this.select((this.current + step + count) % count);
	}

	go(chosen) {
		if (!chosen)
			return;
		location.hash = chosen.dataset.id;
		this.input.value = "";
		this.input.blur();
	}

	press(event) {
		const keys = {
			ArrowDown: () => this.move(1),
			ArrowUp: () => this.move(-1),
			Enter: () => this.go(this.list.children[this.current]),
			Escape: () => {
				this.input.value = "";
				this.input.blur();
			},
		};

		if (!(event.key in keys))
			return;
		event.preventDefault();
		keys[event.key]();
	}
}

// Where a slash is a part of what the reader writes.
const isWriting = element => element.closest("input, textarea, select") !== null;

export function addSearch(header, main) {
	const search = new Search(main);

	header.append(search.element);
	document.addEventListener("keydown", event => {
		if (event.key !== "/" || event.ctrlKey || event.metaKey || isWriting(event.target))
			return;
		event.preventDefault();
		search.input.focus();
	});
}
