// text.js: the texts of the pages in the reader's language, and numbers, sizes,
// dates and durations by Intl. A language is a file of the folder text, and its
// line here.
export const languages = {
	de: "Deutsch",
	en: "English",
};

const KEPT = "pixtier.language";
const code = chosen();
const { default: texts } = await import(`../text/${code}.js`);
const plural = new Intl.PluralRules(code);
const numbers = new Intl.NumberFormat(code);

function chosen() {
	const wanted = [localStorage.getItem(KEPT), ...navigator.languages, "en"];

	return wanted.map(one => one?.split("-")[0]).find(one => Object.hasOwn(languages, one));
}

export const language = code;
document.documentElement.lang = code;

// Keeps the choice of a language, and shows the page in it.
export function chooseLanguage(wanted) {
	localStorage.setItem(KEPT, wanted);
	location.reload();
}

export const number = value => numbers.format(value);

// t("images.count", { count: 3 }): the text of a key. {count} stands for a
// value; numbers are formatted. A text with plurals is an object of the
// categories of Intl.PluralRules, and `count` decides.
export function t(key, values = {}) {
	const found = texts[key];
	const text = typeof found === "object"
		? found[plural.select(values.count)] ?? found.other : found;

	if (text === undefined)
		throw new Error(`no text for ${key}`);
	return text.replace(/\{(\w+)\}/g, (_, name) =>
		typeof values[name] === "number" ? number(values[name]) : values[name]);
}

export const hasText = key => Object.hasOwn(texts, key);

const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

// 1500 becomes "1.5 kB".
export function bytes(count) {
	let power = 0;

	while (count >= 1000 && power < units.length - 1) {
		count /= 1000;
		power++;
	}
	return new Intl.NumberFormat(code, {
		style: "unit", unit: units[power], unitDisplay: power ? "short" : "long",
		maximumFractionDigits: count < 10 && power ? 1 : 0,
	}).format(count);
}

export const percent = share =>
	new Intl.NumberFormat(code, { style: "percent", maximumFractionDigits: 0 }).format(share);

const parse = value => value instanceof Date ? value : new Date(value);

// A time of the API (RFC 3339), in the reader's zone.
export const dateTime = value => new Intl.DateTimeFormat(code,
	{ dateStyle: "medium", timeStyle: "short" }).format(parse(value));

export const date = value => new Intl.DateTimeFormat(code,
	{ dateStyle: "medium" }).format(parse(value));

export const time = value => new Intl.DateTimeFormat(code,
	{ timeStyle: "medium" }).format(parse(value));

const steps = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

const step = seconds => steps.find(([, size]) => Math.abs(seconds) >= size) ?? steps.at(-1);

// 5400 becomes "1 hour 30 minutes": the two largest units that are not zero.
export function duration(seconds) {
	const words = [];

	for (const [unit, size] of steps) {
		const count = Math.floor(seconds / size);

		seconds -= count * size;
		if (count)
			words.push(new Intl.NumberFormat(code,
				{ style: "unit", unit, unitDisplay: "long" }).format(count));
	}
	return words.slice(0, 2).join(" ") || t("duration.now");
}

// The time since or until a time of the API: "3 minutes ago", "in 2 hours".
export function relative(value, now = Date.now()) {
	const seconds = (parse(value) - now) / 1000;
	const [unit, size] = step(seconds);

	return new Intl.RelativeTimeFormat(code, { numeric: "auto" })
		.format(Math.trunc(seconds / size), unit);
}

// "1:05:09" or "5:09": for what counts down.
export function clock(seconds) {
	const two = value => String(Math.floor(value)).padStart(2, "0");
	const hours = Math.floor(seconds / 3600);
	const rest = `${Math.floor(seconds % 3600 / 60)}:${two(seconds % 60)}`;

	return hours ? `${hours}:${rest.padStart(5, "0")}` : rest;
}
