// image_tags.js: the tags of a picture, to add and to remove.
import { el, fill, iconButton } from "../lib/dom.js";
import { field, form } from "../lib/field.js";
import { notifyFailure } from "../lib/notice.js";
import { t } from "../lib/text.js";

const MOST = 32;

const split = text => text.split(",").map(tag => tag.trim()).filter(Boolean);

export function tagsField(model) {
	const list = el("ul", { class: "tags", "aria-label": t("image.tags") });
	const input = el("input", { name: "tags", autocomplete: "off" });
	const add = form(t("image.tag_add"), async () => {
		await model.change({ tags: [...model.image.tags, ...split(input.value)] });
		input.value = "";
		input.focus();
	}, field(t("image.tag_new"), input, t("image.tag_hint", { count: MOST })));

	async function removeTag(tag, i) {
		try {
			await model.change({ tags: model.image.tags.filter(one => one !== tag) });
			(list.querySelectorAll("button")[i] ?? input).focus();
		} catch (error) {
			notifyFailure(error);
		}
	}

	const chip = (tag, i) => el("li", {}, el("bdi", { title: tag }, tag),
		iconButton("close", t("image.tag_remove", { tag }), () => removeTag(tag, i)));

	let shown;

	model.watch(({ tags }) => {
		if (shown === tags.join(","))
			return;
		shown = tags.join(",");
		fill(list, tags.map(chip));
		list.hidden = !tags.length;
	});
	return el("div", {}, list, add);
}
