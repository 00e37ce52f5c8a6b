// What a first visit costs, with an empty cache: the page before the login, and the
// gallery of args.user without its pictures. Bodies count as they are transferred,
// or compressed here if the web server does not do it.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { openAs } from "./screens.mjs";

const KB = 1000;
const MAX_WELCOME = { requests: 8, bytes: 60 * KB };
const MAX_GALLERY_BYTES = 120 * KB;

const isPicture = response => response.request().resourceType() === "image" &&
	!response.url().endsWith("/icons.svg");

async function sizeOf(response) {
	if (response.status() === 304)
		return 0;
	if (response.headers()["content-encoding"])
		return (await response.request().sizes()).responseBodySize;
	return gzipSync(await response.body()).length;
}

// Opens an address and counts what comes until `selector` is there and nothing more
// is loaded.
async function visit(page, address, selector) {
	const responses = [];

	page.on("response", response => responses.push(response));
	await page.goto(address);
	await page.waitForSelector(selector, { state: "attached" });
	await page.waitForLoadState("networkidle");
	const own = responses.filter(response => response.url().startsWith("http") &&
		!isPicture(response));
	const sizes = await Promise.all(own.map(sizeOf));

	return {
		requests: own.length, bytes: sizes.reduce((sum, size) => sum + size, 0),
		parts: own.map((response, i) => `${response.url()}: ${sizes[i]}`),
	};
}

export default async function({ open, url, args }) {
	const welcome = await visit(await open({ locale: "en" }), `${url}/`, "#login-name");
	const page = await openAs(open, `${url}/`, args);
	const storageState = await page.context().storageState();
	const gallery = await visit(await open({ locale: "en", storageState }), `${url}/`,
		"main h1");

	assert.ok(welcome.requests <= MAX_WELCOME.requests, welcome.parts.join("\n"));
	assert.ok(welcome.bytes <= MAX_WELCOME.bytes, welcome.parts.join("\n"));
	assert.ok(gallery.bytes <= MAX_GALLERY_BYTES, gallery.parts.join("\n"));
}
