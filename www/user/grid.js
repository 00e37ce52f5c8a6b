// grid.js: the rows of the gallery. Only those near the visible part are in the
// document, and the one with the focus.
import { el } from "../lib/dom.js";
import { t } from "../lib/text.js";
import { boxesOf, breakRows, heightOfRows, neighbour, rowAt, rowsShown } from "./rows.js";
import { createTile, linkOf, markTile, placeTile } from "./tile.js";

const HEIGHT = 180;
const GAP = 6;
const AHEAD = 900;
const MOST = 190;

// Shows the images of `list` until `signal` aborts. near() is called when the end
// is near. failed(image) is called when a picture does not load.
export class Grid {
	#list;
	#images = [];
	#ratios = [];
	#rows = [];
	#tiles = new Map();
	#width = 0;
	#range = "";
	#frame = 0;
	#near;
	#failed;

	constructor(list, { near, failed, signal }) {
		this.#list = list;
		this.#near = near;
		this.#failed = failed;
		this.element = el("ul", { class: "tiles", "aria-label": t("gallery.title"),
			"aria-describedby": "gallery-keys" });
		const later = () => { this.#frame ||= requestAnimationFrame(() => this.#draw()); };
		const resized = new ResizeObserver(() => this.#resize());

		resized.observe(this.element);
		addEventListener("scroll", later, { passive: true, signal });
		list.addEventListener("change", () => this.update(), { signal });
		signal.addEventListener("abort", () => {
			resized.disconnect();
			cancelAnimationFrame(this.#frame);
		});
	}

	#top() {
		return this.element.getBoundingClientRect().top;
	}

	#resize() {
		if (this.element.clientWidth !== this.#width)
			this.update();
	}

	// The picture at the top of the window, and its distance from there. It stays
	// there when the rows change.
	#anchor() {
		const y = -this.#top();
		const row = y > 0 && this.#rows[rowAt(this.#rows, y)];

		return row && { id: this.#images[row.first].id, y: y - row.top };
	}

	#return({ id, y }) {
		const index = this.indexOf(id);

		if (index >= 0)
			scrollBy({ top: this.#rowOf(index).top + y + this.#top(), behavior: "instant" });
	}

	#rowOf(index) {
		return this.#rows.find(({ end }) => index < end);
	}

	indexOf(id) {
		return this.#images.findIndex(image => image.id === id);
	}

	// Shows the list as it is now.
	update() {
		const anchor = this.#anchor();

		this.#images = this.#list.images;
		this.#ratios = this.#images.map(({ ratio }) => ratio);
		this.#width = this.element.clientWidth;
		this.#rows = breakRows(this.#ratios, this.#width, { height: HEIGHT, gap: GAP });
		this.element.style.height = `${heightOfRows(this.#rows)}px`;
		if (anchor)
			this.#return(anchor);
		this.#range = "";
		this.#draw();
	}

	#draw() {
		const top = -this.#top();

		this.#frame = 0;
		this.#list.scroll = scrollY;
		const { from, to } = rowsShown(this.#rows,
			{ top, bottom: top + innerHeight, ahead: AHEAD, most: MOST });

		if (`${from} ${to}` !== this.#range)
			this.#place(from, to);
		this.#range = `${from} ${to}`;
		if (top + innerHeight + AHEAD > heightOfRows(this.#rows))
			this.#near();
	}

	// The rows that are in the document: those of a range, and that of the focus.
	#place(from, to) {
		const wanted = this.#rows.slice(from, to).flatMap(row => this.#boxes(row));
		const focused = this.indexOf(document.activeElement?.closest?.(".tile")?.dataset.id);

		if (focused >= 0 && !wanted.some(({ index }) => index === focused)) {
			const box = this.#boxes(this.#rowOf(focused))
				.find(({ index }) => index === focused);

			wanted.splice(focused < wanted[0].index ? 0 : wanted.length, 0, box);
		}
		this.#fill(wanted);
	}

	#boxes(row) {
		return boxesOf(row, this.#ratios, this.#width, GAP).map((box, i) =>
			({ ...box, top: row.top, height: row.height, index: row.first + i }));
	}

	#fill(boxes) {
		let last = null;

		if (!this.#images.some(({ id }) => id === this.#list.active))
			this.#list.active = this.#images[boxes[0]?.index]?.id;
		const tiles = new Map(boxes.map(box => [this.#images[box.index].id, this.#tileAt(box)]));

		for (const [id, tile] of this.#tiles)
			if (tiles.get(id) !== tile)
				tile.remove();
		// Only new tiles are moved: a moved one would lose the focus.
		for (const tile of tiles.values()) {
			if (!tile.isConnected || tile.previousSibling !== last)
				last ? last.after(tile) : this.element.prepend(tile);
			last = tile;
		}
		this.#tiles = tiles;
	}

	// The tile at a place: that of before if its image has not changed.
	#tileAt(box) {
		const image = this.#images[box.index];
		const { id } = image;
		let tile = this.#tiles.get(id);

		if (tile?.image !== image) {
			const fresh = createTile(image, () => this.#failed(image));

			if (tile?.contains(document.activeElement)) {
				tile.replaceWith(fresh);
				linkOf(fresh).focus({ preventScroll: true });
			}
			tile = fresh;
		}
		placeTile(tile, box);
		markTile(tile, { selected: this.#list.selected.has(id),
			active: id === this.#list.active, position: box.index + 1 });
		return tile;
	}

	// Moves the focus to the picture with this index, and there the key Tab finds
	// it again.
	focus(index, options) {
		const image = this.#images[Math.min(Math.max(index, 0), this.#images.length - 1)];

		if (!image)
			return;
		this.#list.active = image.id;
		if (!this.#tiles.has(image.id)) {
			const row = this.#rowOf(this.indexOf(image.id));

			scrollBy({ top: row.top + this.#top() - innerHeight / 2, behavior: "instant" });
		}
		this.#range = "";
		this.#draw();
		linkOf(this.#tiles.get(image.id)).focus(options);
	}

	// The index that an arrow key leads to from another.
	step(key, index) {
		const vertical = step =>
			neighbour(index, step, this.#rows, this.#ratios, this.#width, GAP);
		const steps = {
			ArrowLeft: () => index - 1,
			ArrowRight: () => index + 1,
			ArrowUp: () => vertical(-1),
			ArrowDown: () => vertical(1),
			Home: () => 0,
			End: () => this.#images.length - 1,
		};

		return Object.hasOwn(steps, key) ? steps[key]() : null;
	}
}
