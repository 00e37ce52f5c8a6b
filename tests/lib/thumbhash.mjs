// Prints tests/lib/thumbhash.txt: the ThumbHashes of some pictures by the
// reference implementation. In an empty folder:
//   npm install thumbhash@0.1.1
//   cp .../tests/lib/thumbhash.mjs . && node thumbhash.mjs
import { rgbaToThumbHash } from "thumbhash";

// No term of these is 0 but for rounding, as in a picture of one colour: such
// bits, which nobody sees, depend on the cosines of the JavaScript engine.
// The same formulas are in tests/unit/thumbhash.c and tests/http/test_placeholders.py.
const kinds = {
  gradient: (x, y, w, h) => [Math.floor(x * 255 / w), Math.floor(x * y * 255 / (w * h)), 128, 255],
  gray: (x, y) => Array(3).fill((x * 7 + y * 13) % 256).concat(255),
  flat: () => [200, 40, 90, 255],
  noise: (x, y) => [(x * x * 31 + y * 57) % 256, (x * 17 + y * y * 91) % 256, (x * y * 23) % 256, 255],
  alpha: (x, y, w, h) => [Math.floor(x * 255 / w), 60, Math.floor(y * 255 / h), Math.floor((x + y) * 255 / (w + h))],
  cutout: (x, y, w, h) => [(x * 29) % 256, (y * 41) % 256, 200, (2 * x - w) ** 2 + (2 * y - h) ** 2 < w * h ? 255 : 0],
  clear: () => [0, 0, 0, 0],
};
const pictures = [
  ["gradient", 24, 18], ["gradient", 15, 24], ["gradient", 24, 1], ["gray", 24, 24], ["gray", 13, 22],
  ["flat", 1, 1], ["noise", 24, 14], ["noise", 3, 24], ["alpha", 18, 24],
  ["cutout", 23, 13], ["cutout", 24, 24], ["clear", 8, 6],
];
for (const [kind, w, h] of pictures) {
  const rgba = [];
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      rgba.push(...kinds[kind](x, y, w, h));
  console.log(kind, w, h, Buffer.from(rgbaToThumbHash(w, h, rgba)).toString("base64"));
}
