// session.js: the session of the browser, with which "Try it" sends requests. The
// other pages of the service share it.
import { el, fill } from "./dom.js";
import { openDialog } from "./dialog.js";

// The address of the service. It may be below a path.
export const base = new URL("../", import.meta.url);

// The other pages remember here that this browser has logged in: asking the service
// each time would be a failing request for each visitor.
const MEMORY = "pixtier.logged_in";
let csrf = null;

const remembered = () => localStorage.getItem(MEMORY) !== null ||
	document.cookie.includes("csrftoken=");

export const isUnsafe = method => !["GET", "HEAD", "OPTIONS"].includes(method);

async function login(username, password) {
	const response = await fetch(new URL("v1/login", base), {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ username, password }),
	});
	const answer = await response.json();

	if (!response.ok)
		throw new Error(answer.detail);
	({ csrf } = answer);
	localStorage.setItem(MEMORY, "1");
}

function loginForm(close) {
	const alert = el("p", { class: "alert", role: "alert" });
	const input = (name, type, autocomplete) =>
		el("input", { id: `login-${name}`, type, autocomplete, required: true });
	const name = input("name", "text", "username");
	const password = input("password", "password", "current-password");

	async function send(event) {
		event.preventDefault();
		try {
			await login(name.value, password.value);
			close(true);
		} catch (error) {
			fill(alert, error.message);
			password.select();
		}
	}

	return el("form", { class: "login", onsubmit: send }, alert,
		el("label", { for: name.id }, "User name"), name,
		el("label", { for: password.id }, "Password"), password,
		el("button", { class: "primary" }, "Log in"));
}

export const askForLogin = () => openDialog("Log in to send this request", loginForm);

// True if the service knows the session; then the value against forged requests is
// known, too.
async function findSession() {
	if (!remembered())
		return false;
	const response = await fetch(new URL("v1/me", base));

	if (response.ok)
		csrf = (await response.json()).csrf ?? csrf;
	else
		localStorage.removeItem(MEMORY);
	return response.ok;
}

// Resolves with true when a request with this method can be sent, and with false if
// the reader does not log in.
export async function ensureSession(method) {
	if (csrf || await findSession() && (csrf || !isUnsafe(method)))
		return true;
	return await askForLogin() === true;
}

export const csrfHeader = method =>
	csrf && isUnsafe(method) ? { "X-Pixtier-CSRF": csrf } : {};
