// Takes a picture of every page into args.folder, on a desktop in light and dark
// and on a phone, in English and German. Returns the names of the files.
import path from "node:path";

const views = {
	light: { viewport: { width: 1280, height: 800 }, colorScheme: "light", locale: "en" },
	dark: { viewport: { width: 1280, height: 800 }, colorScheme: "dark", locale: "en" },
	phone: { viewport: { width: 360, height: 720 }, colorScheme: "light", locale: "en",
		hasTouch: true, isMobile: true },
	german: { viewport: { width: 1280, height: 800 }, colorScheme: "light", locale: "de" },
	german_phone: { viewport: { width: 320, height: 640 }, colorScheme: "dark", locale: "de",
		hasTouch: true, isMobile: true },
};

// Pages by the user who sees them; null is nobody.
const pages = image => [
	["enterprise", "gallery", "/#/"],
	["enterprise", "image", `/#/images/${image}`],
	["enterprise", "account", "/#/account"],
	["admin", "admin_overview", "/admin/#/"],
	["admin", "admin_users", "/admin/#/users"],
	["admin", "admin_tiers", "/admin/#/tiers"],
	["admin", "admin_images", "/admin/#/images"],
	["admin", "admin_jobs", "/admin/#/jobs"],
	["admin", "admin_workers", "/admin/#/workers"],
	["admin", "admin_audit", "/admin/#/audit"],
	[null, "welcome", "/"],
	[null, "docs", "/docs/"],
	[null, "problem", "/problems/too_large"],
	[null, "old_login", "/api-auth/login/"],
];

async function logIn(context, url, user, password) {
	const csrf = await context.request.post(`${url}/v1/login`,
		{ data: { username: user, password } });

	if (!csrf.ok())
		throw new Error(`${user} cannot log in: ${csrf.status()}`);
	await context.addInitScript(() => location.protocol === "about:" ||
		localStorage.setItem("pixtier.logged_in", "1"));
}

export default async function({ open, url, args }) {
	const names = [];

	for (const [view, options] of Object.entries(views)) {
		const users = new Map();

		for (const [user, name, address] of pages(args.image)) {
			if (!users.has(user)) {
				const page = await open(options);

				if (user)
					await logIn(page.context(), url, user, args.passwords[user]);
				users.set(user, page);
			}
			const page = users.get(user);
			const file = `${name}_${view}.png`;

			await page.goto("about:blank");
			await page.goto(url + address, { waitUntil: "networkidle" });
			await page.screenshot({ path: path.join(args.folder, file), fullPage: name !== "docs" });
			names.push(file);
		}
		for (const page of users.values())
			await page.context().close();
	}
	return names;
}
