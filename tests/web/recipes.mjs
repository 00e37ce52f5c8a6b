// The sizes of a tier, for args.user: each recipe with its size and a picture.
import assert from "node:assert/strict";
import { onEachScreen } from "./screens.mjs";

async function checkSizes(page, axe) {
	await page.locator(".card .heading button").first().click();
	page.expectedStatuses = [422];
	await page.locator("[name=sizes]").fill("h100, 90x60-exact-gray@2x.png h0");
	await page.locator(".recipes li", { hasText: "h0" }).waitFor();
	const lines = page.locator(".recipes li");

	assert.equal(await lines.count(), 3);
	for (const [i, size] of [[150, 100], [180, 120]].entries()) {
		const image = lines.nth(i).locator("img");

		await image.scrollIntoViewIfNeeded();
		await page.waitForFunction(shown => shown.complete, await image.elementHandle());
		assert.deepEqual(await image.evaluate(shown =>
			[shown.naturalWidth, shown.naturalHeight]), size);
	}
	// Of a picture of 1920 x 1200, which is larger than the sample.
	assert.match(await lines.nth(0).textContent(), /160\D+100/);
	assert.match(await lines.nth(2).textContent(), /a recipe such as/);
	await axe(page);
}

export default async function({ open, url, args, axe }) {
	await onEachScreen(open, `${url}/admin/#/tiers`, () => args,
		page => checkSizes(page, axe));
}
