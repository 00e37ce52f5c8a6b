// Needs Node.js 18 or newer. Usage: node upload.mjs picture.jpg
import { readFile } from "node:fs/promises";
import { basename } from "node:path";

const { IMAGE_URL, IMAGE_USER, IMAGE_PASSWORD } = process.env;

async function request(path, options) {
  const response = await fetch(IMAGE_URL + path, options);
  const result = await response.json();
  if (!response.ok) throw new Error(`${result.code}: ${result.detail}`);
  return result;
}

// 1. Get a token. It replaces the password for a day.
const password = Buffer.from(`${IMAGE_USER}:${IMAGE_PASSWORD}`);
const { token } = await request("/v1/tokens", {
  method: "POST",
  headers: {
    Authorization: `Basic ${password.toString("base64")}`,
    "Content-Type": "application/json",
  },
  body: JSON.stringify({ name: "start", expires_in: 86400 }),
});
const headers = { Authorization: `Bearer ${token}` };

// 2. Upload a picture. A large one is processed later: wait for it.
const file = process.argv[2];
const form = new FormData();
form.append("image", new Blob([await readFile(file)]), basename(file));
let image = await request("/v1/images", { method: "POST", headers, body: form });
while (image.status === "processing") {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  image = await request(`/v1/images/${image.id}`, { headers });
}

// 3. Show it: put these URLs into <img src="...">. They work for an hour.
for (const { variant, url } of image.variants) console.log(variant, url);

// 4. Share the original by a link that ends after an hour.
const link = await request(`/v1/images/${image.id}/links`, {
  method: "POST",
  headers: { ...headers, "Content-Type": "application/json" },
  body: JSON.stringify({ expires_in: 3600 }),
});
console.log("link", link.url);
