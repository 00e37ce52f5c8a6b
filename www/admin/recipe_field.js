// recipe_field.js: the field for the sizes of a tier. Each recipe is checked by the
// service while it is typed, and shown on a sample picture.
import { address, get, Problem, reason } from "../lib/api.js";
import { debounce, el, fill } from "../lib/dom.js";
import { field } from "../lib/field.js";
import { t } from "../lib/text.js";

const TYPING_MS = 400;
// The sample picture has this size.
const SAMPLE = { width: 1920, height: 1200 };

export const recipesOf = text => text.split(/[\s,]+/).filter(Boolean);

const preview = recipe => el("figure", {},
	el("img", { src: address(`/v1/admin/recipes/${encodeURIComponent(recipe)}/preview`),
		alt: "", loading: "lazy" }),
	el("figcaption", {}, el("code", {}, recipe)));

async function check(recipe) {
	try {
		const answer = await get(`/v1/admin/recipes/${encodeURIComponent(recipe)}`, SAMPLE);

		return el("li", {}, preview(recipe),
			t("tiers.recipe_size", { width: answer.width, height: answer.height }));
	} catch (error) {
		if (!(error instanceof Problem))
			throw error;
		return el("li", { class: "bad" }, el("code", {}, recipe), " ", reason(error));
	}
}

export function recipeField(label, recipes) {
	const results = el("ul", { class: "recipes", "aria-live": "polite" });
	let latest = 0;
	const show = debounce(async text => {
		const mine = ++latest;
		const lines = await Promise.all(recipesOf(text).map(check));

		if (mine === latest)
			fill(results, lines);
	}, TYPING_MS);
	const input = el("input", {
		name: "sizes", value: recipes.join(" "), autocomplete: "off", spellcheck: "false",
		class: "code", oninput: event => show(event.target.value),
	});
	const whole = field(label, input, t("tiers.sizes_hint"));

	whole.append(results);
	show(recipes.join(" "));
	return whole;
}
