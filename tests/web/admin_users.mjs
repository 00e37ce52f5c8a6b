// An administrator (args.user) keeps users: makes one with a password that works,
// changes, disables and deletes it, and finds users. args.names: a user with
// images for each screen, to be deleted with them.
import assert from "node:assert/strict";
import { dialog, onEachScreen } from "./screens.mjs";

const line = (page, name) => page.locator("tbody tr", { hasText: name });
const filter = (page, name) => page.locator(`.filters [name=${name}]`);
const closed = page => page.waitForFunction(() => !document.querySelector("dialog"));
const edit = (page, name) => line(page, name).locator("button.link").click();

// How the service answers a login: 200 or 401.
const loginStatus = async (url, username, password) => (await fetch(`${url}/v1/login`, {
	method: "POST", headers: { "Content-Type": "application/json" },
	body: JSON.stringify({ username, password }),
})).status;

async function shownPassword(page, axe) {
	const secret = dialog(page).locator(".secret");

	await secret.waitFor();
	await axe(page);
	const password = await secret.textContent();

	await dialog(page).getByRole("button", { name: "Close", exact: true }).click();
	await secret.waitFor({ state: "detached" });
	assert.match(password, /^[\w-]{24}$/);
	return password;
}

// A name that another user has is refused, and the dialog stays.
async function create(page, name, taken, axe) {
	await page.getByRole("button", { name: "New user" }).click();
	await axe(page);
	await dialog(page).locator("[name=username]").fill(taken);
	page.expectedStatuses = [409, 422];
	await dialog(page).locator("button.primary").click();
	await dialog(page).locator("[role=alert]:not(:empty)").waitFor();
	page.expectedStatuses = [];
	await dialog(page).locator("[name=username]").fill(name);
	await dialog(page).locator("[name=tier]").selectOption("Basic");
	await dialog(page).locator("button.primary").click();
	const password = await shownPassword(page, axe);

	await line(page, name).waitFor();
	return password;
}

async function change(page, name, act) {
	await edit(page, name);
	await act(dialog(page));
	await dialog(page).locator("button.primary").click();
	await closed(page);
}

async function resetPassword(page, name, axe) {
	await edit(page, name);
	await axe(page);
	await dialog(page).getByRole("button", { name: "Reset the password" }).click();
	await dialog(page).locator("button.danger").click();
	const password = await shownPassword(page, axe);

	await page.keyboard.press("Escape");
	await closed(page);
	return password;
}

async function drop(page, name, axe) {
	await edit(page, name);
	await dialog(page).getByRole("button", { name: "Delete the user" }).click();
	await axe(page);
	await dialog(page).getByText("pictures").waitFor();
	await dialog(page).locator("button.danger").click();
	await line(page, name).waitFor({ state: "detached" });
}

// The filters are in the address, and stay there.
async function find(page, name) {
	await filter(page, "name").fill(name);
	await filter(page, "tier").selectOption("Premium");
	await filter(page, "sort").selectOption("username");
	await page.waitForURL(address => address.hash.includes("sort=username"));
	await line(page, name).waitFor();
	await page.reload();
	await line(page, name).waitFor();
	assert.equal(await page.locator("tbody tr").count(), 1);
	assert.equal(await filter(page, "name").inputValue(), name);
	assert.equal(await filter(page, "tier").inputValue(), "Premium");
	assert.equal(await filter(page, "sort").inputValue(), "username");
}

// Users from the one with the most images to those with none.
async function sort(page) {
	await filter(page, "sort").selectOption("-images");
	await page.waitForFunction(() => {
		const counts = [...document.querySelectorAll("tbody tr td:nth-child(3)")]
			.map(cell => Number(cell.textContent.replaceAll(/\D/g, "")));

		return counts.length > 1 && counts[0] &&
			counts.every((count, i) => !i || count <= counts[i - 1]);
	});
}

async function keep({ page, url, name, args, axe }) {
	const status = password => loginStatus(url, name, password);
	const first = await create(page, name, args.user, axe);

	assert.equal(await status(first), 200);
	await change(page, name, form => form.locator("[name=tier]").selectOption("Premium"));
	await line(page, name).locator("td", { hasText: "Premium" }).waitFor();
	await change(page, name, form => form.locator("[name=disabled]").check());
	await line(page, name).locator(".badge.bad").waitFor();
	assert.equal(await status(first), 401);
	await change(page, name, form => form.locator("[name=disabled]").uncheck());
	await line(page, name).locator(".badge.bad").waitFor({ state: "detached" });
	const second = await resetPassword(page, name, axe);

	assert.equal(await status(first), 401);
	assert.equal(await status(second), 200);
}

export default async function({ open, url, args, axe }) {
	let i = 0;

	await onEachScreen(open, `${url}/admin/#/users`, () => args, async (page, screen) => {
		const name = `${args.prefix}.${screen}`;

		await page.locator("tbody tr").first().waitFor();
		await axe(page);
		await keep({ page, url, name, args, axe });
		await sort(page);
		await find(page, name);
		await drop(page, name, axe);
		await page.getByText("Nothing matches.").waitFor();
		await axe(page);
		await page.goto(`${url}/admin/#/users?name=${args.names[i]}`);
		await drop(page, args.names[i++], axe);
	});
}
