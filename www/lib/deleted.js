// deleted.js: the images that are being deleted: lists leave them out until the
// user undoes that. `hidden` has their ids; `changes` tells of each change by an
// event "change".
export const hidden = new Set();
export const changes = new EventTarget();

const tell = () => changes.dispatchEvent(new Event("change"));

export function hide(...ids) {
	ids.forEach(id => hidden.add(id));
	tell();
}

export function unhide(...ids) {
	ids.forEach(id => hidden.delete(id));
	tell();
}
