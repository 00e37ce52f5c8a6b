// deliveries.js: the dialog with what was sent to a webhook.
import { post } from "../lib/api.js";
import { openDialog } from "../lib/dialog.js";
import { button, el } from "../lib/dom.js";
import { endlessList, table } from "../lib/list.js";
import { notify, notifyFailure } from "../lib/notice.js";
import { nothing } from "../lib/shell.js";
import { dateTime, number, relative, t } from "../lib/text.js";

const kinds = { pending: "busy", delivered: "good", failed: "bad" };

const state = ({ state }) => el("span", { class: `badge ${kinds[state]}` },
	t(`deliveries.${state}`));

// The last attempt: the receiver's status, or why there was none.
function last({ log, next_attempt_at: next }) {
	const attempt = log.at(-1);

	return [
		attempt && el("div", {}, attempt.status === null ? attempt.error
			: t("deliveries.status", { status: String(attempt.status), ms: attempt.ms })),
		next && el("small", {}, t("deliveries.next", { when: relative(next) })),
	];
}

export function showDeliveries({ id, url }) {
	const leave = new AbortController();
	const { whole, body, row } = table(t("deliveries.title"),
		[t("deliveries.time"), t("deliveries.event"), t("deliveries.state"),
			t("deliveries.attempts"), t("deliveries.last"), ""]);

	async function retry(delivery, line) {
		try {
			const path = `/v1/webhooks/${id}/deliveries/${delivery.id}/retry`;

			line.replaceWith(lineOf(await post(path) ?? { ...delivery, state: "pending" }));
			notify(t("deliveries.queued"));
		} catch (error) {
			notifyFailure(error);
		}
	}

	function lineOf(delivery) {
		const line = row([dateTime(delivery.created_at), delivery.event, state(delivery),
			number(delivery.attempts), last(delivery),
			delivery.state !== "pending" && button(t("deliveries.retry"),
				() => retry(delivery, line))]);

		return line;
	}

	return openDialog(t("deliveries.title"), () => [
		el("p", {}, el("bdi", {}, url)), whole,
		endlessList(`/v1/webhooks/${id}/deliveries`, {}, body, lineOf,
			{ signal: leave.signal, empty: nothing("hook", t("deliveries.empty")) }),
	], { wide: true }).finally(() => leave.abort());
}
