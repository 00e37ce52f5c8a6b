// login.js: the form for logging in.
import { login, reason } from "./api.js";
import { el, fill } from "./dom.js";
import { t } from "./text.js";

// Calls `done` with the account of the user who has logged in. `username` is what
// the field has at the start.
export function loginForm(done, username = "") {
	const alert = el("p", { class: "alert", role: "alert" });
	const name = el("input", {
		id: "login-name", name: "username", value: username, required: true,
		autocomplete: "username", autocapitalize: "none", spellcheck: "false",
		maxlength: 255,
	});
	const password = el("input", {
		id: "login-password", name: "password", type: "password", required: true,
		autocomplete: "current-password", maxlength: 1024,
	});
	const submit = el("button", { class: "primary" }, t("login.submit"));

	async function send(event) {
		event.preventDefault();
		submit.disabled = true;
		fill(alert);
		try {
			await done(await login(name.value, password.value));
		} catch (error) {
			fill(alert, reason(error));
			password.select();
		} finally {
			submit.disabled = false;
		}
	}

	return el("form", { class: "login", method: "post", onsubmit: send },
		alert,
		el("label", { for: "login-name" }, t("login.name")), name,
		el("label", { for: "login-password" }, t("login.password")), password,
		submit);
}
