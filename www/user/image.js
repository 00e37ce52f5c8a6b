// image.js: the page of a picture.
import { get, local, remove, session } from "../lib/api.js";
import { hide, unhide } from "../lib/deleted.js";
import { button, el, fill, icon } from "../lib/dom.js";
import { notifyFailure, withUndo } from "../lib/notice.js";
import { heading } from "../lib/shell.js";
import { t } from "../lib/text.js";
import { aboutCard } from "./image_about.js";
import { focusCard } from "./image_focus.js";
import { linksCard } from "./image_links.js";
import { bestPicture, ImageModel, isGone } from "./image_model.js";
import { nameHeading } from "./image_name.js";
import { publicCard } from "./image_public.js";
import { variantsCard } from "./image_variants.js";

// Deletes the image 10 seconds later, and goes to the gallery at once.
function deleteImage({ image: { id }, path }) {
	hide(id);
	location.hash = "#/";
	withUndo(t("image.deleted"), async ({ keepalive } = {}) => {
		try {
			await remove(path, { keepalive });
		} catch (error) {
			if (!isGone(error))
				throw error;
		}
	}, () => {
		unhide(id);
		location.hash = `#/images/${id}`;
	});
}

const backLink = () => el("a", { class: "button", href: "#/" }, icon("back"), t("image.back"));

function actions(model) {
	const download = el("a", { class: "button", download: "" }, icon("download"),
		t("image.download"));

	model.watch(({ original }) => {
		download.hidden = !original;
		if (original)
			download.href = local(original.url);
	});
	return [download, button([icon("delete"), t("image.delete")], () => deleteImage(model))];
}

// Has the picture's size before the picture is loaded, and its colour until then.
function largePicture(model) {
	const figure = el("figure", { class: "large-picture" });
	let shown;

	model.watch(image => {
		const best = bestPicture(image);

		figure.style.backgroundColor = image.color ?? "";
		if (!best) {
			fill(figure, el("p", { class: "state" }, t("image.no_picture")));
			return;
		}
		figure.style.setProperty("--ratio", best.width / best.height);
		if (shown?.dataset.url !== best.url) {
			shown = el("img", { src: local(best.url), width: best.width,
				height: best.height, "data-url": best.url });
			fill(figure, shown);
		}
		shown.alt = image.alt ?? image.name;
	});
	return figure;
}

const processing = () => el("div", { class: "state card", role: "status" },
	el("span", { class: "spinner" }), el("p", {}, t("image.processing")),
	el("p", { class: "hint" }, t("image.processing_hint")));

const failed = ({ error }) => el("div", { class: "state card", role: "alert" },
	icon("warning"), el("p", {}, t("image.failed")),
	el("p", {}, el("bdi", {}, error?.detail ?? "")));

function readyParts(model) {
	const { tier } = session.me;
	const { image } = model;

	return [largePicture(model), el("div", { class: "cards" }, aboutCard(model),
		focusCard(model),
		(tier.public || image.public) && publicCard(model),
		variantsCard(model),
		(tier.links || image.may_link) && linksCard(model))];
}

// Shows the parts that fit the image's state, and others when that changes.
function content(model) {
	const parts = el("div", { class: "image-page" });
	let state;

	model.watch(image => {
		if (image.status === state)
			return;
		state = image.status;
		fill(parts, state === "ready" ? readyParts(model)
			: [state === "failed" ? failed(image) : processing(),
				el("div", { class: "cards" }, aboutCard(model))]);
	});
	return parts;
}

export default async function(main, { parts: [id = ""], signal }) {
	let image;

	try {
		image = await get(`/v1/images/${encodeURIComponent(id)}`, {}, { signal });
	} catch (error) {
		if (!isGone(error))
			throw error;
		fill(main, heading(t("image.gone")), backLink());
		return;
	}
	const model = new ImageModel(image, signal);

	fill(main, el("div", { class: "heading" }, backLink(), nameHeading(model), actions(model)),
		content(model));
	model.settle().catch(error => signal.aborted || notifyFailure(error));
}
