// upload_send.js: sends one upload, and goes on after what passes by itself.
import {
	address, csrfHeader, Problem, problemOf, renewSession, Unreachable,
} from "../lib/api.js";
import { sleep } from "../lib/dom.js";
import { t } from "../lib/text.js";

const NAME_MOST = 255;
const PAUSE_SECONDS = 5;
const UNREACHABLE_MOST = 5;
const passing = ["rate_limited", "unavailable", "idempotency_running"];

// What is refused before it is sent. Its message is for the user.
export class Refusal extends Error {}

function target({ file, name }) {
	const url = new URL(address("/v1/images"));

	if (file)
		url.searchParams.set("name", [...name].slice(0, NAME_MOST).join(""));
	return url;
}

// fetch() does not tell how much of a body is sent.
function send(upload, { progress, signal }) {
	const { file, url, key } = upload;

	return new Promise((resolve, reject) => {
		const xhr = new XMLHttpRequest();
		const stop = () => xhr.abort();
		const headers = { ...csrfHeader("POST"), "Idempotency-Key": key,
			"Content-Type": file ? file.type || "application/octet-stream" : "application/json" };

		xhr.open("POST", target(upload));
		for (const [name, value] of Object.entries(headers))
			xhr.setRequestHeader(name, value);
		xhr.upload.onprogress = event => progress(event.loaded);
		xhr.onload = () => xhr.status < 300 ? resolve(JSON.parse(xhr.responseText))
			: reject(problemOf(xhr.status, xhr.responseText, xhr.getResponseHeader("Retry-After")));
		xhr.onerror = () => reject(new Unreachable("upload"));
		xhr.onabort = () => reject(signal.reason);
		xhr.onloadend = () => signal.removeEventListener("abort", stop);
		signal.addEventListener("abort", stop);
		xhr.send(file ?? JSON.stringify({ url }));
	});
}

// Rejects if the file was changed or removed: a browser calls that a network error.
async function checkReadable({ file }) {
	try {
		await file?.slice(0, 1).arrayBuffer();
	} catch {
		throw new Refusal(t("upload.unreadable"));
	}
}

function online(signal) {
	return new Promise(resolve => addEventListener("online", resolve, { once: true, signal }));
}

// Waits until it makes sense to send again. Rejects with `error` if it does not.
async function waitAfter(error, tries, { pause, signal }) {
	if (error instanceof Problem && error.code === "unauthenticated")
		return await pause(t("upload.logged_out"), renewSession());
	if (error instanceof Problem && passing.includes(error.code)) {
		const seconds = error.retryAfter || PAUSE_SECONDS;

		return await pause(t("upload.busy", { count: seconds }), sleep(seconds * 1000, signal));
	}
	if (!(error instanceof Unreachable) || tries > UNREACHABLE_MOST)
		throw error;
	return await pause(t("upload.unreachable"), navigator.onLine
		? sleep(PAUSE_SECONDS * 1000 * tries, signal) : Promise.race([online(signal),
			new Promise((_, reject) =>
				signal.addEventListener("abort", () => reject(signal.reason)))]));
}

// Sends an upload { file or url, name, key } and resolves with its image.
// progress(bytes) is told what is sent, pause(text, wait) why the upload waits: it
// returns that promise.
export async function sendUpload(upload, { progress, pause, signal }) {
	for (let tries = 1; ; tries++)
		try {
			await checkReadable(upload);
			signal.throwIfAborted();
			return await send(upload, { progress, signal });
		} catch (error) {
			signal.throwIfAborted();
			await waitAfter(error, tries, { pause, signal });
		}
}
