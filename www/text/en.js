// en.js: the texts in English. A key is the part of the pages and the text's
// meaning. {name} stands for a value.
export default {
	// All pages
	"brand": "Pictures",
	"copy.done": "Copied.",
	"copy.title": "Copy this text",
	"dialog.cancel": "Cancel",
	"dialog.close": "Close",
	"duration.now": "now",
	"error.status": "The service answered with the status {status}.",
	"error.unexpected": "Something went wrong in this page: {text}",
	"error.unreachable": "The service does not answer. Check your connection and try again.",
	"form.check": "Please check the marked fields.",
	"list.more": "Show more",
	"login.again": "Log in again",
	"login.ended": "Your session has ended. Log in to go on where you were.",
	"login.name": "User name",
	"login.password": "Password",
	"login.submit": "Log in",
	"login.title": "Log in",
	"notice.undo": "Undo",
	"pages.account": "Account",
	"pages.admin": "Administration",
	"pages.docs": "API",
	"pages.pictures": "Pictures",
	"shell.home": "Go to your pictures",
	"shell.language": "Language",
	"shell.loading": "Loading …",
	"shell.logout": "Log out",
	"shell.offline": "You are offline. What you do here works again when the connection is back.",
	"shell.pages": "Pages",
	"shell.retry": "Try again",
	"shell.skip": "Skip to the content",
	"shell.unknown": "There is no such page.",

	// Welcome
	"welcome.docs": "How programs use it: the API",
	"welcome.share": "Share one by a link that ends, or by an address that lasts.",
	"welcome.store": "Upload your pictures and get thumbnails of them at once.",
	"welcome.tiers": "Your tier decides which sizes, originals and links you get.",

	// Gallery

	// Upload

	// A picture

	// Account

	// Administration
	"admin.audit": "Audit log",
	"admin.forbidden": "These pages are for administrators. You are logged in as {name}.",
	"admin.images": "Images",
	"admin.jobs": "Jobs",
	"admin.login": "Log in as an administrator",
	"admin.overview": "Overview",
	"admin.tiers": "Tiers",
	"admin.title": "Administration",
	"admin.users": "Users",
	"admin.workers": "Workers",

	// Administration: users

	// Administration: tiers

	// Administration: images

	// Administration: jobs and workers

	// Administration: statistics

	// Administration: audit

	// What the service refuses, by the code of the problem. In English the service
	// says it in more detail by itself.
};
