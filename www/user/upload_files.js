// upload_files.js: the files that were dropped or pasted, with those of folders.
import { dateTime, t } from "../lib/text.js";

const entryFile = entry => new Promise((resolve, reject) => entry.file(resolve, reject));

// The entries of a folder. A reader gives them in pieces, and an empty one at the
// end.
async function entriesOf(folder) {
	const reader = folder.createReader();
	const entries = [];

	for (;;) {
		const some = await new Promise((resolve, reject) =>
			reader.readEntries(resolve, reject));

		if (!some.length)
			return entries;
		entries.push(...some);
	}
}

// Files that a system keeps in folders are none of the user's.
const isHidden = ({ name }) => name.startsWith(".") || ["Thumbs.db", "desktop.ini"].includes(name);

async function filesOf(entry) {
	if (entry.isFile)
		return [await entryFile(entry)];
	const files = [];

	for (const one of await entriesOf(entry))
		if (!isHidden(one))
			files.push(...await filesOf(one));
	return files;
}

// The files of a drop. Its list of items is empty after the event, so it is read
// before anything is awaited.
export async function droppedFiles(transfer) {
	const items = [...transfer.items].filter(({ kind }) => kind === "file");
	const entries = items.map(item => item.webkitGetAsEntry?.());
	const plain = [...transfer.files];

	if (entries.includes(null) || entries.includes(undefined))
		return plain;
	return (await Promise.all(entries.map(filesOf))).flat();
}

// Browsers call each picture that was copied image.png.
export function pastedFiles(transfer) {
	return [...transfer.files].map(file => ({ file, name: file.name !== "image.png" ? file.name
		: `${t("upload.pasted", { time: dateTime(new Date()) })}.png` }));
}

export const named = files => [...files].map(file => ({ file, name: file.name }));
