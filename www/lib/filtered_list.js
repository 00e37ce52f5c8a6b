// filtered_list.js: an endless table with filters above it. The filters are the
// query of the page's address, so that a list can be kept as a bookmark.
import { debounce, el, fill } from "./dom.js";
import { endlessList, table } from "./list.js";
import { setQuery } from "./router.js";

const TYPING_MS = 300;

// filters: [{ name, label, options, hidden }]; without options it is a text to search
// for. options: [[value, text], ...]. A hidden one stays as the address has it.
function control({ name, label, options, hidden }, value, changed) {
	if (hidden)
		return el("input", { type: "hidden", name, value });
	const input = options
		? el("select", { name, onchange: changed }, options.map(([key, text]) =>
			el("option", { value: key, selected: key === value }, text)))
		: el("input", { name, type: "search", value, maxlength: 255,
			oninput: debounce(changed, TYPING_MS) });

	return el("label", { class: "filter" }, label, input);
}

// Shows the list at `path` in `where`: row(item, cells) returns the line of an item,
// where cells([...]) makes one. `query` is that of the address. The filters' names
// are parameters of the API.
export function filteredList(where, path,
	{ label, heads, row, filters = [], empty, query = {}, signal }) {
	const list = el("div");
	const bar = el("form", { class: "filters", role: "search", onsubmit: event =>
		event.preventDefault() });
	let running = new AbortController();

	const chosen = () => Object.fromEntries([...new FormData(bar)].filter(([, value]) => value));

	function show() {
		running.abort();
		running = new AbortController();
		const { whole, body, row: cells } = table(label, heads);

		fill(list, whole, endlessList(path, chosen(), body, item => row(item, cells),
			{ empty, signal: AbortSignal.any([signal, running.signal]) }));
	}

	fill(bar, filters.map(one => control(one, query[one.name] ?? "", () => {
		setQuery(chosen());
		show();
	})));
	where.append(bar, list);
	show();
	return show;
}
