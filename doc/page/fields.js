// fields.js: the fields of a form that sends an operation of openapi.json.
import { el } from "./dom.js";

let count = 0;

// Text between backticks is code.
const inline = text => text.split("`").map((part, number) =>
	number % 2 ? el("code", {}, part) : part);

// A control with its label. `read` returns what the reader entered.
function field(name, control, hint, read = () => control.value) {
	control.id = `try-${++count}`;
	return {
		name, read,
		element: el("div", { class: "field" },
			el("label", { for: control.id }, name), control,
			hint && el("p", { class: "hint" }, inline(hint))),
	};
}

const isId = example => /^[0-9a-f]{8}-/.test(example) || example.length > 40;

// Ids and tokens of the document exist nowhere: they only show the form.
const prefilled = example => isId(String(example)) ? "" : String(example);

function select(values, required) {
	return el("select", { required },
		el("option", { value: "" }, ""), values.map(value => el("option", {}, String(value))));
}

export function parameterField(resolve, parameter) {
	const { name, required, example, description } = resolve(parameter);
	const schema = resolve(resolve(parameter).schema ?? {});
	const values = schema.type === "boolean" ? [true, false] : schema.enum;
	const control = values ? select(values, Boolean(required)) : el("input", {
		required: Boolean(required), placeholder: example ?? null,
		value: required && example !== undefined ? prefilled(example) : null,
	});

	return { ...field(name, control, description), place: resolve(parameter).in };
}

function formField(resolve, name, schema, example) {
	const { contentMediaType, description } = { ...resolve(schema), ...schema };

	if (contentMediaType !== undefined) {
		const file = el("input", { type: "file" });

		return field(name, file, description, () => file.files[0] ?? "");
	}
	return field(name, el("input", { value: example ?? null }), description);
}

function jsonBody(media, body) {
	const text = body.example === undefined ? "" : JSON.stringify(body.example, null, 2);
	const area = el("textarea", { rows: Math.min(text.split("\n").length + 1, 20),
		spellcheck: "false", class: "code" });

	area.value = text;
	const { element, read } = field(`Body: ${media}`, area);

	return {
		elements: [element], headers: { "Content-Type": media }, read: () => read() || null,
	};
}

function formBody(resolve, body) {
	const { properties } = resolve(body.schema);
	const fields = Object.entries(properties).map(([name, schema]) =>
		formField(resolve, name, schema, body.example?.[name]));

	return {
		elements: fields.map(({ element }) => element), headers: {},
		read() {
			const form = new FormData();

			for (const { name, read } of fields)
				if (read() !== "")
					form.append(name, read());
			return form;
		},
	};
}

// The first body with an example. Without a body, reads as null.
export function bodyFields(resolve, operation) {
	const content = Object.entries(resolve(operation.requestBody ?? {}).content ?? {});
	const [media, body] = content.find(([, { example }]) => example !== undefined) ?? [];

	if (!media)
		return { elements: [], headers: {}, read: () => null };
	return media === "multipart/form-data" ? formBody(resolve, body) : jsonBody(media, body);
}
