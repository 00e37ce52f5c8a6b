// answer.js: shows the answer to a request: status, headers and body.
import { el } from "./dom.js";

const MOST = 100000; // characters of a text

function pretty(text, media) {
	if (media.includes("json"))
		try {
			return JSON.stringify(JSON.parse(text), null, 2);
		} catch {
			// It is shown as it is.
		}
	return text;
}

async function bodyOf(response, media) {
	if (media.startsWith("image/")) {
		const url = URL.createObjectURL(await response.blob());

		return el("img", { src: url, alt: "The picture of the answer",
			onload: () => URL.revokeObjectURL(url) });
	}
	const text = pretty(await response.text(), media);

	return text && el("pre", {}, text.slice(0, MOST));
}

export async function answerOf(response) {
	const media = response.headers.get("Content-Type") ?? "";
	const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`);
	const mood = response.ok ? "good" : "bad";

	return [
		el("p", {}, el("strong", { class: `badge ${mood}` },
			`${response.status} ${response.statusText}`.trim())),
		el("details", {}, el("summary", {}, `${headers.length} headers`),
			el("pre", {}, headers.join("\n"))),
		await bodyOf(response, media),
	];
}
