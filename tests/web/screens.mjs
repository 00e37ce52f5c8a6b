// screens.mjs: what tests of pages share: the screens to look at them on, the
// login, and the width.
import assert from "node:assert/strict";

export const screens = {
	desktop: { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
	phone: {
		viewport: { width: 320, height: 640 }, colorScheme: "dark",
		hasTouch: true, isMobile: true, locale: "en",
	},
};

// Fails if the page is wider than the screen.
export async function checkWidth(page) {
	const wide = await page.evaluate(() => {
		const { clientWidth, scrollWidth } = document.documentElement;

		return scrollWidth > clientWidth && scrollWidth;
	});

	assert.ok(!wide, `${page.url()} is ${wide} pixels wide`);
}

// Opens an address of the pages as a user who has just logged in there.
export async function openAs(open, address, { user, password }, options) {
	const page = await open({ locale: "en", ...options });

	await page.goto(address);
	await page.fill("#login-name", user);
	await page.fill("#login-password", password);
	await page.press("#login-password", "Enter");
	await page.waitForSelector("main h1");
	return page;
}

// Opens the address on each screen as the user of who(), and calls
// look(page, screen).
export async function onEachScreen(open, address, who, look) {
	for (const [screen, options] of Object.entries(screens)) {
		const page = await openAs(open, address, who(), options);

		await look(page, screen);
		await checkWidth(page);
		await page.context().close();
	}
}

// The note at the edge of the page with this text.
export const note = (page, text) => page.locator(".notice", { hasText: text }).waitFor();

// The uppermost open dialog.
export const dialog = page => page.locator("dialog[open]").last();
