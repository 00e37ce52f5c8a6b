// api.js: requests to /v1, with the session of the browser.
import { hasText, language, t } from "./text.js";

// The address of the service. It may be below a path.
export const base = new URL("../../", import.meta.url);

export const address = path => new URL(path.replace(/^\//, ""), base).href;

// The same address at the host of this page: the service's base_url may name
// another one, and pages may load only from their own.
export function local(url) {
	const { pathname, search } = new URL(url, base);

	return location.origin + pathname + search;
}

const MEMORY = "pixtier.logged_in";
const TIMEOUT_MS = 30000;

// The user of the session, as GET /v1/me shows it, or null.
export const session = { me: null, csrf: null };

let loginAgain = () => Promise.reject(new Error("not logged in"));

// `open` asks for the password when the session has ended. Its promise resolves
// when the user is logged in again.
export const onSessionEnd = open => { loginAgain = open; };

// For requests that are not sent by request(): resolves when the user is logged in
// again.
export const renewSession = () => loginAgain();

// A refusal of the service: application/problem+json (RFC 9457).
export class Problem extends Error {
	constructor(status, body, retryAfter) {
		super(body.detail ?? body.title ?? String(status));
		this.status = status;
		this.code = body.code ?? "";
		this.detail = body.detail ?? "";
		this.errors = body.errors ?? [];
		this.retryAfter = Number(retryAfter) || 0;
	}
}

// The service did not answer at all.
export class Unreachable extends Error {}

// What went wrong, in the words of the user. The service's own text is English.
export function reason(error) {
	if (error instanceof Unreachable)
		return t("error.unreachable");
	if (!(error instanceof Problem))
		return t("error.unexpected", { text: String(error.message ?? error) });
	const own = `problem.${error.code}`;

	return language !== "en" && hasText(own) ? t(own) : error.detail || t("error.status",
		{ status: String(error.status) });
}

// The problem in an answer, whatever its body is.
export function problemOf(status, text, retryAfter) {
	let body = {};

	try {
		body = JSON.parse(text);
	} catch {
		// A proxy may answer with a page.
	}
	return new Problem(status, body, retryAfter);
}

const unsafe = method => !["GET", "HEAD"].includes(method);

export const csrfHeader = method =>
	unsafe(method) && session.csrf ? { "X-Pixtier-CSRF": session.csrf } : {};

function withQuery(path, query) {
	const url = new URL(address(path));

	for (const [name, value] of Object.entries(query ?? {}))
		if (value !== null && value !== undefined && value !== "")
			url.searchParams.set(name, value);
	return url;
}

// A body is sent as JSON, a Blob as it is.
function encode(body) {
	if (body === undefined)
		return {};
	if (body instanceof Blob)
		return { body, headers: { "Content-Type": body.type } };
	return { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

async function send(method, path, { body, query, signal, keepalive }) {
	const limit = AbortSignal.timeout(TIMEOUT_MS);
	const content = encode(body);

	try {
		return await fetch(withQuery(path, query), {
			method, keepalive, credentials: "same-origin",
			signal: signal ? AbortSignal.any([signal, limit]) : limit,
			headers: { ...csrfHeader(method), ...content.headers },
			body: content.body,
		});
	} catch (error) {
		signal?.throwIfAborted();
		throw new Unreachable(String(error));
	}
}

// Sends a request and resolves with the JSON of the answer, or null if it has
// none. Rejects with a Problem or Unreachable. If the session has ended, the user
// logs in again first; `anonymous` prevents that.
export async function request(method, path, options = {}) {
	const response = await send(method, path, options);
	const text = await response.text();

	if (response.ok)
		return text ? JSON.parse(text) : null;
	const problem = problemOf(response.status, text, response.headers.get("Retry-After"));

	if (problem.code !== "unauthenticated" || options.anonymous)
		throw problem;
	await loginAgain();
	return request(method, path, options);
}

export const get = (path, query, options) => request("GET", path, { query, ...options });
export const post = (path, body, options) => request("POST", path, { body, ...options });
export const put = (path, body, options) => request("PUT", path, { body, ...options });
export const patch = (path, body, options) => request("PATCH", path, { body, ...options });
export const remove = (path, options) => request("DELETE", path, options);

// The query for the page of a list that follows, or null.
export function nextQuery(answer) {
	return answer.next && Object.fromEntries(new URL(answer.next, base).searchParams);
}

const PAGE = 100;
const MOST = 5000;

// All items of a list that is short, such as the tiers: at most 5000.
export async function getAll(path, options) {
	const items = [];

	for (let query = { limit: PAGE }; query && items.length < MOST;) {
		const answer = await get(path, query, options);

		items.push(...answer.items);
		query = nextQuery(answer);
	}
	return items;
}

// True if this browser has probably logged in: asking the service each time would
// be a failing request for each visitor.
const remembered = () => localStorage.getItem(MEMORY) !== null ||
	document.cookie.includes("csrftoken=");

// Who is logged in: sets and returns session.me.
export async function findSession() {
	if (!remembered())
		return null;
	try {
		const me = await get("/v1/me", {}, { anonymous: true });

		session.me = me;
		session.csrf = me.csrf;
	} catch (error) {
		if (!(error instanceof Problem) || error.status !== 401)
			throw error;
		localStorage.removeItem(MEMORY);
	}
	return session.me;
}

export async function login(username, password) {
	const { csrf } = await post("/v1/login", { username, password }, { anonymous: true });

	localStorage.setItem(MEMORY, "1");
	session.csrf = csrf;
	session.me = await get("/v1/me", {}, { anonymous: true });
	return session.me;
}

export async function logout() {
	await post("/v1/logout", undefined, { anonymous: true });
	localStorage.removeItem(MEMORY);
}
