// Runs the example programs in JavaScript that it is given: FILE.out gets what a
// program prints, FILE.err why it failed.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

for (const file of process.argv.slice(2)) {
	let printed = "";

	console.log = value => {
		printed += typeof value === "string" ? value : JSON.stringify(value);
	};
	try {
		await import(pathToFileURL(path.resolve(file)));
	} catch (error) {
		await writeFile(`${file}.err`, String(error.stack));
	}
	await writeFile(`${file}.out`, printed);
}
