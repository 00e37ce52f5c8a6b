// image_about.js: the card of what a picture shows and what is known of its file.
import { el, fill } from "../lib/dom.js";
import { field, form } from "../lib/field.js";
import { notify } from "../lib/notice.js";
import { bytes, dateTime, t } from "../lib/text.js";
import { tagsField } from "./image_tags.js";

// A camera's clock has a zone or none; the time is shown as the camera said it.
const takenAt = text => text.replace("T", " ").slice(0, 16);

const degrees = value => value.toFixed(5);

const foreign = text => text && el("bdi", {}, text);

function rows(image) {
	const { camera, gps } = image;

	return [
		["size", image.width && t("image.pixels", { width: image.width, height: image.height })],
		["format", image.format?.toUpperCase()],
		["bytes", image.bytes && bytes(image.bytes)],
		["created_at", dateTime(image.created_at)],
		["taken_at", image.taken_at && takenAt(image.taken_at)],
		["camera", camera && foreign([camera.make, camera.model].filter(Boolean).join(" "))],
		["gps", gps && `${degrees(gps.latitude)}, ${degrees(gps.longitude)}`],
		["creator", foreign(image.creator)],
		["copyright", foreign(image.copyright)],
		["sha256", image.sha256 && el("code", {}, image.sha256)],
	].filter(([, value]) => value);
}

function altForm(model) {
	const input = el("input", { name: "alt", maxlength: 1000, autocomplete: "off" });

	input.value = model.image.alt ?? "";
	return form(t("image.alt_save"), async () => {
		await model.change({ alt: input.value.trim() || null });
		notify(t("image.saved"));
	}, field(t("image.alt"), input, t("image.alt_hint")));
}

export function aboutCard(model) {
	const facts = el("dl", { class: "facts" });

	model.watch(image => fill(facts, rows(image).map(([name, value]) =>
		[el("dt", {}, t(`image.${name}`)), el("dd", {}, value)])));
	return el("section", { class: "card" }, el("h2", {}, t("image.about")),
		altForm(model), tagsField(model), facts);
}
