// image_name.js: the name of a picture as the heading of its page, which can be
// changed in place.
import { button, el, fill, iconButton } from "../lib/dom.js";
import { field, form } from "../lib/field.js";
import { t } from "../lib/text.js";

export function nameHeading(model) {
	const name = el("bdi");
	const title = el("h1", { tabindex: "-1" }, name);
	const change = iconButton("edit", t("image.rename"), edit);
	const whole = el("div", { class: "image-name" }, title, change);

	function show() {
		title.classList.remove("hidden");
		fill(whole, title, change);
		change.focus();
	}

	function edit() {
		const input = el("input", { name: "name", required: true, maxlength: 255,
			autocomplete: "off" });
		const editor = form(t("form.save"), async () => {
			await model.change({ name: input.value });
			show();
		}, field(t("image.name"), input));

		input.value = model.image.name;
		editor.querySelector(".buttons").prepend(button(t("dialog.cancel"), show));
		editor.addEventListener("keydown", event => event.key === "Escape" && show());
		// The page keeps its heading for screen readers.
		title.classList.add("hidden");
		fill(whole, title, editor);
		input.select();
	}

	model.watch(image => {
		document.title = `${image.name} · ${t("brand")}`;
		fill(name, image.name);
		title.title = image.name;
	});
	return whole;
}
