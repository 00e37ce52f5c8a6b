// images.js: the page of the images of all users.
import { get, local, remove } from "../lib/api.js";
import { confirm } from "../lib/dialog.js";
import { el, fill, iconButton } from "../lib/dom.js";
import { filteredList } from "../lib/filtered_list.js";
import { notify, notifyFailure } from "../lib/notice.js";
import { heading, nothing } from "../lib/shell.js";
import { bytes, dateTime, t } from "../lib/text.js";

const states = ["ready", "processing", "failed"];
const colours = { processing: "busy", failed: "bad", ready: "good" };
const SIDE = 72;

// The smallest variant that is ready, in a box of a fixed size.
function thumbnail({ variants, color, name }) {
	const ready = variants.filter(one => one.url && one.width)
		.sort((a, b) => a.bytes - b.bytes)[0];
	const box = el("div", { class: "thumb" }, ready && el("a",
		{ href: local(ready.url), target: "_blank", rel: "noopener" },
		el("img", { src: local(ready.url), alt: t("admin_images.open", { name }),
			width: SIDE, height: SIDE, loading: "lazy" })));

	if (color)
		box.style.background = color;
	return box;
}

async function drop(image, line) {
	if (!await confirm(t("admin_images.delete"), t("admin_images.delete_text",
		{ name: image.name, user: image.user.username }), t("admin_images.delete")))
		return;
	try {
		await remove(`/v1/admin/images/${image.id}`);
		line.remove();
		notify(t("admin_images.deleted"));
	} catch (error) {
		notifyFailure(error);
	}
}

const size = ({ width, height }) => width ? `${width} × ${height}` : "";

function row(image, cells) {
	const line = cells([
		thumbnail(image),
		[el("bdi", { class: "clip", title: image.name }, image.name), " ",
			image.public && el("span", { class: "badge" }, t("admin_images.public"))],
		el("a", { href: `#/images?user=${image.user.id}` }, el("bdi", {}, image.user.username)),
		el("span", { class: `badge ${colours[image.status]}` },
			t(`admin_images.${image.status}`)),
		size(image), image.bytes === null ? "" : bytes(image.bytes),
		dateTime(image.created_at),
		iconButton("delete", t("admin_images.delete_one", { name: image.name }),
			() => drop(image, line)),
	]);

	return line;
}

// The name of the user whose images are shown.
async function ofUser(id, signal) {
	return id && (await get(`/v1/admin/users/${id}`, {}, { signal })).username;
}

export default async function(main, { query, signal }) {
	const username = await ofUser(query.user, signal);

	fill(main, heading(username ? t("admin_images.of", { name: username }) : t("admin.images"),
		username && el("a", { href: "#/images" }, t("admin_images.all"))));
	filteredList(main, "/v1/admin/images", {
		label: t("admin.images"), row, query, signal,
		heads: ["", t("admin_images.name"), t("admin_images.user"), t("admin_images.state"),
			t("admin_images.size"), t("admin_images.bytes"), t("admin_images.created"), ""],
		filters: [
			{ name: "name", label: t("admin_images.name") },
			{ name: "status", label: t("admin_images.state"), options: [["", t("filter.all")],
				...states.map(one => [one, t(`admin_images.${one}`)])] },
			{ name: "user", hidden: true },
		],
		empty: nothing("pictures", t("filter.nothing")),
	});
}
