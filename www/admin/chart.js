// chart.js: a chart over time, drawn by uPlot, with its values as a table for
// those who cannot see it.
import { el, fill } from "../lib/dom.js";
import { dateTime, language, t } from "../lib/text.js";
import uPlot from "../vendor/uplot/uplot.js";

const HEIGHT = 200;
const colours = ["--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5", "--chart-6",
	"--chart-7", "--chart-8"];

document.head.append(el("link", { rel: "stylesheet",
	href: new URL("../vendor/uplot/uplot.css", import.meta.url) }));

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name);

// The distances of lines across: 1, 2, 5, 10, ... Values are whole numbers.
const steps = Array.from({ length: 15 }, (_, power) =>
	[1, 2, 5].map(digit => digit * 10 ** power)).flat();

const hour = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "numeric" });

function axes(show, long) {
	const look = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 },
		ticks: { show: false }, font: "12px system-ui, sans-serif" };
	const label = long ? day : hour;

	return [
		{ ...look, values: (_, times) => times.map(time => label.format(time * 1000)) },
		{ ...look, size: 70, incrs: steps, values: (_, numbers) => numbers.map(show) },
	];
}

const lines = (series, show) => series.map(({ label }, i) => ({
	label, stroke: colour(colours[i % colours.length]), width: 2, spanGaps: false,
	points: { show: false }, value: (_, value) => value === null ? "–" : show(value),
}));

function options({ series, show, long, width }) {
	return {
		width, height: HEIGHT, axes: axes(show, long),
		scales: { y: { range: (_, low, high) => [0, Math.max(high * 1.1, 4)] } },
		legend: { live: true }, cursor: { y: false },
		series: [{ label: t("chart.time"), value: (_, time) =>
			time === null ? "–" : dateTime(new Date(time * 1000)) }, ...lines(series, show)],
	};
}

// The values as a table, the newest first. Steps without values are left out.
function valuesTable(times, series, show) {
	const rows = times.map((time, i) => [time, series.map(({ values }) => values[i] ?? null)])
		.filter(([, values]) => values.some(value => value !== null)).reverse();

	return el("table", {},
		el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("chart.time")),
			series.map(({ label }) => el("th", { scope: "col" }, label)))),
		el("tbody", {}, rows.map(([time, values]) => el("tr", {},
			el("th", { scope: "row" }, dateTime(new Date(time * 1000))),
			values.map(value => el("td", {}, value === null ? "–" : show(value)))))));
}

// A chart with `title`. times: seconds since 1970; series: [{ label, values }],
// where null is no value; show(value) formats one; `long`: the axis has days.
// It is drawn again when its width or the colours change, until `signal` aborts.
export function chart(title, times, series, { show, long, signal }) {
	const canvas = el("div", { class: "plot", "aria-hidden": "true" });
	const details = el("details", { ontoggle: () => {
		if (details.open && details.children.length === 1)
			details.append(el("div", { class: "table" }, valuesTable(times, series, show)));
	} }, el("summary", {}, t("chart.table")));
	const dark = matchMedia("(prefers-color-scheme: dark)");
	let plot = null;

	function draw() {
		plot?.destroy();
		plot = canvas.clientWidth ? new uPlot(
			options({ series, show, long, width: canvas.clientWidth }),
			[times, ...series.map(({ values }) => values)], canvas) : null;
	}

	const watcher = new ResizeObserver(draw);

	watcher.observe(canvas);
	dark.addEventListener("change", draw, { signal });
	signal.addEventListener("abort", () => {
		watcher.disconnect();
		plot?.destroy();
		fill(canvas);
	});
	return el("figure", { class: "card chart" }, el("figcaption", {}, el("h2", {}, title)),
		canvas, details);
}
