// The page of a picture: the scenario args.scenario, on a desktop and on a phone. The
// keyboard's scenario uses no pointer.
import assert from "node:assert/strict";
import { checkWidth, note as noticed, openAs, screens } from "./screens.mjs";

const openStatus = (page, address) => page.evaluate(async to =>
	(await fetch(to, { cache: "no-store" })).status, address);

// Presses a button with this text, by its accessible name.
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

async function rename(page) {
	await press(page, "Change the name");
	await page.getByLabel("Name", { exact: true }).fill("Renamed <b>&\u202e🐧");
	await press(page, "Save");
	await page.locator("h1", { hasText: "Renamed <b>&" }).waitFor();
	assert.ok(await page.evaluate(() =>
		document.activeElement.getAttribute("aria-label") === "Change the name"));
}

async function describe(page) {
	await page.getByLabel("Description").fill("A puffin");
	await press(page, "Save the description");
	await noticed(page, "Saved.");
	assert.equal(await page.locator(".large-picture img").getAttribute("alt"), "A puffin");
}

async function tag(page) {
	await page.getByLabel("New tag").fill("birds, <i>Skomer</i>");
	await press(page, "Add");
	await page.locator(".tags li").nth(1).waitFor();
	await press(page, "Remove the tag birds");
	await page.locator(".tags li").nth(1).waitFor({ state: "detached" });
	assert.equal(await page.locator(".tags li bdi").textContent(), "<i>Skomer</i>");
}

async function edit({ page, axe }) {
	await rename(page);
	await describe(page);
	await tag(page);
	await page.reload();
	await page.locator(".tags li").waitFor();
	assert.equal(await page.getByLabel("Description").inputValue(), "A puffin");
	await axe(page);
	await press(page, "Change the name");
	await axe(page);
	await page.keyboard.press("Escape");
	await page.locator("h1").waitFor();
}

const cropRow = "[data-variant='100x100-cover']";

// The bytes of the crop. The form for another size makes it.
async function cropBytes(page, args) {
	await page.getByLabel("Another size").fill("100x100-cover");
	await press(page, "Make this size");
	await page.locator(cropRow).waitFor();
	return page.evaluate(async id => {
		const answer = await fetch(`/v1/images/${id}/variants/100x100-cover`,
			{ cache: "no-store" });

		return new Uint8Array(await answer.arrayBuffer()).join();
	}, args.id);
}

async function focus({ page, args, axe }) {
	const before = await cropBytes(page, args);
	const crop = page.locator(".crops img").first();
	const middle = await crop.evaluate(one => one.style.objectPosition);
	const picture = page.locator(".focus-picture");
	const { width, height } = await picture.boundingBox();

	await picture.click({ position: { x: width * .05, y: height * .5 } });
	assert.notEqual(await crop.evaluate(one => one.style.objectPosition), middle);
	await page.getByText("Saved. Crops are made again.").waitFor();
	assert.notEqual(await cropBytes(page, args), before);
	await axe(page);
	await press(page, "Reset to the middle");
	await page.locator(cropRow).waitFor({ state: "detached" });
	assert.equal(await cropBytes(page, args), before);
}

// The list is read when it comes into view: it may have the link that was just made.
async function madeOnce(page) {
	await page.reload();
	await press(page, "Make a link");
	await page.locator(".image-links pre").waitFor();
	await page.locator(".image-links .list-end").scrollIntoViewIfNeeded();
	await page.getByText("revoked", { exact: true }).waitFor();
	assert.equal(await page.locator(".image-links tbody tr").count(), 2);
}

async function links({ page, axe }) {
	await page.locator(".image-links .list-end").scrollIntoViewIfNeeded();
	await page.getByText("No links yet.").waitFor();
	await axe(page);
	await press(page, "Make a link");
	const shown = page.locator(".image-links pre");
	const { pathname } = new URL(await shown.textContent());

	assert.equal(await openStatus(page, pathname), 200);
	assert.match(await page.locator(".image-links [data-ends]").first().textContent(),
		/^[45]:\d\d$/);
	await axe(page);
	await page.getByRole("button", { name: /^Revoke the link to original/ }).click();
	await axe(page);
	await page.getByRole("dialog").getByRole("button", { name: "Revoke the link" }).click();
	await noticed(page, "The link is revoked.");
	assert.equal(await shown.count(), 0);
	page.expectedStatuses = [410];
	assert.equal(await openStatus(page, pathname), 410);
	await page.getByText("revoked", { exact: true }).waitFor();
	await madeOnce(page);
}

