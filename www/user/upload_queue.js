// upload_queue.js: the uploads of this page: three are sent at a time. It outlives
// the pages, so that the user can go on meanwhile.
import { Problem, session } from "../lib/api.js";
import { bytes, t } from "../lib/text.js";
import { keptList } from "./image_list.js";
import { Refusal, sendUpload } from "./upload_send.js";

const AT_ONCE = 3;

// Each upload has its `state`:
//   waiting    for its turn
//   sending    now
//   paused     until the service takes it; `note` says why
//   done       `image` is what it became
//   failed     with `error`
//   cancelled  by the user
export const uploads = [];
export const queue = new EventTarget();

const changed = () => queue.dispatchEvent(new Event("change"));

export const isOpen = ({ state }) => ["waiting", "sending", "paused"].includes(state);
const isRunning = ({ state }) => ["sending", "paused"].includes(state);

// The media type of a file comes from its name. The service looks at the bytes.
function isUnknown({ type }) {
	const known = session.me.tier.formats.map(format => `image/${format}`);

	return type && !known.includes(type) && type !== "image/x-ms-bmp";
}

// Why a file is not sent at all, or null.
function refusal({ file }) {
	const { limits, tier } = session.me;

	if (!file)
		return null;
	if (isUnknown(file))
		return new Refusal(t("upload.unknown_type", { formats: tier.formats.join(", ") }));
	if (file.size > limits.max_bytes)
		return new Refusal(t("upload.too_large",
			{ size: bytes(file.size), limit: bytes(limits.max_bytes) }));
	return null;
}

async function run(upload) {
	const { signal } = upload.abort;

	async function pause(note, wait) {
		Object.assign(upload, { state: "paused", note, sent: 0 });
		changed();
		await wait;
		Object.assign(upload, { state: "sending", note: "" });
		changed();
	}

	upload.state = "sending";
	try {
		upload.image = await sendUpload(upload, { signal, pause, progress: sent => {
			upload.sent = Math.min(sent, upload.size);
			changed();
		} });
		Object.assign(upload, { state: "done", sent: upload.size, file: null });
		keptList()?.add(upload.image);
	} catch (error) {
		Object.assign(upload, { state: signal.aborted ? "cancelled" : "failed", error, sent: 0 });
	}
	proceed();
}

function proceed() {
	const free = AT_ONCE - uploads.filter(isRunning).length;

	uploads.filter(({ state }) => state === "waiting").slice(0, Math.max(free, 0)).forEach(run);
	changed();
}

// The service remembers its answer to a key. It runs an upload again only with
// another one, unless that did not get an answer.
function renew(upload) {
	if (upload.error instanceof Problem && upload.error.status < 500)
		upload.key = randomKey();
	Object.assign(upload, { state: "waiting", error: null, sent: 0, note: "",
		abort: new AbortController() });
}

// crypto.randomUUID() exists only with TLS or at localhost.
const randomKey = () => [...crypto.getRandomValues(new Uint8Array(16))]
	.map(byte => byte.toString(16).padStart(2, "0")).join("");

// Adds uploads: [{ file, name }, { url }, ...].
export function enqueue(sources) {
	for (const source of sources) {
		const error = refusal(source);

		uploads.push({ name: source.url, sent: 0, note: "", ...source, error,
			size: source.file?.size ?? 0, key: randomKey(), image: null,
			abort: new AbortController(), state: error ? "failed" : "waiting" });
	}
	proceed();
}

export function cancel(upload) {
	upload.abort.abort();
	if (upload.state === "waiting")
		upload.state = "cancelled";
	proceed();
}

export function retry(upload) {
	renew(upload);
	proceed();
}

export const cancelAll = () => uploads.filter(isOpen).forEach(cancel);

// Forgets the uploads that have ended.
export function clearEnded() {
	uploads.splice(0, uploads.length, ...uploads.filter(isOpen));
	changed();
}

// What the user would lose by closing the page.
addEventListener("beforeunload", event => {
	if (uploads.some(isOpen))
		event.preventDefault();
});
