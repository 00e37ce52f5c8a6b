// cascade.js: makes both thumbnails of a picture with sharp at the lowest CPU
// cost: decodes once, and makes the small one from the pixels of the large one.
"use strict";
const sharp = require("sharp");

const QUALITY = 85;

function encode(image, channels) {
  return (channels === 4 ? image.png() : image.jpeg({ quality: QUALITY }))
    .toBuffer();
}

async function cascade(data) {
  const large = await sharp(data, { limitInputPixels: false })
    .rotate()
    .resize({ height: 400, withoutEnlargement: true })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = large.info;
  const raw = { raw: { width, height, channels } };
  const small = sharp(large.data, raw)
    .resize({ height: 200, withoutEnlargement: true });
  return Promise.all([encode(sharp(large.data, raw), channels),
    encode(small, channels)]);
}

module.exports = { cascade };
