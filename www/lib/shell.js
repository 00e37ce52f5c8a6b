// shell.js: the frame of the pages of someone who is logged in: the header, the
// links to the pages, and what is shown while they load or fail.
import { address, base, logout, onSessionEnd, reason, session } from "./api.js";
import { openDialog } from "./dialog.js";
import { button, el, fill, icon } from "./dom.js";
import { loginForm } from "./login.js";
import { finishPending, notifyFailure } from "./notice.js";
import { startRouter } from "./router.js";
import { chooseLanguage, language, languages, t } from "./text.js";

let asking = null;

// The session has ended: asks for the password above the page, which stays as it
// is. Several requests may fail at once; they wait for the same dialog.
function askAgain() {
	const { id, username } = session.me;

	asking ??= openDialog(t("login.again"), close => [
		el("p", {}, t("login.ended")),
		loginForm(me => {
			if (me.id !== id)
				location.reload();
			close();
		}, username),
	], { required: true }).finally(() => { asking = null; });
	return asking;
}

async function leave() {
	try {
		// Without a session it would be refused.
		await finishPending();
		await logout();
		location.replace(base);
	} catch (error) {
		notifyFailure(error);
	}
}

const languageChoice = () => el("label", {}, t("shell.language"), " ",
	el("select", { onchange: event => chooseLanguage(event.target.value) },
		Object.entries(languages).map(([code, name]) =>
			el("option", { value: code, lang: code, selected: code === language }, name))));

const link = ({ href, name, label, picture }) =>
	el("a", { href, "data-page": name }, icon(picture), el("span", {}, label));

function header(links) {
	return el("header", { class: "top" },
		el("a", { class: "skip", href: "#main", onclick: skip }, t("shell.skip")),
		el("a", { class: "brand", href: address("/") }, icon("brand"),
			el("span", {}, t("brand"))),
		el("nav", { "aria-label": t("shell.pages") }, links.map(link)),
		el("div", { class: "who" }, el("bdi", { class: "name" }, session.me.username),
			button(t("shell.logout"), leave)));
}

// The hash is the address of a page, so a link to #main cannot be followed.
function skip(event) {
	event.preventDefault();
	document.getElementById("main").focus();
}

// What is shown while a page has nothing yet.
export const loading = () => el("p", { class: "state", role: "status" },
	el("span", { class: "spinner" }), t("shell.loading"));

// What is shown where something cannot be shown. `again` tries it once more.
export const failure = (error, again) => el("div", { class: "state", role: "alert" },
	icon("warning"), el("p", {}, reason(error)),
	again && button(t("shell.retry"), again));

// What is shown where there is nothing: `action` is what the user can do about it.
export const nothing = (picture, text, action) => el("div", { class: "state" },
	icon(picture), el("p", {}, text), action);

// On a phone not all links fit beside each other.
function markLink(link, current) {
	link.ariaCurrent = current ? "page" : null;
	if (current)
		link.scrollIntoView({ block: "nearest", inline: "center" });
}

function watchNetwork(banner) {
	const show = () => { banner.hidden = navigator.onLine; };

	addEventListener("online", show);
	addEventListener("offline", show);
	show();
}

// Shows the frame with `links` and opens the page of the address. `routes` as
// startRouter() takes them.
export function startShell(links, routes) {
	const main = el("main", { id: "main", tabindex: "-1" });
	const offline = el("p", { class: "offline", role: "status", hidden: true },
		t("shell.offline"));

	onSessionEnd(askAgain);
	fill(document.body, header(links), offline, main, el("footer", {}, languageChoice()));
	watchNetwork(offline);
	return startRouter(main, routes, {
		failed: (where, error, again) => fill(where, failure(error, again)),
		opened: name => {
			for (const one of document.querySelectorAll("header.top nav a"))
				markLink(one, one.dataset.page === name);
			fill(main, loading());
			scrollTo(0, 0);
		},
		unknown: async () => ({
			default: where => {
				fill(where, nothing("warning", t("shell.unknown"),
					el("a", { href: "#/" }, t("shell.home"))));
			},
		}),
	});
}

// The title of the page, for the window and for the heading.
export function heading(text, ...more) {
	document.title = `${text} · ${t("brand")}`;
	return el("div", { class: "heading" }, el("h1", { tabindex: "-1" }, text), more);
}
