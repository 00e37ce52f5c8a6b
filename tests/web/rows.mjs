// The arithmetic of the gallery's rows, args.source.
import assert from "node:assert/strict";

const GAP = 6;
const HEIGHT = 180;

export default async function({ args }) {
	const { boxesOf, breakRows, neighbour, rowAt, rowsShown, shownRatio } =
		await import(`data:text/javascript,${encodeURIComponent(args.source)}`);
	const ratios = Array.from({ length: 1000 }, (_, i) => 0.4 + (i * 7 % 37) / 10);

	assert.equal(shownRatio({ width: null, height: null }), 1);
	assert.equal(shownRatio({ width: 30000, height: 1 }), 4);
	assert.equal(shownRatio({ width: 1, height: 30000 }), 0.4);
	assert.deepEqual(breakRows([], 1000, { height: HEIGHT, gap: GAP }), []);

	for (const width of [1, 296, 1233, 3000]) {
		const rows = breakRows(ratios, width, { height: HEIGHT, gap: GAP });

		// Each picture is in one row, and each full row is as wide as the gallery.
		assert.equal(rows[0].first, 0);
		assert.equal(rows.at(-1).end, ratios.length);
		for (const [i, row] of rows.entries()) {
			const last = boxesOf(row, ratios, width, GAP).at(-1);

			assert.ok(row.end > row.first && row.height > 0);
			if (row.full)
				assert.equal(last.left + last.width, width);
			if (i)
				assert.deepEqual([row.first, row.top],
					[rows[i - 1].end, rows[i - 1].top + rows[i - 1].height + GAP]);
			assert.equal(rowAt(rows, row.top), i);
		}
		assert.equal(rowAt(rows, -100), 0);
		assert.equal(rowAt(rows, 1e9), rows.length - 1);

		// Down and up again leads to the same row, and not out of the rows.
		const below = neighbour(500, 1, rows, ratios, width, GAP);

		assert.ok(below > 500);
		assert.equal(neighbour(0, -1, rows, ratios, width, GAP), 0);
		assert.equal(neighbour(999, 1, rows, ratios, width, GAP), 999);

		const { from, to } = rowsShown(rows, { top: 5000, bottom: 5800, ahead: 900, most: 190 });
		const count = rows[to - 1].end - rows[from].first;

		assert.ok(rows[from].top <= 5000 || from === rows.length - 1);
		assert.ok(count <= 190 || width > 2000, `${count} pictures of ${width} pixels`);
	}
}
