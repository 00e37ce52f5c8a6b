// The gallery of args.user, with pictures that have hostile names: search,
// selection, delete with undo, publish; and the keys of the keyboard.
import assert from "node:assert/strict";
import { checkWidth, note, onEachScreen } from "./screens.mjs";

const tile = (page, text) => page.locator(".tile", { hasText: text });
const box = (page, text) => tile(page, text).locator("input");

async function searchByName(page) {
	const before = await page.locator(".tile").count();

	await page.getByLabel("Search by name").fill("puffin");
	await page.waitForFunction(() => document.querySelectorAll(".tile").length === 1);
	assert.match(page.url(), /name=puffin/);
	await page.getByLabel("Search by name").fill("no such picture");
	await page.getByText("Nothing matches").waitFor();
	await page.getByRole("button", { name: "Show all pictures" }).click();
	await page.waitForFunction(count =>
		document.querySelectorAll(".tile").length === count, before);
}

async function selectAndDelete(page, axe) {
	await box(page, "puffin").check();
	await page.getByText("1 picture", { exact: true }).waitFor();
	await page.getByRole("button", { name: "Select all" }).click();
	await page.getByText("4 pictures", { exact: true }).waitFor();
	await axe(page);
	await checkWidth(page);
	await page.keyboard.press("Escape");
	await page.locator(".selection").waitFor({ state: "hidden" });
	await box(page, "gull").check();
	await page.getByRole("button", { name: "Delete", exact: true }).click();
	await tile(page, "gull").waitFor({ state: "detached" });
	await page.getByRole("button", { name: "Undo" }).click();
	await tile(page, "gull").waitFor();
}

async function publishAndHide(page) {
	await box(page, "gull").check();
	await page.getByRole("button", { name: "Publish" }).click();
	await note(page, "The picture is public");
	await tile(page, "gull").locator(".badge", { hasText: "public" }).waitFor();
	await page.getByRole("button", { name: "Make private" }).click();
	await note(page, "The picture is private");
	await page.keyboard.press("Escape");
}

// The pointer is never used.
async function useKeys(page) {
	const position = () => page.evaluate(() =>
		document.activeElement.closest(".tile")?.ariaPosInSet);

	await page.locator("h1").focus();
	for (let i = 0; i < 20 && !await position(); i++)
		await page.keyboard.press("Tab");
	await page.keyboard.press("Home");
	assert.equal(await position(), "1");
	await page.keyboard.press("ArrowRight");
	assert.equal(await position(), "2");
	await page.keyboard.press("End");
	assert.equal(await position(), "4");
	await page.keyboard.press("Space");
	await page.getByText("1 picture", { exact: true }).waitFor();
	await page.keyboard.press("Home");
	await page.keyboard.press("Shift+Space");
	await page.getByText("4 pictures", { exact: true }).waitFor();
	await page.keyboard.press("Escape");
	await page.locator(".selection").waitFor({ state: "hidden" });
}

export default async function({ open, url, args, axe }) {
	await onEachScreen(open, `${url}/#/`, () => args, async page => {
		await tile(page, "<script>").waitFor();
		await page.waitForFunction(() =>
			[...document.querySelectorAll(".tile img")].some(one => one.naturalWidth));
		await axe(page);
		await searchByName(page);
		await selectAndDelete(page, axe);
		await publishAndHide(page);
		await useKeys(page);
	});
}
