// filtered_list.js: an endless table with filters above it. The filters are the
// query of the page's address, so that a list can be kept as a bookmark.
import { debounce, el, fill } from "./dom.js";
import { endlessList, table } from "./list.js";
import { setQuery } from "./router.js";

const TYPING_MS = 300;
const MINUTE_MS = 60000;

// The API and the address have a time in UTC, the field in the reader's zone.
const toField = value => {
	const at = new Date(value);

	return isNaN(at) ? "" : new Date(at - at.getTimezoneOffset() * MINUTE_MS)
		.toISOString().slice(0, "2026-11-20T21:45".length);
};
const toUtc = value => new Date(value).toISOString();

// filters: [{ name, label, options, hidden, isTime }]; without options it is a text to
// search for. options: [[value, text], ...]. A hidden one stays as the address has it.
function control({ name, label, options, hidden, isTime }, value, changed) {
	if (hidden)
		return el("input", { type: "hidden", name, value });
	if (isTime)
		return el("label", { class: "filter" }, label, el("input", {
			name, type: "datetime-local", value: toField(value), onchange: changed }));
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

	const times = new Set(filters.filter(one => one.isTime).map(one => one.name));
	const chosen = () => Object.fromEntries([...new FormData(bar)]
		.filter(([, value]) => value)
		.map(([name, value]) => [name, times.has(name) ? toUtc(value) : value]));

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
