// Uploads args.picture again and again: 50 files of which 5 are no pictures, a
// drop, a paste, and what is refused before it is sent. Closing the page asks.
import assert from "node:assert/strict";
import fs from "node:fs";
import { onEachScreen } from "./screens.mjs";

const GOOD = 45;
const hostile = ["<img src=x onerror=alert(1)>.jpg", "\u202egpj.exe.jpg", "\u200b\u{1f4f7}.jpg"];

const jpeg = (name, buffer) => ({ name, mimeType: "image/jpeg", buffer });

async function pick(page, files) {
	const [chooser] = await Promise.all([page.waitForEvent("filechooser"),
		page.getByRole("button", { name: "Upload", exact: true }).first().click()]);

	await chooser.setFiles(files);
}

const ended = (page, text) => page.locator(".uploads h2", { hasText: text }).waitFor();

async function close(page) {
	await page.getByRole("button", { name: "Close the uploads" }).click();
	await page.locator(".uploads").waitFor({ state: "detached" });
	assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
}

async function uploadFifty(page, picture, axe) {
	const good = Array.from({ length: GOOD }, (_, i) =>
		jpeg(hostile[i] ?? `picture ${i}.jpg`, picture));
	const bad = [
		...Array.from({ length: 3 }, (_, i) => jpeg(`text ${i}.jpg`, Buffer.from("no picture"))),
		...Array.from({ length: 2 }, (_, i) =>
			({ name: `notes ${i}.txt`, mimeType: "text/plain", buffer: Buffer.from("notes") })),
	];

	page.expectedStatuses = [415, 422];
	await pick(page, [...good, ...bad]);
	await ended(page, "45 uploaded, 5 failed");
	await axe(page);
	assert.equal(await page.locator(".uploads .failed").count(), 5);
	assert.equal(await page.locator(".uploads .failed", { hasText: "known type" }).count(), 2);
	assert.equal(await page.locator(".uploads .done").count(), GOOD);
	page.expectedStatuses = [];
	await close(page);
}

// Puts a file into an event of the page, as the system does.
const dispatch = (page, type, name, picture) => page.evaluate(([kind, file, base64]) => {
	const transfer = new DataTransfer();
	const bytes = Uint8Array.from(atob(base64), one => one.charCodeAt(0));

	transfer.items.add(new File([bytes], file, { type: "image/jpeg" }));
	document.body.dispatchEvent(kind === "paste"
		? new ClipboardEvent(kind, { clipboardData: transfer, bubbles: true, cancelable: true })
		: new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}, [type, name, picture.toString("base64")]);

async function dropAndPaste(page, picture) {
	await dispatch(page, "dragover", "dropped.jpg", picture);
	await page.locator(".drop-zone").waitFor();
	await dispatch(page, "drop", "dropped.jpg", picture);
	await page.locator(".drop-zone").waitFor({ state: "hidden" });
	await page.locator(".tile", { hasText: "dropped.jpg" }).first().waitFor();
	await dispatch(page, "paste", "pasted.jpg", picture);
	await page.locator(".tile", { hasText: "pasted.jpg" }).first().waitFor();
	await ended(page, "2 pictures uploaded");
	await close(page);
}

// An upload that is held asks before the page is closed. It can be cancelled and
// sent again; one that the service does not take yet goes on by itself.
async function holdAndGoOn(page, picture) {
	let release;
	const held = new Promise(resolve => { release = resolve; });
	let busy = true;
	const keys = new Set();

	page.expectedStatuses = [503];
	await page.route("**/v1/images?name=held*", async route => {
		keys.add(route.request().headers()["idempotency-key"]);
		if (busy) {
			busy = false;
			return await route.fulfill({ status: 503, headers: { "Retry-After": "1" },
				json: { code: "unavailable", detail: "busy" } });
		}
		await held;
		return await route.continue();
	});
	await pick(page, [jpeg("held.jpg", picture)]);
	await page.locator(".uploads .sending").waitFor();
	const [asked] = await Promise.all([page.waitForEvent("dialog"),
		page.close({ runBeforeUnload: true })]);

	assert.equal(asked.type(), "beforeunload");
	await asked.dismiss();
	await page.getByRole("button", { name: "Cancel held.jpg" }).click();
	await page.getByRole("button", { name: "Upload held.jpg again" }).click();
	release();
	await ended(page, "1 picture uploaded");
	assert.equal(keys.size, 1);
	await page.unroute("**/v1/images?name=held*");
	page.expectedStatuses = [];
	await close(page);
}

export default async function({ open, url, args, axe }) {
	const picture = fs.readFileSync(args.picture);
	let count = 0;

	await onEachScreen(open, `${url}/#/`, () => args, async page => {
		if (!count) {
			await page.getByText("No pictures yet").waitFor();
			await axe(page);
		}
		await uploadFifty(page, picture, axe);
		await dropAndPaste(page, picture);
		await holdAndGoOn(page, picture);
		count += GOOD + 3;
		const usage = await page.evaluate(async () =>
			(await (await fetch("v1/me")).json()).usage.images);

		assert.equal(usage, count);
	});
}
