// limit_field.js: fields for limits in human units. An empty field is no limit.
import { el } from "../lib/dom.js";
import { field } from "../lib/field.js";
import { t } from "../lib/text.js";

const units = {
	bytes: [["kB", 1e3], ["MB", 1e6], ["GB", 1e9], ["TB", 1e12]],
	pixels: [["megapixels", 1e6]],
	seconds: [["seconds", 1], ["minutes", 60], ["hours", 3600], ["days", 86400]],
	count: [["", 1]],
	days: [["days", 1]],
};

// The largest unit in which the value has at most three digits behind the comma,
// or the smallest one.
function fitting(kind, value) {
	return units[kind].findLast(([, size]) => value && value / size >= 1 &&
		Number.isInteger(value / size * 1000)) ?? units[kind][0];
}

// A field for the limit `name` of a kind above. limitValue() reads it.
export function limitField(name, label, kind, value, hint = t("limit.none")) {
	const [, size] = fitting(kind, value);
	const input = el("input", {
		name, type: "number", min: 0, step: "any", inputmode: "decimal",
		value: value === null ? "" : value / size,
	});
	const unit = units[kind].length > 1
		? el("select", { name: `${name}_unit`, "aria-label": t("limit.unit", { label }) },
			units[kind].map(([text, one]) => el("option", { value: one, selected: one === size },
				t(`limit.${text}`))))
		: el("input", { name: `${name}_unit`, type: "hidden", value: size });
	const whole = field(label, input, hint);
	const box = el("div", { class: "limit" });

	input.before(box);
	box.append(input, unit);
	return whole;
}

// What the field of a form says: an integer, or null for no limit.
export function limitValue(form, name) {
	const { value } = form.elements[name];

	return value === "" ? null
		: Math.round(Number(value) * Number(form.elements[`${name}_unit`].value));
}
