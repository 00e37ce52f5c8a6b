// user_form.js: the dialogs that create, change and delete a user.
import { get, patch, post, remove, session } from "../lib/api.js";
import { copyButton } from "../lib/copy.js";
import { confirm, openDialog } from "../lib/dialog.js";
import { button, el } from "../lib/dom.js";
import { checkbox, field, form } from "../lib/field.js";
import { notify, notifyFailure } from "../lib/notice.js";
import { bytes, t } from "../lib/text.js";

const PASSWORD_BYTES = 18;

// A random password: 24 letters of base64url, 144 bits.
function newPassword() {
	const random = crypto.getRandomValues(new Uint8Array(PASSWORD_BYTES));

	return btoa(String.fromCharCode(...random)).replaceAll("+", "-").replaceAll("/", "_");
}

// The service keeps only a hash: this is the only time that it is seen.
const showPassword = (username, password) => openDialog(t("users.password_new"), () => [
	el("p", {}, t("users.password_once", { name: username })),
	el("pre", { class: "secret" }, password),
	copyButton(t("users.password_copy"), password, { class: "primary" }),
]);

// A user's tier is there in any case, so that it does not change unseen.
const withTier = (tier, tiers) => tiers.includes(tier) ? tiers : [tier, ...tiers];

const fields = (user, tiers) => [
	field(t("users.name"), el("input", { name: "username", value: user.username, required: true,
		maxlength: 64, autocomplete: "off", autocapitalize: "none", spellcheck: "false" }),
	t("users.name_hint")),
	field(t("users.tier"), el("select", { name: "tier" }, withTier(user.tier, tiers).map(tier =>
		el("option", { selected: tier === user.tier }, tier)))),
	field(t("users.email"), el("input", { name: "email", type: "email", value: user.email,
		maxlength: 254, autocomplete: "off" })),
	checkbox(t("users.is_admin"), "is_admin", user.is_admin, t("users.admin_hint")),
];

const values = ({ elements }) => ({
	username: elements.username.value,
	tier: elements.tier.value,
	email: elements.email.value || null,
	is_admin: elements.is_admin.checked,
});

// Resolves with the new user, or undefined.
export async function createUser(tiers) {
	const password = newPassword();
	const tier = tiers.includes("Basic") ? "Basic" : tiers[0];
	const empty = { username: "", tier, email: "", is_admin: false };
	const made = await openDialog(t("users.create"), close => form(t("users.create"),
		async form => close(await post("/v1/admin/users", { ...values(form), password })),
		fields(empty, tiers), el("p", { class: "hint" }, t("users.password_hint"))));

	if (made)
		await showPassword(made.username, password);
	return made;
}

// Only what differs is sent: other values may have changed meanwhile.
const differing = (now, then) => Object.fromEntries(Object.entries(now)
	.filter(([name, value]) => value !== then[name]));

async function resetPassword(user) {
	const password = newPassword();

	if (!await confirm(t("users.password_reset"), t("users.password_reset_text",
		{ name: user.username }), t("users.password_reset")))
		return;
	try {
		await patch(`/v1/admin/users/${user.id}`, { password });
		await showPassword(user.username, password);
	} catch (error) {
		notifyFailure(error);
	}
}

// True if the user is deleted.
async function deleteUser({ id, username, usage }) {
	if (!await confirm(t("users.delete"), t("users.delete_text",
		{ name: username, count: usage.images, size: bytes(usage.bytes) }), t("users.delete")))
		return false;
	try {
		await remove(`/v1/admin/users/${id}`);
		notify(t("users.deleted", { name: username }));
		return true;
	} catch (error) {
		notifyFailure(error);
		return false;
	}
}

// Resolves with the changed user, null if it was deleted, undefined if nothing
// changed.
export async function editUser({ id }, tiers) {
	const user = await get(`/v1/admin/users/${id}`);
	const self = id === session.me.id;

	return openDialog(user.username, close => [
		form(t("form.save"), async form => close(await patch(`/v1/admin/users/${id}`, differing({
			...values(form), disabled: form.elements.disabled.checked }, user))),
		fields(user, tiers), checkbox(t("users.disable"), "disabled", user.disabled,
			t("users.disable_hint"))),
		el("hr"),
		el("div", { class: "actions" },
			el("a", { class: "button", href: `#/images?user=${id}`, onclick: () => close() },
				t("users.show_images")),
			button(t("users.password_reset"), () => resetPassword(user)),
			!self && button(t("users.delete"), async () => {
				if (await deleteUser(user))
					close(null);
			}, { class: "danger" })),
	]);
}
