// users.js: the page of the users.
import { getAll } from "../lib/api.js";
import { button, el, fill, icon } from "../lib/dom.js";
import { filteredList } from "../lib/filtered_list.js";
import { heading, nothing } from "../lib/shell.js";
import { bytes, date, number, t } from "../lib/text.js";
import { createUser, editUser } from "./user_form.js";

const state = ({ disabled, is_admin: admin }) => [
	disabled && el("span", { class: "badge bad" }, t("users.disabled")),
	admin && el("span", { class: "badge good" }, t("users.admin")),
];

const orders = ["-created", "created", "username", "-images", "-bytes"];

const filters = tiers => [
	{ name: "name", label: t("users.search") },
	{ name: "tier", label: t("users.tier"),
		options: [["", t("filter.all")], ...tiers.map(tier => [tier, tier])] },
	{ name: "disabled", label: t("users.state"), options: [["", t("filter.all")],
		["false", t("users.enabled")], ["true", t("users.disabled")]] },
	{ name: "sort", label: t("filter.sort"),
		options: orders.map(order => [order, t(`users.sort.${order.replace("-", "down_")}`)]) },
];

export default async function(main, { query, signal }) {
	const tiers = (await getAll("/v1/admin/tiers", { signal })).map(tier => tier.name).sort();

	function row(user, cells) {
		const line = cells([
			button(el("bdi", {}, user.username), async () => {
				const changed = await editUser(user, tiers);

				if (changed)
					line.replaceWith(row(changed, cells));
				else if (changed === null)
					line.remove();
			}, { class: "link", title: t("users.edit") }),
			el("bdi", {}, user.tier), number(user.usage.images), bytes(user.usage.bytes),
			date(user.created_at), state(user),
		]);

		return line;
	}

	fill(main, heading(t("admin.users"), button([icon("add"), t("users.create")], async () => {
		if (await createUser(tiers))
			refresh();
	}, { class: "primary" })));
	const refresh = filteredList(main, "/v1/admin/users", {
		label: t("admin.users"), row, query, signal, filters: filters(tiers),
		heads: [t("users.name"), t("users.tier"), t("users.images"), t("users.storage"),
			t("users.created"), t("users.state")],
		empty: nothing("users", t("filter.nothing")),
	});
}
