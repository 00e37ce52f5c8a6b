// overview.js: the first page of the administration: figures of now, and charts
// of an hour, a day or 30 days.
import { get } from "../lib/api.js";
import { el, fill } from "../lib/dom.js";
import { setQuery } from "../lib/router.js";
import { failure, heading, loading } from "../lib/shell.js";
import { bytes, duration, number, t } from "../lib/text.js";
import { chart } from "./chart.js";

const ranges = ["hour", "day", "month"];
const priorities = ["high", "normal", "low"];

const figure = (label, value, href) => el("div", { class: "figure" },
	el("dt", {}, href ? el("a", { href }, label) : label), el("dd", {}, value));

function figures({ users, images, jobs, oldest_seconds: oldest, workers, bytes: stored }) {
	return el("dl", { class: "figures card" },
		figure(t("stats.users"), number(users.all), "#/users"),
		figure(t("stats.images"), number(images.ready), "#/images"),
		figure(t("stats.failed"), number(images.failed), "#/images?status=failed"),
		figure(t("stats.queued"), number(jobs.queued), "#/jobs?state=queued"),
		figure(t("stats.oldest"), duration(oldest.queued)),
		figure(t("stats.workers"), t("stats.alive", { alive: workers.alive,
			silent: workers.silent }), "#/workers"),
		figure(t("stats.originals"), bytes(stored.originals)),
		figure(t("stats.variants"), bytes(stored.variants ?? 0)));
}

const milliseconds = value => t("stats.ms", { value: Math.round(value * 10) / 10 });

// What each chart shows: its series, and how its values are written.
const charts = history => [
	["requests", number, ["requests", "refused", "errors", "uploads"].map(name =>
		({ label: t(`stats.${name}`), values: history[name] }))],
	["times", milliseconds, ["p50_ms", "p99_ms"].map(name =>
		({ label: t(`stats.${name}`), values: history[name] }))],
	["queue", number, priorities.map(priority =>
		({ label: t(`jobs.priority.${priority}`), values: history.queue_depth[priority] }))],
	["age", seconds => seconds ? duration(seconds) : number(0),
		[{ label: t("stats.oldest"), values: history.oldest_seconds }]],
	["decoder", milliseconds, ["decoder_p50_ms", "decoder_p99_ms"].map(name =>
		({ label: t(`stats.${name}`), values: history[name] }))],
	["deaths", number, [{ label: t("stats.decoder_deaths"), values: history.decoder_deaths },
		{ label: t("stats.workers"), values: history.workers }]],
	["storage", bytes, Object.entries(history.bytes).map(([label, values]) =>
		({ label, values }))],
	["count", number, [{ label: t("stats.images"), values: history.images }]],
];

function draw(history, signal) {
	const start = Date.parse(history.start) / 1000;
	const times = Array.from({ length: history.points }, (_, i) =>
		start + i * history.step_seconds);

	return charts(history).map(([name, show, series]) => chart(t(`stats.chart.${name}`),
		times, series, { show, signal, long: history.range === "month" }));
}

function rangeChoice(chosen, changed) {
	return el("fieldset", { class: "choice" }, el("legend", { class: "hidden" }, t("stats.range")),
		ranges.map(range => el("label", {},
			el("input", { type: "radio", name: "range", value: range, checked: range === chosen,
				onchange: () => changed(range) }), t(`stats.range.${range}`))));
}

export default async function(main, { query, signal }) {
	const where = el("div", { class: "charts" });
	const chosen = ranges.includes(query.range) ? query.range : "hour";
	let drawn = new AbortController();

	async function show(range) {
		drawn.abort();
		drawn = new AbortController();
		const both = AbortSignal.any([signal, drawn.signal]);

		fill(where, loading());
		try {
			fill(where, draw(await get("/v1/admin/stats/history", { range }, { signal: both }),
				both));
		} catch (error) {
			if (!both.aborted)
				fill(where, failure(error, () => show(range)));
		}
	}

	const stats = await get("/v1/admin/stats", {}, { signal });

	fill(main, heading(t("admin.overview")), figures(stats), rangeChoice(chosen, range => {
		setQuery({ range });
		show(range);
	}), where);
	await show(chosen);
}
