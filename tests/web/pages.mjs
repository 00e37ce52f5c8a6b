// The page args.path is readable: accessible, in light and dark, and without
// scrolling sideways on a phone of 320 pixels.
import assert from "node:assert/strict";

const screens = {
	desktop: { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
	phone: {
		viewport: { width: 320, height: 640 }, colorScheme: "dark",
		hasTouch: true, isMobile: true,
	},
};

export default async function({ open, url, args, axe }) {
	for (const [screen, options] of Object.entries(screens)) {
		const page = await open(options);

		await page.goto(url + args.path);
		const wide = await page.evaluate(() => {
			const { clientWidth, scrollWidth } = document.documentElement;

			return scrollWidth > clientWidth && scrollWidth;
		});
		assert.ok(!wide, `${args.path} on a ${screen} is ${wide} pixels wide`);
		await axe(page);
	}
}
