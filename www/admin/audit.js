// audit.js: the page of the audit log: who changed what, and when.
import { el, fill } from "../lib/dom.js";
import { filteredList } from "../lib/filtered_list.js";
import { heading, nothing } from "../lib/shell.js";
import { dateTime, t } from "../lib/text.js";

const row = (line, cells) => cells([
	dateTime(line.at), el("bdi", {}, line.actor), el("code", {}, line.action),
	el("bdi", {}, line.subject), el("bdi", {}, line.detail), line.address,
]);

export default function(main, { query, signal }) {
	fill(main, heading(t("admin.audit")));
	filteredList(main, "/v1/admin/audit", {
		label: t("admin.audit"), row, query, signal,
		heads: [t("audit.at"), t("audit.actor"), t("audit.action"), t("audit.subject"),
			t("audit.detail"), t("audit.address")],
		filters: [{ name: "actor", label: t("audit.actor") },
			{ name: "action", label: t("audit.action") },
			{ name: "subject", label: t("audit.subject") },
			{ name: "since", label: t("audit.since"), isTime: true },
			{ name: "until", label: t("audit.until"), isTime: true }],
		empty: nothing("audit", t("filter.nothing")),
	});
}
