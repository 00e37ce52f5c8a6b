// server.js: the service that pixtier's uploads are compared with. Express,
// multer and sharp store a picture and its thumbnails of 400 and 200 pixels in
// height. Environment: PORT, STORE (a folder), WORKERS (2), SHARP_CONC (1).
"use strict";
const cluster = require("node:cluster");
const crypto = require("node:crypto");
const fs = require("node:fs/promises");
const path = require("node:path");
const express = require("express");
const multer = require("multer");
const sharp = require("sharp");
const { cascade } = require("./cascade");

const { PORT, STORE, WORKERS = "2", SHARP_CONC = "1" } = process.env;

async function upload(req, res) {
  const id = crypto.randomUUID();
  const file = (name) => path.join(STORE, `${id}-${name}`);
  const data = req.file.buffer;
  const meta = await sharp(data).metadata();
  const [large, small] = await cascade(data);
  await Promise.all([fs.writeFile(file("original"), data),
    fs.writeFile(file("400"), large), fs.writeFile(file("200"), small)]);
  res.status(201).json({ id, width: meta.width, height: meta.height });
}

function serve() {
  const app = express();
  const form = multer({ storage: multer.memoryStorage() });
  sharp.concurrency(Number(SHARP_CONC));
  app.post("/upload", form.single("image"), upload);
  app.use("/files", express.static(STORE));
  app.listen(Number(PORT), "127.0.0.1");
}

if (cluster.isPrimary)
  for (let i = 0; i < Number(WORKERS); i++) cluster.fork();
else
  serve();
