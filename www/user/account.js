// account.js: what the user's tier allows, what the user has used of it, and the
// password, tokens and webhooks.
import { get, session } from "../lib/api.js";
import { el, fill } from "../lib/dom.js";
import { heading } from "../lib/shell.js";
import { t } from "../lib/text.js";
import { passwordCard } from "./password.js";
import { tierCard, usageCard } from "./tier.js";
import { tokensCard } from "./tokens.js";
import { webhooksCard } from "./webhooks.js";

export default async function(main, { signal }) {
	const me = await get("/v1/me", {}, { signal });

	session.me = me;
	fill(main, heading(t("account.title")),
		el("div", { class: "cards" },
			usageCard(me), tierCard(me), passwordCard(), tokensCard(me, signal),
			webhooksCard(signal)));
}
