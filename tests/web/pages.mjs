// Every page is readable: accessible, in light and dark, and without scrolling
// sideways on a phone of 320 pixels.
import assert from "node:assert/strict";

const screens = {
	desktop: { viewport: { width: 1280, height: 800 } },
	phone: { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true },
};

export default async function({ open, url, args, axe }) {
	for (const [screen, options] of Object.entries(screens))
		for (const colorScheme of ["light", "dark"]) {
			const page = await open({ ...options, colorScheme });

			for (const path of args.paths) {
				await page.goto(url + path);
				const wide = await page.evaluate(() => {
					const { clientWidth, scrollWidth } = document.documentElement;

					return scrollWidth > clientWidth && scrollWidth;
				});
				assert.ok(!wide, `${path} on a ${screen} is ${wide} pixels wide`);
				await axe(page);
				if (args.screenshots)
					await page.screenshot({ fullPage: true, path: args.screenshots +
						`${path.replaceAll("/", "_")}-${screen}-${colorScheme}.png` });
			}
			await page.context().close();
		}
}
