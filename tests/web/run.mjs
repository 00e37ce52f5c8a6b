// run.mjs: runs a test in a real browser. Usage: node run.mjs TEST.mjs JSON
//
// A test is a module whose default export is an async function of
//   open(options): a new page in its own browser profile; `options` are those of
//     playwright's browser.newContext()
//   url: the service's base URL
//   args: the JSON of the command line
//   axe(page): fails if the page has a fault of accessibility, or a control
//     that a screen reader has no name for
// What it returns is printed as JSON. The run fails if the test throws, or if a
// page writes an error to the console, violates its Content-Security-Policy, or
// requests something that fails. A test that expects failing requests lists
// their statuses in page.expectedStatuses.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [file, json] = process.argv.slice(2);
const { url, chromium: program, playwright, axe: axeFolder, ...args } = JSON.parse(json);
const require = createRequire(import.meta.url);
const { chromium } = require(path.join(playwright, "node_modules/playwright-core"));
const axeSource = fs.readFileSync(
	path.join(axeFolder, "node_modules/axe-core/axe.min.js"), "utf8");
const faults = [];

function watch(page) {
	const expected = status => (page.expectedStatuses ?? []).includes(status);

	page.on("console", message => {
		const status = Number(/status of (\d+)/.exec(message.text())?.[1]);

		if (["error", "warning"].includes(message.type()) && !expected(status))
			faults.push(`console: ${message.text()} (${message.location().url})`);
	});
	page.on("pageerror", error => faults.push(`page: ${error}`));
	page.on("requestfailed", request => {
		const { errorText } = request.failure();
		// So the browser calls an error where a picture was expected.
		const refused = errorText === "net::ERR_BLOCKED_BY_ORB" &&
			page.expectedStatuses;

		if (errorText !== "net::ERR_ABORTED" && !refused)
			faults.push(`${request.url()}: ${errorText}`);
	});
	page.on("response", response => {
		if (response.status() >= 400 && !expected(response.status()))
			faults.push(`${response.url()}: status ${response.status()}`);
	});
	return page;
}

async function axe(page) {
	// As a debugger does, so that the page's policy does not prevent it.
	await page.evaluate(axeSource);
	const { violations } = await page.evaluate(() => globalThis.axe.run());

	for (const { id, help, nodes } of violations)
		faults.push(`${page.url()}: ${id}: ${help} (${nodes.length} times): ` +
			nodes[0].html);
	await findNameless(page);
}

const controls = ["button", "checkbox", "combobox", "link", "listbox", "menuitem", "radio",
	"searchbox", "slider", "spinbutton", "switch", "tab", "textbox"];

// As a screen reader does, in the browser's accessibility tree.
async function findNameless(page) {
	const session = await page.context().newCDPSession(page);
	const { nodes } = await session.send("Accessibility.getFullAXTree");

	for (const { ignored, role, name, nodeId } of nodes)
		if (!ignored && controls.includes(role?.value) && !name?.value)
			faults.push(`${page.url()}: a ${role.value} has no name (node ${nodeId})`);
	await session.detach();
}

const browser = await chromium.launch({
	executablePath: program,
	// Tests run as root, and chromium's own sandbox refuses that.
	args: process.getuid() ? [] : ["--no-sandbox"],
});

try {
	const open = async options =>
		watch(await (await browser.newContext(options)).newPage());
	const { default: test } = await import(pathToFileURL(path.resolve(file)));
	const result = await test({ open, url, args, axe }).catch(error => {
		throw new Error([...faults, error.stack].join("\n"));
	});

	if (faults.length)
		throw new Error(faults.join("\n"));
	console.log(JSON.stringify(result ?? null));
} finally {
	await browser.close();
}
