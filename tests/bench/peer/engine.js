// engine.js FILE OUT: renders with sharp, by the protocol of
// tests/bench/measure.h: decodes once, and makes the small thumbnail from the
// large one.
"use strict";
const fs = require("node:fs");
const readline = require("node:readline");
const sharp = require("sharp");
const { cascade } = require("./cascade");

sharp.concurrency(1);
sharp.cache(false);

function peakKib() {
  const status = fs.readFileSync("/proc/self/status", "latin1");
  return Number(/VmHWM:\s+(\d+)/.exec(status)[1]);
}

async function measure(times, data) {
  const cpu = process.cpuUsage();
  const faults = process.resourceUsage().minorPageFault;
  const start = process.hrtime.bigint();
  let outputs;
  for (let i = 0; i < times; i++) outputs = await cascade(data);
  const real = Number(process.hrtime.bigint() - start) / 1000;
  const used = process.cpuUsage(cpu);
  const fresh = process.resourceUsage().minorPageFault - faults;
  return [(used.user + used.system) / times, real / times, fresh / times,
    peakKib(), outputs[0].length, outputs[1].length].join(" ");
}

async function main() {
  const [file, out] = process.argv.slice(2);
  const data = fs.readFileSync(file);
  const outputs = await cascade(data);
  fs.writeFileSync(`${out}-400`, outputs[0]);
  fs.writeFileSync(`${out}-200`, outputs[1]);
  for await (const line of readline.createInterface({ input: process.stdin }))
    console.log(await measure(Number(line), data));
}

main();
