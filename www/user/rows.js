// rows.js: the arithmetic of justified rows. The pictures of a row are equally
// high and fill the width together.

// Narrower and wider pictures are cropped to these ratios of width to height.
const NARROWEST = 0.4;
const WIDEST = 4;

// The ratio that a picture is shown with: a square until its size is known.
export function shownRatio({ width, height }) {
	return width && height ? Math.min(Math.max(width / height, NARROWEST), WIDEST) : 1;
}

const heightOf = (ratios, count, width, gap) => (width - gap * (count - 1)) / ratios;

// The row that begins with the picture `first`: { first, end, height, full }. `end`
// is the picture after the row. The last row is not full if its pictures would
// become higher than `height`.
function nextRow(ratios, first, width, { height, gap }) {
	let sum = 0;
	let end = first;
	let high = Infinity;

	while (end < ratios.length && high > height) {
		const low = heightOf(sum + ratios[end], end - first + 1, width, gap);

		if (low < height && high - height < height - low)
			break;
		sum += ratios[end];
		high = low;
		end++;
	}
	const full = end < ratios.length || high <= height;

	return { first, end, full, height: Math.max(1, Math.floor(full ? high : height)) };
}

// Breaks pictures with these ratios into rows that are about `height` pixels high,
// with `gap` pixels between. Each row has its `top`.
export function breakRows(ratios, width, { height, gap }) {
	const rows = [];
	let top = 0;

	for (let first = 0; first < ratios.length; first = rows.at(-1).end) {
		const row = nextRow(ratios, first, width, { height, gap });

		rows.push({ ...row, top });
		top += row.height + gap;
	}
	return rows;
}

export const heightOfRows = rows => rows.length ? rows.at(-1).top + rows.at(-1).height : 0;

// The left edge and the width of each picture of a row, in whole pixels.
export function boxesOf(row, ratios, width, gap) {
	const shown = ratios.slice(row.first, row.end);
	const sum = shown.reduce((total, ratio) => total + ratio, 0);
	const unit = row.full ? (width - gap * (shown.length - 1)) / sum : row.height;
	let ratio = 0;

	return shown.map((one, i) => {
		const left = Math.round(ratio * unit);

		ratio += one;
		return { left: left + i * gap, width: Math.round(ratio * unit) - left };
	});
}

// The index of the row at `y`: the first or last one if `y` is outside.
export function rowAt(rows, y) {
	let low = 0;
	let high = rows.length - 1;

	while (low < high) {
		const middle = (low + high + 1) >> 1;

		if (rows[middle].top <= y)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

// The rows from `from` to before `to` that are shown: those between `top` and
// `bottom`, and those within `ahead` pixels of them as long as there are no more
// than `most` pictures.
export function rowsShown(rows, { top, bottom, ahead, most }) {
	let from = rowAt(rows, top);
	let to = Math.min(rowAt(rows, bottom) + 1, rows.length);
	const count = () => rows.length ? rows[to - 1].end - rows[from].first : 0;
	const fits = row => count() + row.end - row.first <= most;

	for (let grown = true; grown;) {
		grown = false;
		if (to < rows.length && rows[to].top < bottom + ahead && fits(rows[to])) {
			to++;
			grown = true;
		}
		if (from > 0 && rows[from - 1].top > top - ahead && fits(rows[from - 1])) {
			from--;
			grown = true;
		}
	}
	return { from, to };
}

// The picture above or below another one: that of the row `step` away under whose
// middle the middle of the other is.
export function neighbour(index, step, rows, ratios, width, gap) {
	const from = rows.findIndex(row => index < row.end);
	const row = rows[from + step];

	if (!row)
		return index;
	const { left, width: wide } = boxesOf(rows[from], ratios, width, gap)[index - rows[from].first];
	const boxes = boxesOf(row, ratios, width, gap);
	const found = boxes.findIndex(box => left + wide / 2 < box.left + box.width + gap);

	return found < 0 ? row.end - 1 : row.first + found;
}
