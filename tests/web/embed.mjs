// A page of another site embeds args.picture and reads it by fetch(). The second
// time the picture comes from the browser's cache. With args.gone the picture must
// not come at all.
import assert from "node:assert/strict";
import http from "node:http";

async function serve(html) {
	const server = http.createServer((_, response) => response
		.setHeader("Content-Type", "text/html; charset=utf-8").end(html));

	await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
	return server;
}

// Counts the answers that come from the cache.
async function watchCache(page, picture) {
	const session = await page.context().newCDPSession(page);
	const seen = { cached: 0 };

	await session.send("Network.enable");
	session.on("Network.responseReceived", ({ response }) => {
		seen.cached += response.url === picture && response.fromDiskCache;
	});
	return seen;
}

const widthOf = page => page.evaluate(() => document.images[0].naturalWidth);

async function check(page, url, { picture, width, bytes }) {
	const seen = await watchCache(page, picture);

	await page.goto(url);
	assert.equal(await widthOf(page), width);
	assert.equal(await page.evaluate(async address =>
		(await (await fetch(address)).arrayBuffer()).byteLength, picture), bytes);
	const before = seen.cached;
	await page.goto("about:blank");
	await page.goto(url);
	assert.equal(await widthOf(page), width);
	assert.equal(seen.cached, before + 1);
}

export default async function({ open, args }) {
	const server = await serve("<!DOCTYPE html><html lang=en><title>Another site</title>" +
		'<link rel="icon" href="data:,">' + `<img src="${args.picture}" alt="">`);
	// The service is at 127.0.0.1: for a browser localhost is another site.
	const url = `http://localhost:${server.address().port}/`;
	const page = await open();

	try {
		if (args.gone) {
			page.expectedStatuses = [410];
			await page.goto(url);
			assert.equal(await widthOf(page), 0);
		} else {
			await check(page, url, args);
		}
	} finally {
		server.close();
		server.closeAllConnections();
	}
}
