// From the login to the logout with the keyboard only: a picture is uploaded,
// opened, shared by a link, deleted, brought back and deleted again.
import assert from "node:assert/strict";
import { note, screens } from "./screens.mjs";

// Reaches the control with this name by Tab, as a user without a pointer does.
async function tabTo(page, name) {
	for (let i = 0; i < 80; i++) {
		await page.keyboard.press("Tab");
		if (await page.evaluate(wanted => {
			const { activeElement: one } = document;

			return (one.ariaLabel ?? one.textContent).trim() === wanted;
		}, name))
			return;
	}
	assert.fail(`Tab does not reach ${name}`);
}

async function press(page, name) {
	await tabTo(page, name);
	await page.keyboard.press("Enter");
}

async function login(page, { user, password }) {
	await page.locator("#login-name:focus").waitFor();
	await page.keyboard.type(user);
	await page.keyboard.press("Tab");
	await page.keyboard.type(password);
	await page.keyboard.press("Enter");
	await page.getByText("No pictures yet").waitFor();
	await page.locator("h1:focus").waitFor();
}

async function upload(page, picture) {
	await tabTo(page, "Upload");
	const [chooser] = await Promise.all([page.waitForEvent("filechooser"),
		page.keyboard.press("Enter")]);

	await chooser.setFiles(picture);
	await page.locator(".uploads h2", { hasText: "1 picture uploaded" }).waitFor();
	await press(page, "Close the uploads");
	await page.locator("h1:focus").waitFor();
}

async function openPicture(page) {
	await tabTo(page, "sample.jpg");
	await page.keyboard.press("Enter");
	await page.locator(".large-picture img").waitFor();
}

async function makeAndRevoke(page) {
	await press(page, "Make a link");
	await page.getByText("Your link", { exact: true }).waitFor();
	for (let i = 0; i < 20; i++) {
		await page.keyboard.press("Tab");
		if (await page.evaluate(() =>
			document.activeElement.ariaLabel?.startsWith("Revoke")))
			break;
	}
	await page.keyboard.press("Enter");
	await page.locator("dialog[open]").waitFor();
	await press(page, await page.locator("dialog[open] button.danger").textContent());
	await page.getByText("revoked", { exact: true }).waitFor();
}

async function deleteTwice(page) {
	await press(page, "Delete");
	await note(page, "The picture is deleted.");
	await press(page, "Undo");
	await page.locator(".large-picture img").waitFor();
	await press(page, "Delete");
	await page.getByText("No pictures yet").waitFor();
}

export default async function({ open, url, args }) {
	for (const options of Object.values(screens)) {
		const page = await open({ locale: "en", ...options });

		// Otherwise the key may be pressed before the browser passes choosers on.
		page.on("filechooser", () => {});
		await page.goto(`${url}/`);
		await login(page, args);
		await upload(page, args.picture);
		await openPicture(page);
		await makeAndRevoke(page);
		await deleteTwice(page);
		await press(page, "Log out");
		await page.locator("#login-name").waitFor();
		await page.context().close();
	}
}
