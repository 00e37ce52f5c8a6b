// image_list.js: the images of the gallery that are loaded, newest first, and
// which of them are selected. It outlives the page, so that the user finds the
// gallery again as it was.
import { get, nextQuery, Problem } from "../lib/api.js";
import { changes, hidden } from "../lib/deleted.js";
import { shownRatio } from "./rows.js";

const PAGE = 100;

// A shown image keeps its ratio: the pictures around it stay where they are.
const prepare = (image, ratio = shownRatio(image)) =>
	({ ...image, ratio, readAt: Date.now() });

export class ImageList extends EventTarget {
	#images = [];
	#busy = false;
	selected = new Set();
	scroll = 0;
	active = null;

	constructor(query) {
		super();
		this.query = query;
		this.next = { ...query, limit: PAGE };
	}

	changed() {
		this.dispatchEvent(new Event("change"));
	}

	// The images without those that are being deleted.
	get images() {
		return hidden.size ? this.#images.filter(({ id }) => !hidden.has(id)) : this.#images;
	}

	find(id) {
		return this.#images.find(image => image.id === id);
	}

	// Reads the next page. A search may answer with an empty page that has a next one.
	async more(signal) {
		if (this.#busy || !this.next)
			return;
		this.#busy = true;
		try {
			const answer = await get("/v1/images", this.next, { signal });

			this.next = nextQuery(answer);
			this.#insert(answer.items);
		} finally {
			this.#busy = false;
		}
		this.changed();
	}

	// Identifiers are in the order of time.
	#insert(images) {
		const known = new Set(this.#images.map(({ id }) => id));
		const added = images.filter(({ id }) => !known.has(id)).map(one => prepare(one));

		this.#images = [...this.#images, ...added].sort((a, b) => a.id < b.id ? 1 : -1);
	}

	// A new image belongs to the list unless it is the result of a search.
	add(image) {
		if (this.query.name || this.query.tag)
			return;
		this.#insert([image]);
		this.changed();
	}

	replace(...images) {
		const changed = new Map(images.map(image => [image.id, image]));

		this.#images = this.#images.map(one =>
			changed.has(one.id) ? prepare(changed.get(one.id), one.ratio) : one);
		this.changed();
	}

	remove(ids) {
		const gone = new Set(ids);

		this.#images = this.#images.filter(({ id }) => !gone.has(id));
		this.#unselect(ids);
		this.changed();
	}

	// Images were hidden, or are shown again.
	hiddenChanged() {
		this.#unselect([...hidden]);
		this.changed();
	}

	#unselect(ids) {
		ids.forEach(id => this.selected.delete(id));
	}

	select(ids, on = true) {
		ids.forEach(id => on ? this.selected.add(id) : this.selected.delete(id));
		this.changed();
	}

	get selectedImages() {
		return this.images.filter(({ id }) => this.selected.has(id));
	}

	// Reads an image again. One that is not there any more leaves the list.
	async refresh(id) {
		try {
			this.replace(await get(`/v1/images/${id}`));
		} catch (error) {
			if (!(error instanceof Problem) || error.status !== 404)
				throw error;
			this.remove([id]);
		}
		return this.find(id);
	}
}

let kept = null;

changes.addEventListener("change", () => kept?.hiddenChanged());

// The list of a search; the same one as long as the search is the same.
export function listOf({ name = "", tag = "" }) {
	if (kept?.query.name !== name || kept.query.tag !== tag)
		kept = new ImageList({ name, tag });
	return kept;
}

// The list of the last search, or null.
export const keptList = () => kept;
