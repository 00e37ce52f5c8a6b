// tile.js: one picture of the gallery: a link to its page, and a box to select it.
import { local } from "../lib/api.js";
import { el, icon } from "../lib/dom.js";
import { t } from "../lib/text.js";

const ENOUGH = 180;
const WHOLE = /^([hw]\d+|\d+x\d+)(-q\d+)?(@[23]x)?(\.\w+)?$/;
const SHOWN = ["jpeg", "png", "gif", "webp", "bmp"];

// A comma at its end would separate an address from the next one of a srcset.
const addressOf = variant => local(variant.url).replaceAll(",", "%2C");

// The variants that a browser can show, smallest first: those of the whole picture,
// or others if there are none.
function shownVariants({ variants }) {
	const ready = variants.filter(({ url, format }) => url && SHOWN.includes(format))
		.sort((a, b) => a.width - b.width);
	const whole = ready.filter(({ variant }) => WHOLE.test(variant));

	return whole.length ? whole : ready;
}

// The picture, or null if there is none to show. failed() is called if it does not
// load.
function picture(image, failed) {
	const variants = shownVariants(image);
	const first = variants.find(({ height }) => height >= ENOUGH) ?? variants.at(-1);

	return first && el("img", {
		alt: image.alt ?? "", loading: "lazy", decoding: "async", draggable: "false",
		sizes: "1px", srcset: variants.map(one => `${addressOf(one)} ${one.width}w`).join(", "),
		src: addressOf(first),
		onerror: event => {
			event.target.hidden = true;
			failed();
		},
	});
}

const badge = (kind, picture, text) =>
	el("span", { class: `badge ${kind}` }, picture && icon(picture), text);

function badges({ status, error, public: isPublic }) {
	return el("span", { class: "tile-badges" },
		status === "processing" && badge("busy", "clock", t("gallery.processing")),
		status === "failed" && badge("bad", "warning", t("gallery.failed")),
		error && el("span", { class: "tile-error" }, error.detail),
		isPublic && badge("good", "world", t("gallery.public")));
}

// The list item of an image. `failed` as in picture().
export function createTile(image, failed) {
	const { id, name, color, status } = image;
	const shown = picture(image, failed);
	const tile = el("li", { class: shown ? "tile" : "tile bare", "data-id": id },
		el("a", { href: `#/images/${id}`, tabindex: "-1", draggable: "false" },
			shown ?? icon(status === "failed" ? "warning" : "pictures"), badges(image),
			el("span", { class: "tile-name" }, el("bdi", { title: name }, name))),
		el("label", { class: "tile-check" },
			el("input", { type: "checkbox", tabindex: "-1",
				"aria-label": t("gallery.select_one", { name }) })));

	if (color)
		tile.style.backgroundColor = color;
	tile.image = image;
	return tile;
}

export const linkOf = tile => tile.querySelector("a");

// The place of a tile in the grid: translate() moves it without a layout shift.
export function placeTile(tile, { left, top, width, height }) {
	const { style } = tile;
	const shown = tile.querySelector("img");

	style.translate = `${left}px ${top}px`;
	style.width = `${width}px`;
	style.height = `${height}px`;
	if (shown)
		shown.sizes = `${width}px`;
}

// Whether a tile is selected, and whether the key Tab reaches it.
export function markTile(tile, { selected, active, position }) {
	const [link, box] = tile.querySelectorAll("a, input");

	tile.classList.toggle("selected", selected);
	tile.ariaPosInSet = position;
	tile.ariaSetSize = -1;
	box.checked = selected;
	link.tabIndex = box.tabIndex = active ? 0 : -1;
}
