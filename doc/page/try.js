// try.js: sends an operation with the session of the browser, from a form.
import { answerOf } from "./answer.js";
import { el, fill } from "./dom.js";
import { confirm } from "./dialog.js";
import { bodyFields, parameterField } from "./fields.js";
import { askForLogin, base, csrfHeader, ensureSession } from "./session.js";

const CHANGING = ["DELETE", "PATCH", "PUT"];
let loading = null;

const load = () => loading ??= fetch(new URL("v1/openapi.json", base))
	.then(response => response.json());

// What a $ref stands for.
const resolver = description => function resolve(item) {
	if (!item.$ref)
		return item;
	return resolve(item.$ref.replace("#/", "").split("/")
		.reduce((found, step) => found[step], description));
};

function findOperation(description, id) {
	for (const [path, item] of Object.entries(description.paths))
		for (const [method, operation] of Object.entries(item))
			if (operation.operationId === id)
				return {
					path, operation, method: method.toUpperCase(),
					parameters: [...item.parameters ?? [], ...operation.parameters ?? []],
				};
	throw new Error(`the description has no operation ${id}`);
}

function addressOf(path, fields) {
	const query = new URLSearchParams();
	let filled = path;

	for (const { name, place, read } of fields)
		if (place === "path")
			filled = filled.replace(`{${name}}`, encodeURIComponent(read()));
		else if (place === "query" && read() !== "")
			query.set(name, read());
	return new URL(filled.slice(1) + (query.size ? `?${query}` : ""), base);
}

const headersOf = fields => Object.fromEntries(fields
	.filter(({ place, read }) => place === "header" && read() !== "")
	.map(({ name, read }) => [name, read()]));

class Form {
	constructor({ path, method, operation, parameters }, resolve) {
		this.path = path;
		this.method = method;
		this.needsSession = operation.security.length > 0;
		this.fields = parameters.map(one => parameterField(resolve, one));
		this.body = bodyFields(resolve, operation);
		this.send = el("button", { class: this.changes() ? "danger" : "primary" },
			`Send ${method}`);
		this.output = el("div", { class: "answer", role: "status" });
		this.element = el("form", {
			class: "try card", tabindex: "-1", "aria-label": `Try ${method} ${path}`,
			onsubmit: event => this.submit(event),
		},
		this.fields.map(({ element }) => element), this.body.elements,
		el("div", { class: "buttons" }, this.send), this.output);
	}

	changes() {
		return CHANGING.includes(this.method);
	}

	async isWanted(address) {
		if (this.changes() && !await confirm(`Send ${this.method}?`,
			`${this.method} ${address.pathname} changes or deletes what this service has.`,
			`Send ${this.method}`))
			return false;
		return !this.needsSession || ensureSession(this.method);
	}

	fetch(address) {
		return fetch(address, {
			method: this.method, body: this.body.read(),
			headers: { ...headersOf(this.fields), ...this.body.headers,
				...csrfHeader(this.method) },
		});
	}

	// The session may have ended since the last request.
	async request(address) {
		const response = await this.fetch(address);

		if (response.status === 401 && this.needsSession && await askForLogin())
			return this.fetch(address);
		return response;
	}

	async submit(event) {
		event.preventDefault();
		const address = addressOf(this.path, this.fields);

		if (!await this.isWanted(address))
			return;
		this.send.disabled = true;
		try {
			fill(this.output, await answerOf(await this.request(address)));
		} catch (error) {
			fill(this.output, el("p", { class: "alert" }, `The request failed: ${error.message}`));
		} finally {
			this.send.disabled = false;
		}
	}
}

// The form for the operation with this id.
export async function tryForm(id) {
	const description = await load();

	return new Form(findOperation(description, id), resolver(description)).element;
}
