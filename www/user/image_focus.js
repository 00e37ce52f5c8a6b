// image_focus.js: the card of the point that crops keep, with what they become.
import { local } from "../lib/api.js";
import { button, debounce, el, fill } from "../lib/dom.js";
import { notifyFailure } from "../lib/notice.js";
import { number, t } from "../lib/text.js";
import { bestPicture } from "./image_model.js";

const SAVE_MS = 500;
const STEP = .01;
const LARGE_STEP = .1;
const shapes = [["1:1", 1], ["16:9", 16 / 9], ["3:4", 3 / 4]];
const keys = {
	ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

const within = value => Math.round(Math.min(Math.max(value, 0), 1) * 1e4) / 1e4;

// The place of a crop that shows `part` of a side, for object-position: the crop
// keeps the focus in its middle as far as it can.
function place(focus, part) {
	const start = Math.min(Math.max(focus - part / 2, 0), 1 - part);

	return part < 1 ? start / (1 - part) * 100 : 50;
}

export function cropPosition([x, y], ratio, shape) {
	return `${place(x, Math.min(shape / ratio, 1))}% ${place(y, Math.min(ratio / shape, 1))}%`;
}

function makeCrop([name, shape], url) {
	const picture = el("img", { src: url, alt: "", draggable: "false" });

	picture.style.aspectRatio = shape;
	return { shape, picture,
		whole: el("figure", {}, picture, el("figcaption", {}, name)) };
}

export function focusCard(model) {
	const best = bestPicture(model.image);

	if (!best)
		return null;
	const url = local(best.url);
	const ratio = best.width / best.height;
	const crops = shapes.map(shape => makeCrop(shape, url));
	const state = el("p", { class: "hint", role: "status" });
	const marker = el("button", { type: "button", class: "focus-marker",
		onkeydown: event => move(event), onpointerdown: grab, onpointermove: drag });
	const picture = el("div", { class: "focus-picture", onclick: point },
		el("img", { src: url, alt: "", width: best.width, height: best.height,
			draggable: "false" }), marker);
	const reset = button(t("image.focus_reset"), () => {
		marker.focus();
		set(null);
	});
	let focus = model.image.focus;

	function show() {
		const [x, y] = focus ?? [.5, .5];

		marker.style.left = `${x * 100}%`;
		marker.style.top = `${y * 100}%`;
		marker.ariaLabel = t("image.focus_at",
			{ x: number(Math.round(x * 100)), y: number(Math.round(y * 100)) });
		for (const crop of crops)
			crop.picture.style.objectPosition = cropPosition([x, y], ratio, crop.shape);
		reset.disabled = !focus;
	}

	const save = debounce(async () => {
		try {
			await model.change({ focus });
			fill(state, t("image.focus_saved"));
		} catch (error) {
			fill(state);
			notifyFailure(error);
		}
	}, SAVE_MS);

	function set(wanted) {
		focus = wanted;
		fill(state, t("image.focus_saving"));
		show();
		save();
	}

	function point({ clientX, clientY, detail }) {
		const { left, top, width, height } = picture.getBoundingClientRect();

		// A key that presses the marker is a click without a place.
		if (detail)
			set([within((clientX - left) / width), within((clientY - top) / height)]);
		marker.focus();
	}

	function move(event) {
		const step = event.shiftKey ? LARGE_STEP : STEP;
		const [dx, dy] = keys[event.key] ?? [];
		const [x, y] = focus ?? [.5, .5];

		if (dx === undefined)
			return;
		event.preventDefault();
		set([within(x + dx * step), within(y + dy * step)]);
	}

	function grab(event) {
		marker.setPointerCapture(event.pointerId);
	}

	function drag(event) {
		if (marker.hasPointerCapture(event.pointerId))
			point({ clientX: event.clientX, clientY: event.clientY, detail: 1 });
	}

	show();
	return el("section", { class: "card" }, el("h2", {}, t("image.focus")),
		el("p", {}, t("image.focus_text")), picture, el("div", { class: "crops" },
			crops.map(({ whole }) => whole)), state,
		el("div", { class: "buttons" }, reset));
}
