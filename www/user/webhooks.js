// webhooks.js: the card of the webhooks.
import { patch, post, remove } from "../lib/api.js";
import { copyButton } from "../lib/copy.js";
import { confirm, openDialog } from "../lib/dialog.js";
import { button, el, icon, iconButton } from "../lib/dom.js";
import { checkbox, field, form } from "../lib/field.js";
import { addFirst, endlessList, table } from "../lib/list.js";
import { notify, notifyFailure } from "../lib/notice.js";
import { nothing } from "../lib/shell.js";
import { t } from "../lib/text.js";
import { showDeliveries } from "./deliveries.js";

const events = ["image.ready", "image.failed", "image.deleted", "image.private", "job.done",
	"job.failed"];

// The form of a webhook, new or changed. `send(fields)` calls the service.
function webhookForm(label, { url = "", events: chosen = events }, send) {
	return form(label, form => send({
		url: form.elements.url.value,
		events: events.filter(event => form.elements[event].checked),
	}),
	field(t("webhooks.url"), el("input", { name: "url", type: "url", value: url, required: true,
		maxlength: 2048, placeholder: "https://example.org/hook" }), t("webhooks.url_hint")),
	el("fieldset", { "data-field": "events" }, el("legend", {}, t("webhooks.events")),
		events.map(event => checkbox(t(`webhooks.event.${event}`), event,
			chosen.includes(event))),
		el("p", { class: "field-error" })));
}

// The service shows the secret once.
const showSecret = ({ secret }) => openDialog(t("webhooks.created"), () => [
	el("p", {}, t("webhooks.secret")),
	el("pre", { class: "secret" }, secret),
	copyButton(t("webhooks.copy"), secret, { class: "primary" }),
]);

const state = ({ enabled }) => el("span", { class: enabled ? "badge good" : "badge bad" },
	t(enabled ? "webhooks.on" : "webhooks.off"));

// A failure of `act` is shown as a note.
async function attempt(act) {
	try {
		await act();
	} catch (error) {
		notifyFailure(error);
	}
}

export function webhooksCard(signal) {
	const { whole, body, row } = table(t("webhooks.title"),
		[t("webhooks.url"), t("webhooks.events"), t("webhooks.state"), ""]);

	const change = (webhook, line, fields) => attempt(async () =>
		line.replaceWith(lineOf(await patch(`/v1/webhooks/${webhook.id}`, fields))));

	async function edit(webhook, line) {
		const changed = await openDialog(t("webhooks.edit"), close => webhookForm(
			t("webhooks.save"), webhook,
			async fields => close(await patch(`/v1/webhooks/${webhook.id}`, fields))));

		if (changed)
			line.replaceWith(lineOf(changed));
	}

	async function drop(webhook, line) {
		if (await confirm(t("webhooks.delete"), t("webhooks.delete_text", webhook),
			t("webhooks.delete")))
			await attempt(async () => {
				await remove(`/v1/webhooks/${webhook.id}`);
				line.remove();
				notify(t("webhooks.deleted"));
			});
	}

	function lineOf(webhook) {
		const { url, enabled } = webhook;
		const line = row([el("bdi", {}, url), webhook.events.join(", "), state(webhook),
			el("div", { class: "actions" },
				button(t("webhooks.deliveries"), () => showDeliveries(webhook)),
				button(t(enabled ? "webhooks.disable" : "webhooks.enable"),
					() => change(webhook, line, { enabled: !enabled })),
				iconButton("edit", t("webhooks.edit_one", { url }), () => edit(webhook, line)),
				iconButton("delete", t("webhooks.delete_one", { url }),
					() => drop(webhook, line)))]);

		return line;
	}

	async function create() {
		const made = await openDialog(t("webhooks.create"), close => webhookForm(
			t("webhooks.create"), {}, async fields => close(await post("/v1/webhooks", fields))));

		if (!made)
			return;
		addFirst(body, made, lineOf(made));
		await showSecret(made);
	}

	return el("section", { class: "card wide" },
		el("div", { class: "heading" }, el("h2", {}, t("webhooks.title")),
			button([icon("add"), t("webhooks.create")], create)),
		el("p", {}, t("webhooks.text")), whole,
		endlessList("/v1/webhooks", {}, body, lineOf,
			{ signal, empty: nothing("hook", t("webhooks.empty")) }));
}
