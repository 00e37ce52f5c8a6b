// dom.js: builds elements. Texts become text nodes: nothing is parsed as HTML.

// The attribute `name` of an element: a function listens to an event, true and
// false set and remove the attribute, null leaves it out.
function set(element, name, value) {
	if (name.startsWith("on"))
		element.addEventListener(name.slice(2), value);
	else if (typeof value === "boolean")
		element.toggleAttribute(name, value);
	else if (value !== null && value !== undefined)
		element.setAttribute(name, value);
}

// el("a", { href: "#/", onclick: f }, "Text", child, ...): children may be
// elements, texts, numbers, arrays of these, and null or false for nothing.
export function el(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);

	for (const [name, value] of Object.entries(attributes))
		set(element, name, value);
	element.append(...flat(children));
	return element;
}

const flat = children => children.flat(Infinity)
	.filter(child => child !== null && child !== undefined && child !== false);

// Replaces what is in an element.
export function fill(element, ...children) {
	element.replaceChildren(...flat(children));
	return element;
}

const SVG = "http://www.w3.org/2000/svg";
const sprite = new URL("../icons.svg", import.meta.url);

// A picture of icons.svg beside a text that says the same.
export function icon(name) {
	const svg = document.createElementNS(SVG, "svg");
	const use = document.createElementNS(SVG, "use");

	svg.setAttribute("class", "icon");
	svg.setAttribute("aria-hidden", "true");
	use.setAttribute("href", `${sprite}#${name}`);
	svg.append(use);
	return svg;
}

export function button(label, onclick, attributes = {}) {
	return el("button", { type: "button", onclick, ...attributes }, label);
}

// A button that is only an icon. Its label is read aloud and shown on hover.
export function iconButton(name, label, onclick, attributes = {}) {
	return button(icon(name), onclick,
		{ class: "icon-button", "aria-label": label, title: label, ...attributes });
}

// Calls `act` at most once in `ms` milliseconds, after the last of a row of
// calls.
export function debounce(act, ms) {
	let timer;

	return (...args) => {
		clearTimeout(timer);
		timer = setTimeout(act, ms, ...args);
	};
}

// Resolves after `ms` milliseconds. Rejects if `signal` aborts.
export function sleep(ms, signal) {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(done, ms);

		function done() {
			signal?.removeEventListener("abort", stop);
			resolve();
		}

		function stop() {
			clearTimeout(timer);
			reject(signal.reason);
		}

		signal?.throwIfAborted();
		signal?.addEventListener("abort", stop, { once: true });
	});
}