async function publish({ page, axe }) {
	const choice = page.getByRole("switch", { name: "Public" });

	await choice.click();
	await noticed(page, "The picture is public.");
	await page.getByRole("button", { name: "Copy the HTML" }).waitFor();
	const [address, html] = await page.locator("section pre").allTextContents();
	const { pathname } = new URL(address);

	assert.match(html, /^<img /);
	assert.equal(await openStatus(page, pathname), 200);
	await axe(page);
	await choice.click();
	await noticed(page, "The picture is private.");
	page.expectedStatuses = [404, 410];
	assert.ok([404, 410].includes(await openStatus(page, pathname)));
}

// Reaches the element by Tab, as a user without a pointer does.
async function tabTo(page, matches) {
	for (let i = 0; i < 60; i++) {
		await page.keyboard.press("Tab");
		if (await page.evaluate(text => {
			const { activeElement: one } = document;

			return (one.ariaLabel ?? one.textContent).startsWith(text) || one.name === text;
		}, matches))
			return;
	}
	assert.fail(`Tab does not reach ${matches}`);
}

async function keyboard({ page }) {
	await tabTo(page, "Change the name");
	await page.keyboard.press("Enter");
	await page.keyboard.type("typed.jpg");
	await page.keyboard.press("Enter");
	await page.locator("h1", { hasText: "typed.jpg" }).waitFor();
	await tabTo(page, "Focus:");
	await page.keyboard.press("ArrowLeft");
	await page.keyboard.press("Shift+ArrowUp");
	await page.getByText("Saved. Crops are made again.").waitFor();
	assert.match(await page.evaluate(() => document.activeElement.ariaLabel),
		/49 % from the left, 40 %/);
	await tabTo(page, "public");
	await page.keyboard.press("Space");
	await noticed(page, "The picture is public.");
	await tabTo(page, "Make a link");
	await page.keyboard.press("Enter");
	await page.locator(".image-links pre").waitFor();
	assert.equal(await page.evaluate(() => document.activeElement.textContent),
		"Copy the link");
}

async function hostile({ page, args, axe }) {
	await page.locator(".image-page .cards").waitFor();
	assert.equal(await page.locator("h1").textContent(), args.name);
	await axe(page);
}

async function failed({ page, axe }) {
	await page.getByText("This picture could not be processed.").waitFor();
	assert.ok(await page.locator("[role=alert] bdi").textContent());
	await axe(page);
}

async function processing({ page, axe }) {
	await page.getByText("This picture is being processed.").waitFor();
	await axe(page);
}

// The picture appears by itself.
const later = ({ page }) => page.locator(".large-picture img").waitFor();

async function gone({ page, axe }) {
	await page.getByText("There is no such picture").waitFor();
	await axe(page);
}

// A deleted picture comes back if the user undoes that.
async function undo({ page, args }) {
	await press(page, "Delete");
	await noticed(page, "The picture is deleted.");
	await page.locator(".tiles").waitFor();
	assert.equal(await page.locator(`.tile[data-id="${args.id}"]`).count(), 0);
	await press(page, "Undo");
	await page.locator(".large-picture img").waitFor();
}

const scenarios = { edit, failed, focus, gone, hostile, keyboard, later, links, processing,
	publish, undo };

export default async function({ open, url, args, axe }) {
	for (const [i, options] of Object.values(screens).entries()) {
		const id = args.ids[i];
		const expecting = async given => Object.assign(await open(given),
			{ expectedStatuses: args.scenario === "gone" ? [404] : [] });
		const page = await openAs(expecting, `${url}/#/images/${id}`, args, options);

		await scenarios[args.scenario]({ page, args: { ...args, id }, axe });
		await checkWidth(page);
		await page.context().close();
	}
}
