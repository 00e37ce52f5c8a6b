// /docs/ with scripts and without: the search needs only the keyboard, the language of
// the examples is remembered, and a user sends requests from the page.
import assert from "node:assert/strict";

const focused = page => page.evaluate(() => document.activeElement.tagName);
const shownLanguages = page => page.evaluate(() => [...new Set(
	[...document.querySelectorAll(".examples pre")]
		.filter(pre => pre.checkVisibility()).map(pre => pre.dataset.language))]);

async function search(page, axe) {
	await page.keyboard.press("/");
	assert.equal(await focused(page), "INPUT");
	await page.keyboard.type("watermark delete");
	await page.waitForSelector("#found [aria-selected=true]");
	assert.match(await page.textContent("#found li"), /DELETE \/v1\/admin\/tiers/);
	await axe(page);
	await page.keyboard.press("Enter");
	assert.equal(new URL(page.url()).hash, "#removeWatermark");
	await page.keyboard.press("/");
	await page.keyboard.type("idempotency_mismatch");
	await page.keyboard.press("Enter");
	assert.equal(new URL(page.url()).hash, "#problem-idempotency_mismatch");
	await page.keyboard.press("/");
	await page.keyboard.type("alt");
	const first = await page.textContent("[aria-selected=true]");
	await page.keyboard.press("ArrowDown");
	assert.notEqual(await page.textContent("[aria-selected=true]"), first);
	await page.keyboard.press("ArrowUp");
	assert.equal(await page.textContent("[aria-selected=true]"), first);
	await page.keyboard.press("Escape");
	assert.equal(await focused(page), "BODY");
	assert.ok(!await page.isVisible("#found"));
}

async function languages(page, url) {
	assert.deepEqual(await shownLanguages(page), ["curl"]);
	await page.check('[name="in-showImage"][value="PHP"]');
	assert.deepEqual(await shownLanguages(page), ["PHP"]);
	await page.goto("about:blank");
	await page.goto(url + "/docs/");
	assert.deepEqual(await shownLanguages(page), ["PHP"]);
}

// Opens the form of an operation.
async function form(page, id) {
	const section = page.locator("section", { has: page.locator(`#${id}`) });

	await section.getByRole("button", { name: "Try it" }).click();
	await section.locator("form.try").waitFor();
	return section;
}

const send = section => section.getByRole("button", { name: /^Send/ }).click();

async function answer(section, status) {
	await section.locator(".answer .badge", { hasText: status }).waitFor();
	return section.locator(".answer > pre");
}

async function login(page, { user, password }, axe) {
	await page.waitForSelector("dialog");
	await axe(page);
	await page.fill("#login-name", user);
	await page.fill("#login-password", "wrong");
	await page.keyboard.press("Enter");
	await page.waitForSelector("dialog [role=alert]:not(:empty)");
	await page.fill("#login-password", password);
	await page.keyboard.press("Enter");
}

// The login comes with the first request that needs it.
async function tryRequests(page, args, axe) {
	const account = await form(page, "showAccount");

	await send(account);
	await login(page, args, axe);
	const me = JSON.parse(await (await answer(account, "200")).textContent());
	assert.equal(me.username, args.user);
	const upload = await form(page, "uploadImage");
	await upload.getByLabel("image", { exact: true }).setInputFiles(args.picture);
	await send(upload);
	const image = JSON.parse(await (await answer(upload, "201")).textContent());
	assert.equal(image.name, "puffin.jpg");
	const variant = await form(page, "showVariant");
	await variant.getByLabel("id", { exact: true }).fill(image.id);
	await send(variant);
	await answer(variant, "200");
	await page.waitForFunction(() => document.querySelector(".answer img").naturalWidth > 0);
	await axe(page);
	return image;
}

async function ask(page, answer) {
	await page.waitForSelector("dialog");
	await page.click(`dialog button:has-text("${answer}")`);
	await page.waitForSelector("dialog", { state: "detached" });
}

// The page that was loaded again knows the session: nobody logs in twice.
async function change(page, image) {
	await page.reload();
	const section = await form(page, "changeImage");

	await section.getByLabel("id", { exact: true }).fill(image.id);
	await section.getByLabel("Body").fill('{"tags": ["tried"]}');
	await send(section);
	await ask(page, "Send PATCH");
	assert.match(await (await answer(section, "200")).textContent(), /"tried"/);
	const removal = await form(page, "deleteImage");
	await removal.getByLabel("id", { exact: true }).fill(image.id);
	await send(removal);
	await ask(page, "Cancel");
	assert.equal(await removal.locator(".answer > *").count(), 0);
	await send(removal);
	await ask(page, "Send DELETE");
	await answer(removal, "204");
	await send(removal);
	await ask(page, "Send DELETE");
	assert.match(await (await answer(removal, "404")).textContent(), /not_found/);
}

async function withoutScripts(open, url) {
	const page = await open({ javaScriptEnabled: false });

	await page.goto(url + "/docs/");
	await page.check('[name="in-showImage"][value="Python"]');
	assert.ok(await page.isVisible('section:has(#showImage) [data-language="Python"]'));
	assert.ok(!await page.isVisible('section:has(#showImage) [data-language="curl"]'));
	assert.equal(await page.locator("search, .opener").count(), 0);
}

export default async function({ open, url, args, axe }) {
	const page = await open();

	page.expectedStatuses = [401, 404];
	await page.goto(url + "/docs/");
	await search(page, axe);
	await languages(page, url);
	await change(page, await tryRequests(page, args, axe));
	await withoutScripts(open, url);
}
