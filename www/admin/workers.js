// workers.js: the page of the workers: alive, what they do, since when.
import { get } from "../lib/api.js";
import { el, fill, sleep } from "../lib/dom.js";
import { table } from "../lib/list.js";
import { heading, nothing } from "../lib/shell.js";
import { dateTime, number, relative, t } from "../lib/text.js";

const REFRESH_MS = 3000;

const state = ({ alive, job }) => el("span",
	{ class: `badge ${!alive ? "bad" : job ? "busy" : "good"}` },
	t(!alive ? "workers.silent" : job ? "workers.busy" : "workers.idle"));

const cells = worker => [
	el("span", { title: worker.name }, worker.host), String(worker.pid), state(worker),
	worker.job ? t(`jobs.kind.${worker.job.kind}`) : "", relative(worker.seen_at),
	dateTime(worker.started_at), number(worker.jobs_done), number(worker.jobs_failed),
];

export default async function(main, { signal }) {
	const { whole, body, row } = table(t("admin.workers"),
		[t("workers.host"), t("workers.process"), t("workers.state"), t("workers.job"),
			t("workers.seen"), t("workers.started"), t("workers.done"), t("workers.failed")]);
	const empty = el("div");
	const show = ({ items }) => {
		fill(body, items.map(worker => row(cells(worker))));
		fill(empty, !items.length && nothing("workers", t("workers.none")));
	};

	show(await get("/v1/admin/workers", {}, { signal }));
	fill(main, heading(t("admin.workers")), whole, empty);
	refresh(show, signal);
}

// What fails once is shown the next time.
async function refresh(show, signal) {
	while (!signal.aborted) {
		await sleep(REFRESH_MS, signal).catch(() => {});
		try {
			show(await get("/v1/admin/workers", {}, { signal }));
		} catch {
			// The banner says that the service is not reachable.
		}
	}
}
