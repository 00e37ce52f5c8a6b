// The page args.path is readable: accessible, in light and dark, and without
// scrolling sideways on a phone of 320 pixels.
import { checkWidth, screens } from "./screens.mjs";

export default async function({ open, url, args, axe }) {
	for (const options of Object.values(screens)) {
		const page = await open(options);

		await page.goto(url + args.path);
		await checkWidth(page);
		await axe(page);
	}
}
