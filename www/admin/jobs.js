// jobs.js: the page of the jobs of all users.
import { get, patch, post } from "../lib/api.js";
import { button, el, fill } from "../lib/dom.js";
import { filteredList } from "../lib/filtered_list.js";
import { notify, notifyFailure } from "../lib/notice.js";
import { heading, nothing } from "../lib/shell.js";
import { duration, number, relative, t } from "../lib/text.js";

const states = ["queued", "running", "done", "failed", "cancelled"];
const kinds = ["render", "resize", "fetch", "webhook", "delete_user"];
const priorities = ["high", "normal", "low"];
const colours = { running: "busy", done: "good", failed: "bad" };

const choice = (name, values) => ({
	name, label: t(`jobs.${name}`),
	options: [["", t("filter.all")], ...values.map(one => [one, t(`jobs.${name}.${one}`)])],
});

// How many wait, and how long the oldest of each priority has waited.
const waiting = ({ queued, queued_seconds: seconds }) => el("ul", { class: "figures" },
	el("li", {}, t("jobs.waiting")),
	priorities.map(priority => el("li", {},
		el("b", {}, number(queued[priority])), " ", t(`jobs.priority.${priority}`),
		queued[priority] ? el("small", {}, " ", t("jobs.oldest",
			{ time: duration(seconds[priority]) })) : null)));

// Does `act` and shows the job as it is then.
async function change(act, done, show) {
	try {
		show(await act());
		notify(t(done));
	} catch (error) {
		notifyFailure(error);
	}
}

function priorityChoice(job, show) {
	if (job.state !== "queued")
		return t(`jobs.priority.${job.priority}`);
	return el("select", { "aria-label": t("jobs.priority"),
		onchange: event => change(() => patch(`/v1/admin/jobs/${job.id}`,
			{ priority: event.target.value }), "jobs.changed", show) },
	priorities.map(one => el("option", { value: one, selected: one === job.priority },
		t(`jobs.priority.${one}`))));
}

function action(job, show) {
	if (["queued", "running"].includes(job.state))
		return button(t("jobs.cancel"), () => change(() =>
			post(`/v1/admin/jobs/${job.id}/cancel`), "jobs.changed", show));
	if (["failed", "cancelled"].includes(job.state))
		return button(t("jobs.retry"), () => change(() =>
			post(`/v1/admin/jobs/${job.id}/retry`), "jobs.changed", show));
	return null;
}

function row(job, cells) {
	const show = changed => line.replaceWith(row(changed, cells));
	const line = cells([
		el("span", { title: job.id }, t(`jobs.kind.${job.kind}`)),
		[el("span", { class: `badge ${colours[job.state] ?? ""}` }, t(`jobs.state.${job.state}`)),
			job.error && el("div", { class: "hint" }, job.error.detail)],
		priorityChoice(job, show), relative(job.created_at),
		t("jobs.attempts_of", { count: job.attempts, max: job.max_attempts }),
		el("span", { title: job.worker }, job.worker ?? ""), action(job, show),
	]);

	return line;
}

export default async function(main, { query, signal }) {
	const stats = await get("/v1/admin/stats", {}, { signal });

	fill(main, heading(t("admin.jobs")), waiting(stats));
	filteredList(main, "/v1/admin/jobs", {
		label: t("admin.jobs"), row, query, signal,
		heads: [t("jobs.kind"), t("jobs.state"), t("jobs.priority"), t("jobs.created"),
			t("jobs.attempts"), t("jobs.worker"), ""],
		filters: [choice("state", states), choice("kind", kinds), choice("priority", priorities)],
		empty: nothing("jobs", t("filter.nothing")),
	});
}
