// languages.js: the examples of the whole page are in the language that the reader
// chose last.
const MEMORY = "pixtier.language_of_examples";

// Examples above the reader get another height: what was clicked stays where it is.
function keepInPlace(element, change) {
	const { top } = element.getBoundingClientRect();

	change();
	scrollBy(0, element.getBoundingClientRect().top - top);
}

// `radios` has those of all examples. Their values are the languages.
export function shareLanguage(radios) {
	const choose = language => {
		for (const radio of radios)
			radio.checked = radio.value === language;
	};
	const remembered = localStorage.getItem(MEMORY);

	if ([...radios].some(radio => radio.value === remembered))
		choose(remembered);
	for (const radio of radios)
		radio.addEventListener("change", () => {
			localStorage.setItem(MEMORY, radio.value);
			keepInPlace(radio, () => choose(radio.value));
		});
}
