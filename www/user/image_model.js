// image_model.js: the image that a page shows, and the changes of it. The parts of
// the page watch it.
import { get, patch, Problem } from "../lib/api.js";
import { poll } from "../lib/poll.js";

const FRESH_MS = 10 * 60000;

const isPending = ({ status }) => status === "processing";

export class ImageModel extends EventTarget {
	#queue = Promise.resolve();
	#readAt = Date.now();
	#settling = null;

	constructor(image, signal) {
		super();
		this.image = image;
		this.signal = signal;
		this.path = `/v1/images/${image.id}`;
	}

	// Calls act(image) now and after each change.
	watch(act) {
		this.addEventListener("change", () => act(this.image), { signal: this.signal });
		act(this.image);
	}

	set(image) {
		this.image = image;
		this.#readAt = Date.now();
		this.dispatchEvent(new Event("change"));
	}

	// Changes fields of the image. The requests follow each other, so that the last
	// change is the one that stays.
	change(fields) {
		const done = this.#queue.then(async () => this.set(await patch(this.path, fields)));

		this.#queue = done.catch(() => {});
		return done;
	}

	async reload() {
		this.set(await get(this.path, {}, { signal: this.signal }));
	}

	// Signed addresses end: reads them again if they are old.
	async refresh() {
		if (Date.now() - this.#readAt > FRESH_MS)
			await this.reload();
	}

	// Waits until the image and its variants are ready or failed.
	settle() {
		this.#settling ??= this.#settle().finally(() => { this.#settling = null; });
		return this.#settling;
	}

	async #settle() {
		const { signal } = this;
		let known = JSON.stringify(this.image);

		while (isPending(this.image) || this.image.variants.some(isPending))
			await poll(this.path, answer => {
				const changed = JSON.stringify(answer) !== known;

				known = JSON.stringify(answer);
				if (changed)
					this.set(answer);
				return changed;
			}, signal);
	}
}

export const isGone = error => error instanceof Problem && error.status === 404;

const SHOWN = ["jpeg", "png", "gif", "webp", "bmp"];
const WHOLE = /^([hw]\d+|\d+x\d+)(-q\d+)?(@[23]x)?(\.\w+)?$/;
const ORIGINAL_MOST = 8e6;

// What shows the whole picture best: { url, width, height }, or null. A browser
// cannot show each format, and an original may be too much for a page.
export function bestPicture({ original, format, width, height, bytes, variants }) {
	const ready = variants.filter(one => one.url && SHOWN.includes(one.format))
		.sort((a, b) => b.width - a.width);
	const whole = ready.find(({ variant }) => WHOLE.test(variant)) ?? ready[0];

	if (original && SHOWN.includes(format) && bytes <= ORIGINAL_MOST)
		return { ...original, width, height };
	return whole ?? null;
}
