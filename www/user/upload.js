// upload.js: the ways to upload: a button, a drop, a paste, a URL.
import { session } from "../lib/api.js";
import { openDialog } from "../lib/dialog.js";
import { button, el, icon } from "../lib/dom.js";
import { field, form } from "../lib/field.js";
import { notifyFailure } from "../lib/notice.js";
import { t } from "../lib/text.js";
import { droppedFiles, named, pastedFiles } from "./upload_files.js";
import { showUploads } from "./upload_panel.js";
import { enqueue } from "./upload_queue.js";

function start(sources) {
	if (!sources.length)
		return;
	showUploads();
	enqueue(sources);
}

const accepted = () => session.me.tier.formats.map(format => `image/${format}`).join(",");

// The input is in the document, because browsers may forget another one before
// the user has chosen.
function pickFiles() {
	const input = el("input", { type: "file", multiple: true, accept: accepted(), hidden: true,
		oncancel: () => input.remove(),
		onchange: () => {
			start(named(input.files));
			input.remove();
		} });

	document.body.append(input);
	input.click();
}

async function askForUrls() {
	const urls = await openDialog(t("upload.by_url"), close => form(
		t("upload.start"), form => close(form.elements.urls.value.split(/\s+/).filter(Boolean)),
		field(t("upload.urls"), el("textarea", { name: "urls", rows: 4, required: true,
			autocomplete: "off", spellcheck: "false",
			placeholder: "https://example.org/puffin.jpg" }),
		t("upload.urls_hint"))));

	start((urls ?? []).map(url => ({ url })));
}

export const uploadButtons = () => el("div", { class: "actions" },
	button([icon("upload"), t("upload.choose")], pickFiles, { class: "primary" }),
	session.me.tier.fetch && button([icon("link"), t("upload.by_url")], askForUrls));

const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");

// What covers the page while files are above it.
function dropZone() {
	const zone = el("div", { class: "drop-zone", hidden: true },
		el("p", {}, icon("upload"), t("upload.drop")));

	document.body.append(zone);
	return zone;
}

// Uploads what is dropped or pasted anywhere on the page, until `signal` aborts.
export function takeFiles(signal) {
	const zone = dropZone();
	const listen = (type, act) => addEventListener(type, act, { signal });

	signal.addEventListener("abort", () => zone.remove());
	listen("dragover", event => {
		if (!hasFiles(event))
			return;
		event.preventDefault();
		event.dataTransfer.dropEffect = "copy";
		zone.hidden = false;
	});
	// The pointer has left the window, not only an element.
	listen("dragleave", event => { zone.hidden ||= !event.relatedTarget; });
	listen("drop", event => {
		if (!hasFiles(event))
			return;
		event.preventDefault();
		zone.hidden = true;
		droppedFiles(event.dataTransfer).then(files => start(named(files)), notifyFailure);
	});
	listen("paste", event => {
		const files = pastedFiles(event.clipboardData);

		if (!files.length)
			return;
		event.preventDefault();
		start(files);
	});
}
