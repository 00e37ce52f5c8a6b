// password.js: the card for changing the password.
import { Problem, put, session } from "../lib/api.js";
import { el } from "../lib/dom.js";
import { field, form } from "../lib/field.js";
import { notify } from "../lib/notice.js";
import { t } from "../lib/text.js";

const MIN = 8;
const MAX = 511;

const input = (name, autocomplete) => el("input", {
	name, autocomplete, type: "password", required: true, maxlength: MAX,
	minlength: name === "new" ? MIN : null,
});

async function send(form) {
	try {
		await put("/v1/me/password",
			{ old: form.elements.old.value, new: form.elements.new.value });
	} catch (error) {
		if (error instanceof Problem && error.code === "wrong_credentials")
			error.errors = [{ field: "old", detail: t("password.wrong") }];
		throw error;
	}
	form.reset();
	notify(t("password.done"));
}

export function passwordCard() {
	return el("section", { class: "card" }, el("h2", {}, t("password.title")),
		form(t("password.submit"), send,
			// Password managers need to know whose password it is.
			el("input", { class: "hidden", name: "username", autocomplete: "username",
				value: session.me.username, readonly: true, tabindex: "-1",
				"aria-hidden": "true" }),
			field(t("password.old"), input("old", "current-password")),
			field(t("password.new"), input("new", "new-password"),
				t("password.hint", { count: MIN }))));
}
