// tiers.js: the page of the tiers.
import { button, el, fill, icon, iconButton } from "../lib/dom.js";
import { addFirst, endlessList } from "../lib/list.js";
import { heading, nothing } from "../lib/shell.js";
import { bytes, duration, number, t } from "../lib/text.js";
import { createTier, editTier } from "./tier_form.js";

const rights = ["original", "links", "public", "any_size", "animated", "fetch", "exif"];

const limits = [
	["max_bytes", bytes],
	["max_pixels", pixels => t("tiers.megapixels", { count: pixels / 1e6 })],
	["quota_bytes", bytes],
	["uploads_per_day", number],
	["requests_per_minute", number],
	["retention_days", days => duration(days * 86400)],
];

const fact = (name, value) => [el("dt", {}, t(`tiers.${name}`)), el("dd", {}, value)];

function badges(tier) {
	const allowed = rights.filter(right => tier[right]);

	return allowed.length ? allowed.map(right =>
		el("span", { class: "badge" }, t(`tiers.${right}`))) : t("tier.no");
}

function facts(tier) {
	return el("dl", { class: "facts" },
		fact("sizes", tier.sizes.map(size => el("code", { class: "size" }, size))),
		fact("rights", badges(tier)),
		limits.filter(([name]) => tier[name] !== null)
			.map(([name, show]) => fact(name, show(tier[name]))));
}

function card(tier) {
	const edit = async () => {
		const changed = await editTier(tier);

		if (changed)
			whole.replaceWith(card(changed));
		else if (changed === null)
			whole.remove();
	};
	const whole = el("section", { class: "card" },
		el("div", { class: "heading" }, el("h2", {}, el("bdi", {}, tier.name)),
			el("a", { class: "button", href: `#/users?tier=${encodeURIComponent(tier.name)}` },
				t("admin.users")),
			iconButton("edit", t("tiers.edit", { name: tier.name }), edit)),
		facts(tier));

	return whole;
}

export default function(main, { signal }) {
	const cards = el("div", { class: "cards" });

	fill(main, heading(t("admin.tiers"), button([icon("add"), t("tiers.create")], async () => {
		const made = await createTier();

		if (made)
			addFirst(cards, made, card(made));
	}, { class: "primary" })), cards,
	endlessList("/v1/admin/tiers", {}, cards, card,
		{ signal, empty: nothing("tiers", t("filter.nothing")) }));
}
