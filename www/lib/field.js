// field.js: forms: labelled fields, and the problems of the service beside them.
import { Problem, reason } from "./api.js";
import { el, fill } from "./dom.js";
import { t } from "./text.js";

let count = 0;

// A labelled field. `control` is an input, select or textarea with a name; `hint`
// says what is expected.
export function field(label, control, hint) {
	const id = `field-${++count}`;
	const error = el("p", { class: "field-error", id: `${id}-error` });
	const note = hint && el("p", { class: "hint", id: `${id}-hint` }, hint);

	control.id = id;
	control.setAttribute("aria-describedby",
		note ? `${id}-hint ${id}-error` : `${id}-error`);
	return el("div", { class: "field", "data-field": control.name },
		el("label", { for: id }, label), control, note, error);
}

// A checkbox with its label behind it.
export function checkbox(label, name, checked, hint) {
	const id = `field-${++count}`;

	return el("div", { class: "field check", "data-field": name },
		el("input", { type: "checkbox", id, name, checked,
			"aria-describedby": hint ? `${id}-hint` : null }),
		el("label", { for: id }, label),
		hint && el("p", { class: "hint", id: `${id}-hint` }, hint),
		el("p", { class: "field-error" }));
}

function markField(form, { field: name, detail }) {
	const where = form.querySelector(`[data-field="${CSS.escape(name ?? "")}"]`);

	if (!where)
		return false;
	fill(where.querySelector(".field-error"), detail);
	where.querySelector("input, select, textarea")?.setAttribute("aria-invalid", "true");
	return true;
}

function clearMarks(form) {
	for (const error of form.querySelectorAll(".field-error"))
		fill(error);
	for (const input of form.querySelectorAll("[aria-invalid]"))
		input.removeAttribute("aria-invalid");
}

// Shows a refusal: beside its fields if the form has them, and above the button.
function showProblem(form, alert, error) {
	const errors = error instanceof Problem ? error.errors : [];
	const placed = errors.filter(one => markField(form, one)).length;

	fill(alert, placed && placed === errors.length ? t("form.check") : reason(error));
	form.querySelector("[aria-invalid]")?.focus();
}

// A form that calls `send(form)` and shows what the service refuses. Its button
// cannot be pressed twice.
export function form(label, send, ...fields) {
	const alert = el("p", { class: "alert", role: "alert" });
	const submit = el("button", { class: "primary" }, label);

	async function onsubmit(event) {
		event.preventDefault();
		clearMarks(whole);
		fill(alert);
		submit.disabled = true;
		try {
			await send(whole);
		} catch (error) {
			showProblem(whole, alert, error);
		} finally {
			submit.disabled = false;
		}
	}

	const whole = el("form", { class: "fields", onsubmit }, fields, alert,
		el("div", { class: "buttons" }, submit));

	return whole;
}
