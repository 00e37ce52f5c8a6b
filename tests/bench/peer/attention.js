// attention.js: crops pictures to squares with sharp's strategy "attention":
// node attention.js SIDE OUT FILE...
"use strict";
const path = require("path");
const sharp = require("sharp");

async function main([side, out, ...files]) {
  for (const file of files) {
    await sharp(file)
      .rotate()
      .resize(Number(side), Number(side), {
        fit: "cover",
        position: sharp.strategy.attention,
      })
      .png()
      .toFile(path.join(out, path.basename(file) + ".attention.png"));
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
