// image_variants.js: the card of a picture's sizes: their addresses to copy, and
// another one to ask for.
import { post, session } from "../lib/api.js";
import { copyButton } from "../lib/copy.js";
import { el, fill } from "../lib/dom.js";
import { field, form } from "../lib/field.js";
import { table } from "../lib/list.js";
import { notify } from "../lib/notice.js";
import { bytes, t, time } from "../lib/text.js";
import { endOf, snippet, snippetKinds } from "./snippet.js";

const states = { processing: "busy", ready: "good", failed: "bad" };

const badge = status => el("span", { class: `badge ${states[status]}` },
	t(`image.state.${status}`));

const size = ({ width, height }) => width && t("image.pixels", { width, height });

// The original is a row as the variants are.
const allVariants = ({ original, width, height, format, bytes: length, variants }) => [
	...variants,
	...original ? [{ ...original, variant: "original", status: "ready", width, height, format,
		bytes: length }] : [],
];

// How long the addresses last.
function lasting(image) {
	const end = endOf(allVariants(image).find(({ url }) => url)?.url);

	if (image.public)
		return t("image.lasting");
	return end && t("image.ending", { time: time(end) });
}

function kindChoice() {
	const choice = el("fieldset", { class: "choice" }, el("legend", {}, t("image.copy_as")),
		snippetKinds.map((kind, i) => el("label", {}, el("input", {
			type: "radio", name: "kind", value: kind, checked: i === 0,
		}), t(`image.copy.${kind}`))));

	return { choice, chosen: () => choice.querySelector(":checked").value };
}

function sizeInput({ any_size: any }) {
	return any ? el("input", { name: "variant", required: true, maxlength: 64,
		autocomplete: "off", placeholder: "w800" })
		: el("select", { name: "variant" });
}

// The form that asks for another size. It is hidden if there is none to ask for.
function askForm(model) {
	const { tier } = session.me;
	const input = sizeInput(tier);
	const ask = form(t("image.ask"), async () => {
		const { variant } = await post(`${model.path}/variants`, { variant: input.value.trim() });

		await model.reload();
		await model.settle();
		notify(t("image.asked", { variant: variant ?? input.value }));
	}, field(t("image.ask_size"), input, tier.any_size && t("image.ask_hint")));

	model.watch(({ variants }) => {
		const missing = tier.sizes.filter(one =>
			!variants.some(({ variant }) => variant === one));

		if (tier.any_size)
			return;
		fill(input, missing.map(one => el("option", {}, one)));
		ask.hidden = !missing.length;
	});
	return ask;
}

export function variantsCard(model) {
	const heads = [t("image.variant"), t("image.size"), t("image.bytes"), t("image.status"), ""];
	const { whole, body, row } = table(t("image.variants"), heads);
	const { choice, chosen } = kindChoice();
	const lasts = el("p", { class: "hint" });

	const text = variant => async () => {
		await model.refresh();
		return snippet(chosen(), model.image,
			allVariants(model.image).find(one => one.variant === variant));
	};

	const line = one => row([el("code", {}, one.variant), size(one),
		one.bytes && bytes(one.bytes), badge(one.status),
		one.url && copyButton(t("image.copy"), text(one.variant), {
			"aria-label": t("image.copy_one", { variant: one.variant }),
			"data-variant": one.variant,
		})]);

	model.watch(image => {
		const focused = body.contains(document.activeElement) &&
			document.activeElement.dataset.variant;

		fill(body, allVariants(image).map(line));
		fill(lasts, lasting(image));
		if (focused)
			body.querySelector(`[data-variant="${CSS.escape(focused)}"]`)?.focus();
	});
	return el("section", { class: "card wide" }, el("h2", {}, t("image.variants")),
		choice, lasts, whole, askForm(model));
}
