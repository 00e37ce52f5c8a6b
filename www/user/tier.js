// tier.js: the cards of an account: usage against the limits, and the tier.
import { el } from "../lib/dom.js";
import { bytes, duration, number, t } from "../lib/text.js";

// A bar of what is used of a limit; only the figure if there is no limit.
function bar(label, used, limit, show) {
	const text = limit === null ? t("usage.used", { used: show(used) })
		: t("usage.of", { used: show(used), limit: show(limit) });

	return el("div", { class: "usage" },
		el("p", {}, el("b", {}, label), " ", text),
		limit !== null && el("meter", {
			"aria-label": label, min: 0, max: limit || 1, value: Math.min(used, limit || 1),
			high: (limit || 1) * .9, optimum: 0,
		}));
}

export function usageCard({ usage, tier }) {
	return el("section", { class: "card" }, el("h2", {}, t("usage.title")),
		bar(t("usage.bytes"), usage.bytes, tier.quota_bytes, bytes),
		bar(t("usage.today"), usage.uploads_today, tier.uploads_per_day, number),
		bar(t("usage.images"), usage.images, null, number));
}

const yesNo = allowed => t(allowed ? "tier.yes" : "tier.no");

const noLimit = (value, show) => value === null ? t("tier.no_limit") : show(value);

function rows({ tier, limits }) {
	return [
		["sizes", tier.sizes.map(size => el("code", { class: "size" }, size))],
		["any_size", yesNo(tier.any_size)],
		["original", yesNo(tier.original)],
		["links", tier.links ? t("tier.link_times",
			{ min: duration(limits.link_min), max: duration(limits.link_max) }) : yesNo(false)],
		["public", yesNo(tier.public)],
		["fetch", yesNo(tier.fetch)],
		["animated", yesNo(tier.animated)],
		["formats", tier.formats.join(", ")],
		["max_bytes", bytes(limits.max_bytes)],
		["max_pixels", t("tier.megapixels", { count: Math.floor(limits.max_pixels / 1e6) })],
		["requests", noLimit(tier.requests_per_minute, number)],
		["retention", noLimit(tier.retention_days, days => duration(days * 86400))],
	];
}

export function tierCard(me) {
	return el("section", { class: "card" },
		el("h2", {}, t("tier.title"), " ", el("bdi", {}, me.tier.name)),
		el("dl", { class: "facts" }, rows(me).map(([name, value]) =>
			[el("dt", {}, t(`tier.${name}`)), el("dd", {}, value)])));
}
