// main.js: starts the pages of administrators.
import { address, findSession, reason, session } from "../lib/api.js";
import { button, el, fill } from "../lib/dom.js";
import { loginForm } from "../lib/login.js";
import { t } from "../lib/text.js";

const links = [
	["", "admin.overview", "chart"],
	["users", "admin.users", "users"],
	["tiers", "admin.tiers", "tiers"],
	["images", "admin.images", "pictures"],
	["jobs", "admin.jobs", "jobs"],
	["workers", "admin.workers", "workers"],
	["audit", "admin.audit", "audit"],
];

async function openPages() {
	const { startShell } = await import("../lib/shell.js");

	await startShell(
		links.map(([name, label, picture]) =>
			({ href: `#/${name}`, name, label: t(label), picture })),
		{
			"": () => import("./overview.js"),
			users: () => import("./users.js"),
			tiers: () => import("./tiers.js"),
			images: () => import("./images.js"),
			jobs: () => import("./jobs.js"),
			workers: () => import("./workers.js"),
			audit: () => import("./audit.js"),
		});
}

// Shows one card: the login, or why these pages are not for this user.
function card(title, ...content) {
	document.title = `${title} · ${t("brand")}`;
	fill(document.body, el("main", { class: "welcome" },
		el("div", { class: "card" }, el("h1", {}, title), content)));
}

async function open() {
	if (!session.me)
		card(t("admin.login"), loginForm(open));
	else if (!session.me.is_admin)
		card(t("admin.title"), el("p", {}, t("admin.forbidden",
			{ name: session.me.username })),
		el("p", {}, el("a", { href: address("/") }, t("shell.home"))));
	else
		await openPages();
}

async function start() {
	try {
		await findSession();
		await open();
	} catch (error) {
		card(t("admin.title"), el("p", { role: "alert" }, reason(error)),
			button(t("shell.retry"), start));
	}
}

await start();
