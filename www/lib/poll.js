// poll.js: waits for what the service makes in the background.
import { get, Problem } from "./api.js";
import { sleep } from "./dom.js";

const FIRST_MS = 500;
const LONGEST_MS = 10000;

// Reads `path` until done(answer), and resolves with that answer. The pauses grow.
export async function poll(path, done, signal) {
	for (let pause = FIRST_MS; ; pause = Math.min(pause * 1.5, LONGEST_MS)) {
		await sleep(pause, signal);
		try {
			const answer = await get(path, {}, { signal });

			if (done(answer))
				return answer;
		} catch (error) {
			// It was deleted, or is not the user's any more.
			if (error instanceof Problem && error.status < 500 && error.status !== 429)
				throw error;
			signal?.throwIfAborted();
		}
	}
}
