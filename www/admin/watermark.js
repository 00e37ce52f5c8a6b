// watermark.js: the watermark of a tier: a PNG, where it lies and how it looks.
import { get, put, remove } from "../lib/api.js";
import { button, el, fill } from "../lib/dom.js";
import { field, form } from "../lib/field.js";
import { notify, notifyFailure } from "../lib/notice.js";
import { t } from "../lib/text.js";

const positions = ["north-west", "north", "north-east", "west", "centre", "east",
	"south-west", "south", "south-east"];

const fresh = { position: "south-east", opacity: 60, scale: 25, from: 300, png: "" };

const numberField = (name, value, min, max) => field(t(`watermark.${name}`),
	el("input", { name, type: "number", value, min, max, required: true }));

const fields = watermark => [
	watermark.png && el("p", {}, el("img", { class: "watermark", alt: t("watermark.present"),
		src: `data:image/png;base64,${watermark.png}` })),
	field(t("watermark.file"), el("input", { name: "image", type: "file", accept: "image/png",
		required: !watermark.png }), t("watermark.file_hint")),
	el("div", { class: "columns" },
		field(t("watermark.position"), el("select", { name: "position" }, positions.map(one =>
			el("option", { value: one, selected: one === watermark.position },
				t(`watermark.position.${one}`))))),
		numberField("opacity", watermark.opacity, 1, 100),
		numberField("scale", watermark.scale, 1, 100),
		numberField("from", watermark.from, 0, 16383)),
];

// The PNG that was chosen, or the present one.
const picture = (file, { png }) => new Blob(
	[file ?? Uint8Array.from(atob(png), letter => letter.charCodeAt(0))],
	{ type: "image/png" });

// The part of a tier's dialog. It has its own form.
export function watermarkPart(tier) {
	const whole = el("details", { ontoggle: open },
		el("summary", {}, t("watermark.title"), " ",
			el("small", {}, t(tier.watermark ? "tier.yes" : "tier.no"))));
	const path = `/v1/admin/tiers/${tier.id}/watermark`;
	const content = el("div");

	async function drop() {
		try {
			await remove(path);
			tier.watermark = false;
			notify(t("watermark.removed"));
			await show();
		} catch (error) {
			notifyFailure(error);
		}
	}

	async function show() {
		const present = tier.watermark ? await get(path) : fresh;

		fill(content, form(t("watermark.save"), async ({ elements }) => {
			const query = Object.fromEntries(["position", "opacity", "scale", "from"]
				.map(name => [name, elements[name].value]));

			await put(path, picture(elements.image.files[0], present), { query });
			tier.watermark = true;
			notify(t("watermark.saved"));
			await show();
		}, fields(present)),
		tier.watermark && button(t("watermark.remove"), drop));
	}

	async function open() {
		if (whole.open && !content.children.length)
			await show().catch(notifyFailure);
	}

	whole.append(content);
	return whole;
}
