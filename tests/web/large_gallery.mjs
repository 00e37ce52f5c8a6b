// Scrolls a gallery of args.count pictures to its end and back. There are never
// more than 200 in the document, nothing shifts, and a frame costs little.
import assert from "node:assert/strict";
import { onEachScreen } from "./screens.mjs";

const MOST = 200;
const FRAME_MS = 20;

const tiles = page => page.locator(".tile").count();

// Scripting that a frame of scrolling costs, in milliseconds: the tenth that is
// slowest is left out, which is that of a busy machine.
const scrollSlowly = page => page.evaluate(async () => {
	const times = [];
	let most = 0;

	for (let i = 0; i < 120; i++) {
		scrollBy(0, i < 60 ? 150 : -150);
		const start = await new Promise(requestAnimationFrame);

		// The page's own callback of this frame ran before.
		times.push(performance.now() - start);
		most = Math.max(most, document.querySelectorAll(".tile").length);
	}
	times.sort((a, b) => a - b);
	return { most, ms: times[Math.floor(times.length * .9)] };
});

// Scrolls to the end again and again until all pictures are read.
async function scrollToEnd(page, count) {
	await page.evaluate(() => {
		globalThis.most = 0;
		new MutationObserver(() => {
			const now = document.querySelectorAll(".tile").length;

			globalThis.most = Math.max(globalThis.most, now);
		}).observe(document.querySelector(".tiles"), { childList: true });
	});
	await page.waitForFunction(wanted => {
		scrollTo(0, document.documentElement.scrollHeight);
		const last = document.querySelector(".tiles").lastElementChild;

		return Number(last?.ariaPosInSet) >= wanted;
	}, count, { timeout: 110000, polling: "raf" });
	return page.evaluate(() => globalThis.most);
}

export default async function({ open, url, args, axe }) {
	const found = {};

	await onEachScreen(open, `${url}/#/`, () => args, async (page, screen) => {
		await page.waitForSelector(".tile");
		// The page of the login and its change to the gallery do not count.
		await page.reload();
		await page.waitForSelector(".tile");
		await page.evaluate(() => {
			globalThis.shift = 0;
			globalThis.shifted = "";
			new PerformanceObserver(list => {
				for (const { value, sources, hadRecentInput } of list.getEntries())
					if (!hadRecentInput) {
						globalThis.shift += value;
						globalThis.shifted = sources.map(({ node }) =>
							`${node?.nodeName}.${node?.className}`).join(" ");
					}
			}).observe({ type: "layout-shift", buffered: true });
		});
		const { most, ms } = await scrollSlowly(page);

		assert.ok(most <= MOST, `${most} pictures in the document`);
		assert.ok(ms < FRAME_MS, `a frame costs ${ms} ms`);
		// The focus stays on a picture that is scrolled away.
		await page.evaluate(() => scrollTo(0, 0));
		await page.locator(".tile > a").first().focus();
		const focused = () => page.evaluate(() =>
			document.activeElement.closest(".tile")?.dataset.id);
		const before = await focused();
		const all = screen === "desktop" ? args.count : 1000;
		const highest = await scrollToEnd(page, all);

		assert.ok(highest <= MOST + 1, `${highest} pictures in the document`);
		assert.ok(before);
		assert.equal(await focused(), before);
		await axe(page);
		await page.evaluate(() => scrollTo(0, 0));
		await page.waitForFunction(() => document.querySelector(".tile")?.ariaPosInSet === "1");
		assert.ok(await tiles(page) <= MOST);
		const { shift, shifted } = await page.evaluate(() =>
			({ shift: globalThis.shift, shifted: globalThis.shifted }));

		assert.ok(shift < .02, `layout shift ${shift}: ${shifted}`);
		found[screen] = { most: highest, ms, shift };
	});
	return found;
}
