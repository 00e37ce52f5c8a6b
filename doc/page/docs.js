// docs.js: what /docs/ does if the browser runs scripts.
import { button } from "./dom.js";
import { shareLanguage } from "./languages.js";
import { addSearch } from "./search.js";

// The form is loaded when somebody wants it.
async function openForm(section, opener) {
	const { tryForm } = await import("./try.js");

	opener.replaceWith(await tryForm(section.querySelector("h3").id));
	section.querySelector("form.try").focus();
}

shareLanguage(document.querySelectorAll(".examples input"));
addSearch(document.querySelector("header.top"), document.querySelector("main"));
for (const section of document.querySelectorAll("section[data-try]")) {
	const opener = button("Try it", () => openForm(section, opener), { class: "opener" });

	section.querySelector(".examples").after(opener);
}
