// de.js: the texts in German.
export default {
	// All pages
	"brand": "Bilder",
	"copy.done": "Kopiert.",
	"copy.title": "Diesen Text kopieren",
	"dialog.cancel": "Abbrechen",
	"dialog.close": "Schließen",
	"duration.now": "jetzt",
	"error.status": "Der Dienst antwortet mit dem Status {status}.",
	"error.unexpected": "Auf dieser Seite ist ein Fehler aufgetreten: {text}",
	"error.unreachable": "Der Dienst antwortet nicht. Prüfe die Verbindung und versuche es noch einmal.",
	"form.check": "Bitte prüfe die markierten Felder.",
	"list.more": "Mehr anzeigen",
	"login.again": "Erneut anmelden",
	"login.ended": "Deine Sitzung ist abgelaufen. Melde dich an, um hier weiterzumachen.",
	"login.name": "Benutzername",
	"login.password": "Passwort",
	"login.submit": "Anmelden",
	"login.title": "Anmelden",
	"notice.undo": "Rückgängig",
	"pages.account": "Konto",
	"pages.admin": "Verwaltung",
	"pages.docs": "API",
	"pages.pictures": "Bilder",
	"shell.home": "Zu deinen Bildern",
	"shell.language": "Sprache",
	"shell.loading": "Wird geladen …",
	"shell.logout": "Abmelden",
	"shell.offline": "Du bist offline. Sobald die Verbindung wieder da ist, geht es hier weiter.",
	"shell.pages": "Seiten",
	"shell.retry": "Noch einmal versuchen",
	"shell.skip": "Zum Inhalt springen",
	"shell.unknown": "Diese Seite gibt es nicht.",

	// Welcome
	"welcome.docs": "So nutzen Programme den Dienst: die API",
	"welcome.share": "Teile ein Bild über einen Link, der abläuft, oder eine Adresse, die bleibt.",
	"welcome.store": "Lade deine Bilder hoch und erhalte sofort Vorschaubilder.",
	"welcome.tiers": "Dein Tarif bestimmt, welche Größen, Originale und Links du bekommst.",

	// Gallery

	// Upload

	// A picture

	// Account

	// Administration
	"admin.audit": "Protokoll",
	"admin.forbidden": "Diese Seiten sind für Administratoren. Du bist als {name} angemeldet.",
	"admin.images": "Bilder",
	"admin.jobs": "Aufträge",
	"admin.login": "Als Administrator anmelden",
	"admin.overview": "Übersicht",
	"admin.tiers": "Tarife",
	"admin.title": "Verwaltung",
	"admin.users": "Benutzer",
	"admin.workers": "Worker",

	// Administration: users

	// Administration: tiers

	// Administration: images

	// Administration: jobs and workers

	// Administration: statistics

	// Administration: audit

	// What the service refuses, by the code of the problem.
	"problem.bad_request": "Die Anfrage ist fehlerhaft.",
	"problem.conflict": "Das passt nicht zum jetzigen Zustand. Lade die Seite neu.",
	"problem.corrupt_image": "Das Bild ist beschädigt und kann nicht gelesen werden.",
	"problem.forbidden": "Das ist nicht erlaubt.",
	"problem.internal": "Im Dienst ist ein Fehler aufgetreten.",
	"problem.invalid_field": "Ein Wert ist ungültig.",
	"problem.link_expired": "Der Link ist abgelaufen.",
	"problem.link_revoked": "Der Link wurde widerrufen.",
	"problem.not_found": "Das gibt es nicht (mehr).",
	"problem.quota_exceeded": "Dein Speicher oder deine Uploads für heute sind aufgebraucht.",
	"problem.rate_limited": "Zu viele Anfragen. Bitte warte einen Moment.",
	"problem.tier_forbids": "Dein Tarif erlaubt das nicht.",
	"problem.timeout": "Das hat zu lange gedauert.",
	"problem.too_large": "Die Datei ist zu groß.",
	"problem.too_many_pixels": "Das Bild hat zu viele Pixel.",
	"problem.unavailable": "Der Dienst ist gerade nicht erreichbar. Bitte versuche es gleich noch einmal.",
	"problem.unsupported_format": "Dieses Dateiformat wird nicht unterstützt.",
	"problem.wrong_credentials": "Benutzername oder Passwort ist falsch.",
};
