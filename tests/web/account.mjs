// The account of args.user: tier and usage, the password, tokens and webhooks.
// Returns the token that was made, and the new password.
import assert from "node:assert/strict";
import { dialog, note, onEachScreen } from "./screens.mjs";

async function changePassword(page, old, wanted, axe) {
	const form = page.locator("form", { has: page.locator("[name=old]") });
	const send = async password => {
		await form.locator("[name=old]").fill(password);
		await form.locator("[name=new]").fill(wanted);
		await form.locator("button").click();
	};

	page.expectedStatuses = [401];
	await send("wrong password");
	await form.locator("[data-field=old] .field-error:not(:empty)").waitFor();
	assert.equal(await page.locator("dialog[open]").count(), 0);
	await axe(page);
	page.expectedStatuses = [];
	await send(old);
	await note(page, "password is changed");
}

async function makeToken(page, name, axe) {
	await page.getByRole("button", { name: "New token" }).click();
	await dialog(page).locator("[name=name]").fill(name);
	await dialog(page).locator("[name=write]").check();
	await axe(page);
	await dialog(page).locator("button.primary").click();
	const secret = dialog(page).locator(".secret");

	await secret.waitFor();
	await axe(page);
	const token = await secret.textContent();

	await page.keyboard.press("Escape");
	assert.match(token, /^px_[\w-]{43}$/);
	await page.locator("td", { hasText: name }).first().waitFor();
	return token;
}

async function revokeToken(page, name) {
	await page.getByRole("button", { name: `Revoke the token ${name}` }).click();
	await dialog(page).locator("button.danger").click();
	await note(page, "token is revoked");
	await page.locator("td", { hasText: name }).waitFor({ state: "detached" });
}

async function keepWebhook(page, axe) {
	await page.getByRole("button", { name: "New webhook" }).click();
	await dialog(page).locator("[name=url]").fill("https://hook.example/a");
	await axe(page);
	await dialog(page).locator("button.primary").click();
	await dialog(page).locator(".secret", { hasText: "whsec_" }).waitFor();
	await page.keyboard.press("Escape");
	await page.getByText("You have no webhook.").waitFor({ state: "detached" });
	await page.getByRole("button", { name: "Pause" }).click();
	await page.locator(".badge", { hasText: "paused" }).waitFor();
	await page.getByRole("button", { name: "Change the webhook to" }).click();
	await dialog(page).locator("[name=url]").fill("https://hook.example/b");
	await dialog(page).locator("button.primary").click();
	await page.locator("td", { hasText: "https://hook.example/b" }).waitFor();
	await page.getByRole("button", { name: "Messages" }).click();
	await dialog(page).locator("text=Nothing has been sent").waitFor();
	await axe(page);
	await page.keyboard.press("Escape");
	await page.getByRole("button", { name: "Delete the webhook to" }).click();
	await dialog(page).locator("button.danger").click();
	await note(page, "webhook is deleted");
	await page.getByText("You have no webhook.").waitFor();
}

export default async function({ open, url, args, axe }) {
	let { password } = args;
	let token;

	// A name that must stay a text.
	const name = "<script>alert(1)</script> \u202e\u{1f4f7} backup";

	await onEachScreen(open, `${url}/#/account`, () => ({ user: args.user, password }),
		async (page, screen) => {
			const wanted = `${args.password} ${screen}`;

			await page.locator("code.size", { hasText: "h400" }).waitFor();
			await axe(page);
			await changePassword(page, password, wanted, axe);
			password = wanted;
			token = await makeToken(page, `${screen} kept`, axe);
			await makeToken(page, name, axe);
			await revokeToken(page, name);
			await keepWebhook(page, axe);
		});
	return { token, password };
}
