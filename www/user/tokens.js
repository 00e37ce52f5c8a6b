// tokens.js: the card of the API tokens.
import { address, post, remove } from "../lib/api.js";
import { copyButton } from "../lib/copy.js";
import { confirm, openDialog } from "../lib/dialog.js";
import { button, el, icon, iconButton } from "../lib/dom.js";
import { checkbox, field, form } from "../lib/field.js";
import { addFirst, endlessList, table } from "../lib/list.js";
import { notify, notifyFailure } from "../lib/notice.js";
import { nothing } from "../lib/shell.js";
import { date, relative, t } from "../lib/text.js";

const DAY = 86400;
const lifetimes = [1, 7, 30, 90, 365];

function chosenScopes(form, scopes) {
	return scopes.filter(scope => form.elements[scope].checked);
}

function curlLine(token) {
	return `curl -H 'Authorization: Bearer ${token}' ${address("/v1/me")}`;
}

// The service shows a token once.
const showToken = ({ token, name }) => openDialog(t("tokens.created", { name }), () => [
	el("p", {}, t("tokens.once")),
	el("pre", { class: "secret" }, token),
	copyButton(t("tokens.copy"), token, { class: "primary" }),
	el("p", {}, t("tokens.try")),
	el("pre", {}, curlLine(token)),
	copyButton(t("tokens.copy_curl"), curlLine(token)),
]);

// Asks for a new token. Resolves with the service's answer, or undefined.
const askForToken = scopes => openDialog(t("tokens.create"), close => form(
	t("tokens.create"), async form => close(await post("/v1/tokens", {
		name: form.elements.name.value,
		scopes: chosenScopes(form, scopes),
		expires_in: Number(form.elements.expires_in.value) || null,
	})),
	field(t("tokens.name"), el("input", { name: "name", required: true, maxlength: 64,
		autocomplete: "off" }), t("tokens.name_hint")),
	field(t("tokens.lifetime"), el("select", { name: "expires_in" },
		lifetimes.map(days => el("option", { value: days * DAY, selected: days === 90 },
			t("tokens.days", { count: days }))),
		el("option", { value: "" }, t("tokens.forever")))),
	el("fieldset", { "data-field": "scopes" }, el("legend", {}, t("tokens.scopes")),
		scopes.map(scope => checkbox(t(`tokens.scope.${scope}`), scope, scope === "read")),
		el("p", { class: "field-error" }))));

const expiry = ({ expires_at: end }) => end ? date(end) : t("tokens.forever");
const lastUse = ({ last_used_at: used }) => used ? relative(used) : t("tokens.unused");

export function tokensCard(me, signal) {
	const scopes = ["read", "write", "link", ...me.is_admin ? ["admin"] : []];
	const { whole, body, row } = table(t("tokens.title"),
		[t("tokens.name"), t("tokens.scopes"), t("tokens.expires"), t("tokens.used"), ""]);

	async function revoke(token, line) {
		if (!await confirm(t("tokens.revoke"), t("tokens.revoke_text", { name: token.name }),
			t("tokens.revoke")))
			return;
		try {
			await remove(`/v1/tokens/${token.id}`);
			line.remove();
			notify(t("tokens.revoked"));
		} catch (error) {
			notifyFailure(error);
		}
	}

	function line(token) {
		const made = row([el("bdi", {}, token.name), token.scopes.join(", "), expiry(token),
			lastUse(token), iconButton("delete", t("tokens.revoke_one", { name: token.name }),
				() => revoke(token, made))]);

		return made;
	}

	async function create() {
		const made = await askForToken(scopes);

		if (!made)
			return;
		addFirst(body, made, line(made));
		await showToken(made);
	}

	return el("section", { class: "card wide" },
		el("div", { class: "heading" }, el("h2", {}, t("tokens.title")),
			button([icon("add"), t("tokens.create")], create)),
		el("p", {}, t("tokens.text")), whole,
		endlessList("/v1/tokens", {}, body, line,
			{ signal, empty: nothing("key", t("tokens.empty")) }));
}
