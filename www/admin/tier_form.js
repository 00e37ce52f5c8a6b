// tier_form.js: the dialogs that create, change and delete a tier.
import { get, patch, post, remove } from "../lib/api.js";
import { confirm, openDialog } from "../lib/dialog.js";
import { button, el } from "../lib/dom.js";
import { checkbox, field, form } from "../lib/field.js";
import { notify, notifyFailure } from "../lib/notice.js";
import { t } from "../lib/text.js";
import { limitField, limitValue } from "./limit_field.js";
import { recipeField, recipesOf } from "./recipe_field.js";
import { watermarkPart } from "./watermark.js";

const rights = ["original", "links", "public", "any_size", "animated", "fetch", "exif"];
const formats = ["jpeg", "png", "gif", "webp", "tiff", "bmp"];
const priorities = ["high", "normal", "low"];

const limits = {
	max_bytes: "bytes", max_pixels: "pixels", quota_bytes: "bytes", uploads_per_day: "count",
	requests_per_minute: "count", retention_days: "days", max_pending_seconds: "seconds",
	max_fetches: "count",
};

const needed = { max_side: "count", link_min: "seconds", link_max: "seconds" };

const fresh = {
	name: "", sizes: ["h200"], formats, priority: "normal", max_side: 8192, link_min: 300,
	link_max: 30000,
};

const group = (title, ...fields) => el("fieldset", {}, el("legend", {}, title), fields);

const limitFields = (kinds, tier, hint) => Object.entries(kinds).map(([name, kind]) =>
	limitField(name, t(`tiers.${name}`), kind, tier[name] ?? null, hint));

const fields = tier => [
	field(t("tiers.name"), el("input", { name: "name", value: tier.name, required: true,
		maxlength: 64, autocomplete: "off" })),
	recipeField(t("tiers.sizes"), tier.sizes),
	group(t("tiers.rights"), el("div", { class: "columns" }, rights.map(right =>
		checkbox(t(`tiers.${right}`), right, tier[right] ?? false)))),
	group(t("tiers.formats"), el("div", { class: "columns" }, formats.map(format =>
		checkbox(format, `format_${format}`, tier.formats.includes(format))))),
	group(t("tiers.limits"), el("div", { class: "columns" }, limitFields(limits, tier),
		limitFields(needed, tier, ""),
		field(t("tiers.priority"), el("select", { name: "priority" }, priorities.map(one =>
			el("option", { value: one, selected: one === tier.priority },
				t(`jobs.priority.${one}`))))))),
];

function values(form) {
	const { elements } = form;

	return {
		name: elements.name.value,
		sizes: recipesOf(elements.sizes.value),
		formats: formats.filter(format => elements[`format_${format}`].checked),
		priority: elements.priority.value,
		...Object.fromEntries(rights.map(right => [right, elements[right].checked])),
		...Object.fromEntries(Object.keys({ ...limits, ...needed })
			.map(name => [name, limitValue(form, name)])),
	};
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

const differing = (now, then) => Object.fromEntries(Object.entries(now)
	.filter(([name, value]) => !same(value, then[name])));

export const createTier = () => openDialog(t("tiers.create"), close => form(t("tiers.create"),
	async form => close(await post("/v1/admin/tiers", values(form))), fields(fresh)),
{ wide: true });

async function deleteTier({ id, name }, close) {
	if (!await confirm(t("tiers.delete"), t("tiers.delete_text", { name }), t("tiers.delete")))
		return;
	try {
		await remove(`/v1/admin/tiers/${id}`);
		notify(t("tiers.deleted"));
		close(null);
	} catch (error) {
		notifyFailure(error);
	}
}

// Resolves with the changed tier, null if it was deleted, undefined if nothing
// changed.
export async function editTier({ id }) {
	const tier = await get(`/v1/admin/tiers/${id}`);

	return openDialog(tier.name, close => [
		form(t("form.save"), async form =>
			close(await patch(`/v1/admin/tiers/${id}`, differing(values(form), tier))),
		fields(tier)),
		watermarkPart(tier),
		el("hr"),
		button(t("tiers.delete"), () => deleteTier(tier, close), { class: "danger" }),
	], { wide: true });
}
