// The audit log of args.user by time, for a reader in another zone than UTC.
// args.subject has changes of 2020-02-02 10:00 UTC and of today.
import assert from "node:assert/strict";
import { openAs } from "./screens.mjs";

const queryOf = page => new URLSearchParams(new URL(page.url()).hash.split("?")[1]);

async function countLines(page, count) {
	await page.waitForFunction(wanted =>
		document.querySelectorAll("tbody tr").length === wanted, count);
}

async function choose(page, name, value, count) {
	await page.locator(`[name=${name}]`).fill(value);
	await page.locator(`[name=${name}]`).blur();
	await countLines(page, count);
}

export default async function({ open, url, args, axe }) {
	const page = await openAs(open, `${url}/admin/#/audit?subject=${args.subject}`, args,
		{ timezoneId: "America/New_York" });

	await countLines(page, 2);
	await axe(page);
	// 10:00 UTC is 5:00 in New York.
	await choose(page, "until", "2020-02-02T05:01", 1);
	assert.equal(queryOf(page).get("until"), "2020-02-02T10:01:00.000Z");
	await choose(page, "since", "2020-02-02T05:01", 0);
	await choose(page, "since", "2020-02-02T05:00", 1);
	await page.reload();
	await countLines(page, 1);
	assert.equal(await page.locator("[name=since]").inputValue(), "2020-02-02T05:00");
	assert.equal(await page.locator("[name=until]").inputValue(), "2020-02-02T05:01");
	await choose(page, "until", "", 2);
	assert.equal(queryOf(page).has("until"), false);
}
