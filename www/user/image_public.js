// image_public.js: the card with which a picture becomes public or private.
import { get } from "../lib/api.js";
import { copyButton } from "../lib/copy.js";
import { el, fill } from "../lib/dom.js";
import { checkbox } from "../lib/field.js";
import { notify, notifyFailure } from "../lib/notice.js";
import { t } from "../lib/text.js";
import { bestPicture } from "./image_model.js";

function lasting(url, html) {
	return [
		el("h3", {}, t("image.address")),
		el("pre", {}, url), copyButton(t("image.copy_address"), url),
		html && [el("h3", {}, t("image.html")),
			el("pre", {}, html), copyButton(t("image.copy_html"), html)],
	];
}

export function publicCard(model) {
	const whole = checkbox(t("image.public"), "public", model.image.public,
		t("image.public_hint"));
	const input = whole.querySelector("input");
	const texts = el("div");

	input.setAttribute("role", "switch");
	input.addEventListener("change", async () => {
		const wanted = input.checked;

		input.disabled = true;
		try {
			await model.change({ public: wanted });
			notify(t(wanted ? "image.published" : "image.made_private"));
		} catch (error) {
			input.checked = !wanted;
			notifyFailure(error);
		}
		input.disabled = false;
		input.focus();
	});

	async function showAddresses({ public: isPublic }) {
		input.checked = isPublic;
		if (!isPublic) {
			fill(texts);
			return;
		}
		try {
			const image = await get(model.path, { html: "1" }, { signal: model.signal });

			if (model.image.public)
				fill(texts, lasting(bestPicture({ ...image, original: null })?.public_url ??
					image.original?.public_url ?? "", image.html));
		} catch (error) {
			if (!model.signal.aborted)
				notifyFailure(error);
		}
	}

	model.watch(showAddresses);
	return el("section", { class: "card" }, el("h2", {}, t("image.publish")), whole, texts);
}
