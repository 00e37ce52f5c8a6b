// router.js: the pages of a document. An address is a hash, such as
// #/images/0199...?tab=links, so the web server needs no rules for them.
import { fill } from "./dom.js";

// The parts of an address: "#/images/1?tab=x" is ["images", "1"] and { tab: "x" }.
function parse(hash) {
	const [path, query = ""] = hash.replace(/^#?\/?/, "").split("?");

	return {
		parts: path.split("/").filter(Boolean).map(decodeURIComponent),
		query: Object.fromEntries(new URLSearchParams(query)),
	};
}

// "#/" of parts and a query.
export function hashOf(parts, query = {}) {
	const search = new URLSearchParams(Object.entries(query)
		.filter(([, value]) => value !== undefined && value !== null && value !== ""));

	return `#/${parts.map(encodeURIComponent).join("/")}${search.size ? `?${search}` : ""}`;
}

export const go = (parts, query) => { location.hash = hashOf(parts, query); };

// Changes the query of the address without opening the page again.
export function setQuery(query) {
	history.replaceState(history.state, "", hashOf(parse(location.hash).parts, query));
}

// routes: { "": load, images: load }, by the first part of the address. load()
// resolves with a module whose default export is an async function
//   page(main, { parts, query, signal })
// which fills `main`; `parts` are those after the first. `signal` aborts when the
// user leaves the page: requests, timers and listeners of the page end with it.
// failed(main, error, again) shows an error; opened(name) is told each page.
export function startRouter(main, routes, { failed, opened, unknown }) {
	let leave = new AbortController();

	async function open() {
		leave.abort();
		leave = new AbortController();
		const { signal } = leave;
		const { parts: [name = "", ...parts], query } = parse(location.hash);
		const load = Object.hasOwn(routes, name) ? routes[name] : unknown;

		opened(name);
		try {
			const { default: page } = await load();

			signal.throwIfAborted();
			fill(main);
			await page(main, { parts, query, signal });
		} catch (error) {
			if (!signal.aborted)
				failed(main, error, open);
		}
		if (!signal.aborted)
			main.querySelector("h1")?.focus({ preventScroll: true });
	}

	addEventListener("hashchange", open);
	return open();
}
