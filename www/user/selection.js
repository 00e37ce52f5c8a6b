// selection.js: selects pictures of the gallery, and what can be done with all of
// them.
import { post, remove, session } from "../lib/api.js";
import { copy } from "../lib/copy.js";
import { hide, unhide } from "../lib/deleted.js";
import { button, el, fill, icon, iconButton } from "../lib/dom.js";
import { notify, notifyFailure, withUndo } from "../lib/notice.js";
import { t } from "../lib/text.js";

const AT_ONCE = 3;
const PUBLISH_MOST = 100;
const FRESH_MS = 30 * 60000;

// Calls act(item) for all of `items`, a few at a time. Resolves with what failed:
// [{ item, error }, ...].
async function forAll(items, act, atOnce = AT_ONCE) {
	const waiting = [...items];
	const failures = [];

	async function work() {
		for (let item = waiting.shift(); item !== undefined; item = waiting.shift())
			try {
				await act(item);
			} catch (error) {
				failures.push({ item, error });
			}
	}

	await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
	return failures;
}

// Deletes images 10 seconds later. They vanish at once, and come back if the user
// undoes that, or if the service refuses it.
export function deleteImages(list, ids) {
	hide(...ids);
	withUndo(t("gallery.deleted", { count: ids.length }), async ({ keepalive } = {}) => {
		// A page that is left sends all requests at once, or none.
		const failures = await forAll(ids,
			id => remove(`/v1/images/${id}`, { keepalive }), keepalive ? ids.length : AT_ONCE);
		const kept = new Set(failures.filter(({ error }) => error.status !== 404)
			.map(({ item }) => item));

		list.remove(ids.filter(id => !kept.has(id)));
		if (kept.size)
			throw failures.find(({ item }) => kept.has(item)).error;
	}, () => unhide(...ids));
}

async function publish(list, ids, isPublic) {
	for (let i = 0; i < ids.length; i += PUBLISH_MOST) {
		const { items } = await post("/v1/images/publish",
			{ ids: ids.slice(i, i + PUBLISH_MOST), public: isPublic });

		list.replace(...items.filter(({ id }) => list.find(id)).map(({ id, public: now }) =>
			({ ...list.find(id), public: now ?? false })));
	}
	notify(t(isPublic ? "gallery.published" : "gallery.made_private", { count: ids.length }));
}

// The address of the largest picture: the lasting one of a public image.
function addressOf({ variants, public: isPublic }) {
	const largest = variants.filter(({ url }) => url).sort((a, b) => a.width - b.width).at(-1);

	return largest && ((isPublic && largest.public_url) || largest.url);
}

// A list has signed addresses as old as itself, and none of what was published since.
const isOld = image => Date.now() - image.readAt > FRESH_MS ||
	image.public !== image.variants.some(({ public_url: url }) => url);

async function copyAddresses(list) {
	await forAll(list.selectedImages.filter(isOld), ({ id }) => list.refresh(id));
	await copy(list.selectedImages.map(addressOf).filter(Boolean).join("\n"));
}

// The bar with the actions for the selected images, and the ways to select them.
export function selectionBar(list, grid, signal) {
	const count = el("span", { class: "selection-count", role: "status" });
	const bar = el("section", { class: "selection", "aria-label": t("gallery.selection"),
		hidden: true });
	let last = null;

	async function attempt(act) {
		try {
			await act();
		} catch (error) {
			notifyFailure(error);
		}
	}

	// The focus was in the bar, or on what has vanished.
	const back = () => grid.focus(Math.max(grid.indexOf(list.active), 0),
		{ preventScroll: true });

	function clear() {
		const focused = bar.contains(document.activeElement);

		list.select([...list.selected], false);
		if (focused)
			back();
	}

	function drop() {
		const ids = [...list.selected];
		const place = list.images.findIndex(({ id }) => list.selected.has(id));

		deleteImages(list, ids);
		grid.focus(place, { preventScroll: true });
		if (!list.images.length)
			document.querySelector("h1").focus();
	}

	const setPublic = isPublic => attempt(() => publish(list, [...list.selected], isPublic));

	function choose(id, on, range) {
		const ids = list.images.map(one => one.id);
		const [from, to] = [ids.indexOf(range && last ? last : id), ids.indexOf(id)]
			.sort((a, b) => a - b);

		last = id;
		list.select(from < 0 ? [id] : ids.slice(from, to + 1), on);
	}

	function onclick(event) {
		const tile = event.target.closest(".tile");
		const box = event.target.closest("input");
		const modified = event.shiftKey || event.ctrlKey || event.metaKey;

		if (!tile)
			return;
		list.active = tile.dataset.id;
		if (box)
			choose(tile.dataset.id, box.checked, event.shiftKey);
		else if (event.target.closest("a") && modified) {
			event.preventDefault();
			choose(tile.dataset.id, event.shiftKey || !list.selected.has(tile.dataset.id),
				event.shiftKey);
		} else if (event.target.closest("a"))
			list.opened = true;
	}

	function onkeydown(event) {
		const tile = event.target.closest(".tile");
		const to = tile && !event.ctrlKey && !event.altKey && !event.metaKey &&
			grid.step(event.key, grid.indexOf(tile.dataset.id));

		if (Number.isInteger(to))
			grid.focus(to);
		else if (tile && event.key === " " && event.target.matches("a"))
			choose(tile.dataset.id, event.shiftKey || !list.selected.has(tile.dataset.id),
				event.shiftKey);
		else
			return;
		event.preventDefault();
	}

	function shortcuts(event) {
		if (event.target.closest("dialog, input:not([type=checkbox]), textarea, select"))
			return;
		if (event.key === "Escape" && list.selected.size)
			clear();
		if (event.key === "a" && (event.ctrlKey || event.metaKey) && list.images.length) {
			event.preventDefault();
			list.select(list.images.map(({ id }) => id));
		}
	}

	function show() {
		const { size } = list.selected;

		bar.hidden = !size;
		fill(count, size && t("gallery.selected", { count: size }));
		grid.element.classList.toggle("selecting", size > 0);
	}

	fill(bar, iconButton("close", t("gallery.select_none"), clear), count,
		button([icon("check"), el("span", {}, t("gallery.select_all"))],
			() => list.select(list.images.map(({ id }) => id))),
		button([icon("copy"), el("span", {}, t("gallery.copy"))],
			() => attempt(() => copyAddresses(list)), { title: t("gallery.copy_hint") }),
		session.me.tier.public && [
			button([icon("world"), el("span", {}, t("gallery.publish"))], () => setPublic(true)),
			button([icon("lock"), el("span", {}, t("gallery.make_private"))],
				() => setPublic(false))],
		button([icon("delete"), el("span", {}, t("gallery.delete"))], drop,
			{ class: "danger" }));
	grid.element.addEventListener("click", onclick, { signal });
	grid.element.addEventListener("keydown", onkeydown, { signal });
	addEventListener("keydown", shortcuts, { signal });
	list.addEventListener("change", show, { signal });
	show();
	return bar;
}
