// main.js: starts the pages of users. Someone who is not logged in gets only what
// the welcome needs.
import { findSession, reason } from "../lib/api.js";
import { button, el, fill } from "../lib/dom.js";
import { loginForm } from "../lib/login.js";
import { t } from "../lib/text.js";

function welcome() {
	document.title = t("brand");
	fill(document.body, el("main", { class: "welcome" },
		el("div", {},
			el("h1", {}, t("brand")),
			el("ul", {}, ["store", "tiers", "share"].map(what =>
				el("li", {}, t(`welcome.${what}`)))),
			el("p", {}, el("a", { href: "docs/" }, t("welcome.docs")))),
		el("div", { class: "card" }, el("h2", {}, t("login.title")),
			loginForm(openPages))));
	document.getElementById("login-name").focus();
}

const links = [
	{ href: "#/", name: "", label: "pages.pictures", picture: "pictures" },
	{ href: "#/account", name: "account", label: "pages.account", picture: "account" },
	{ href: "admin/", name: "admin", label: "pages.admin", picture: "admin" },
	{ href: "docs/", name: "docs", label: "pages.docs", picture: "docs" },
];

async function openPages(me) {
	const { startShell } = await import("../lib/shell.js");

	await startShell(
		links.filter(({ name }) => name !== "admin" || me.is_admin)
			.map(one => ({ ...one, label: t(one.label) })),
		{
			"": () => import("./gallery.js"),
			images: () => import("./image.js"),
			account: () => import("./account.js"),
		});
}

async function start() {
	try {
		const me = await findSession();

		if (me)
			await openPages(me);
		else
			welcome();
	} catch (error) {
		fill(document.body, el("main", { class: "state", role: "alert" },
			el("h1", {}, t("brand")), el("p", {}, reason(error)),
			button(t("shell.retry"), start)));
	}
}

await start();
