// Logs in and out with the keyboard only.
import assert from "node:assert/strict";

export default async function({ open, url, args, axe }) {
	const page = await open();

	// imagify answers a wrong login with the page and 200.
	await page.goto(url + "/api-auth/login/");
	await page.keyboard.type(args.user);
	await page.keyboard.press("Tab");
	await page.keyboard.type("wrong");
	await page.keyboard.press("Enter");
	await page.waitForSelector("[role=alert]:not(:empty)");
	await axe(page);
	assert.equal(await page.inputValue("#username"), args.user);
	await page.focus("#password");
	await page.keyboard.type(args.password);
	await Promise.all([
		page.waitForURL(target => !target.pathname.includes("login")),
		page.keyboard.press("Enter"),
	]);
	return await page.context().cookies();
}
