// image_links.js: the card of the links that anybody can open until they end.
import { post, remove, session } from "../lib/api.js";
import { copyButton } from "../lib/copy.js";
import { confirm } from "../lib/dialog.js";
import { el, fill, iconButton } from "../lib/dom.js";
import { field, form } from "../lib/field.js";
import { addFirst, endlessList, table } from "../lib/list.js";
import { notify, notifyFailure } from "../lib/notice.js";
import { nothing } from "../lib/shell.js";
import { clock, dateTime, duration, t } from "../lib/text.js";

const presets = [300, 900, 3600, 14400, 86400, 604800, 2592000];

// The times to choose from: the bounds are among them.
function times({ link_min: min, link_max: max }) {
	const inside = presets.filter(one => one > min && one < max);

	return [...new Set([min, ...inside, max])];
}

// The fields for the time of a link. seconds() is what was chosen.
function timeFields({ limits }) {
	const minutes = el("input", { name: "minutes", type: "number", value: 60,
		min: Math.ceil(limits.link_min / 60), max: Math.floor(limits.link_max / 60) });
	const own = field(t("image.minutes"), minutes);
	const choice = el("select", { name: "expires_in", onchange: show },
		times(limits).map(one => el("option", { value: one }, duration(one))),
		el("option", { value: "" }, t("image.own_time")));

	function show() {
		own.hidden = choice.value !== "";
		minutes.disabled = own.hidden;
	}

	show();
	return {
		fields: [field(t("image.link_time"), choice), own],
		seconds: () => Number(choice.value || minutes.value * 60),
	};
}

function variantField(model) {
	const select = el("select", { name: "variant" });

	model.watch(({ original, variants }) => {
		const chosen = select.value;

		fill(select, original && el("option", { value: "original" }, t("image.original")),
			variants.filter(({ url }) => url).map(({ variant }) =>
				el("option", { value: variant }, variant)));
		if ([...select.options].some(({ value }) => value === chosen))
			select.value = chosen;
	});
	return { select, whole: field(t("image.variant"), select) };
}

// What is left of a link: it counts down, or says that the link has ended.
function showRest(cell, now) {
	const rest = (new Date(cell.dataset.ends) - now) / 1000;

	cell.textContent = rest > 0 ? clock(rest) : t("image.link_ended");
	cell.classList.toggle("bad", rest <= 0);
}

const countdown = ({ expires_at: end, revoked_at: revoked }) => revoked
	? el("span", { class: "badge bad" }, t("image.link_revoked"))
	: el("span", { class: "badge", "data-ends": end, title: dateTime(end) });

const isOpen = link => !link.revoked_at && new Date(link.expires_at) > Date.now();

export function linksCard(model) {
	const { whole, body, row } = table(t("image.links"),
		[t("image.variant"), t("image.link_end"), t("image.link_rest"), ""]);
	const result = el("div", { "aria-live": "polite" });
	const { fields, seconds } = timeFields(session.me);
	const { select, whole: variant } = variantField(model);
	const create = form(t("image.link_create"), send, variant, fields);

	function tick() {
		for (const cell of card.querySelectorAll("[data-ends]"))
			showRest(cell, Date.now());
	}

	async function revoke(link, line) {
		if (!await confirm(t("image.link_revoke"), t("image.link_revoke_text"),
			t("image.link_revoke")))
			return;
		try {
			await remove(`/v1/links/${link.id}`);
			line.replaceWith(makeLine({ ...link, revoked_at: new Date().toISOString() }));
			if (result.dataset.link === link.id)
				fill(result);
			notify(t("image.link_revoked_now"));
			create.querySelector("button").focus();
		} catch (error) {
			notifyFailure(error);
		}
	}

	function makeLine(link) {
		const line = row([el("code", {}, link.variant), dateTime(link.expires_at),
			countdown(link), isOpen(link) && el("div", { class: "actions" },
				link.url && copyButton(t("image.copy"), link.url),
				iconButton("delete", t("image.link_revoke_one",
					{ variant: link.variant, end: dateTime(link.expires_at) }),
				() => revoke(link, line)))]);
		const rest = line.querySelector("[data-ends]");

		if (rest)
			showRest(rest, Date.now());
		return line;
	}

	async function send() {
		const link = await post(`${model.path}/links`,
			{ variant: select.value, expires_in: seconds() });

		addFirst(body, link, makeLine(link));
		result.dataset.link = link.id;
		fill(result, el("h3", {}, t("image.link_made")), el("pre", {}, link.url),
			el("p", {}, copyButton(t("image.link_copy"), link.url, { class: "primary" }), " ",
				countdown(link)),
			el("p", { class: "hint" }, t("image.link_once")));
		tick();
		result.querySelector("button").focus();
	}

	const end = endlessList(`${model.path}/links`, {}, body, makeLine,
		{ signal: model.signal, empty: nothing("link", t("image.links_empty")), limit: 20 });
	const card = el("section", { class: "card wide image-links" },
		el("h2", {}, t("image.links")), el("p", {}, t("image.links_text")), create, result,
		whole, end);
	const timer = setInterval(tick, 1000);

	model.signal.addEventListener("abort", () => clearInterval(timer));
	return card;
}
