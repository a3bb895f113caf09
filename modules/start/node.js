// jsii's runtime in one process. Its own starts a second one and carries each message from the first to the second and
// back, which is a third of a start in Node and a fifth of each construct.
//
// jsii's program reads requests from descriptor 3 and writes answers there: here they come and go on standard input and
// output. What JavaScript prints goes to standard error, framed as the Python side expects it.
"use strict";
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const threads = require("node:worker_threads");

const program = process.env.HUB_JSII_PROGRAM;
const API = 3;

const { mkdtempSync, readSync, writeSync } = fs;
fs.readSync = (descriptor, ...rest) => readSync(descriptor === API ? 0 : descriptor, ...rest);
fs.writeSync = (descriptor, ...rest) => writeSync(descriptor === API ? 1 : descriptor, ...rest);

for (const name of ["stdout", "stderr"]) {
  const { get } = Object.getOwnPropertyDescriptor(process, name);
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    get() {
      const stream = get.call(process);
      stream.write = (chunk, encoding, done) => {
        const text = Buffer.from(chunk, typeof encoding === "string" ? encoding : undefined).toString("base64");
        writeSync(2, `${JSON.stringify({ [name]: text })}\n`);
        (typeof encoding === "function" ? encoding : done)?.();
        return true;
      };
      return stream;
    },
  });
}

// The program links packages from its cache into a folder of this process, and takes links to be kept. They are not kept
// here: files are known by their place in the cache, so that what Node compiled of them is found again. Packages find each
// other in that folder all the same, and not what happens to be installed above the cache.
process.execArgv.push("--preserve-symlinks");
let packages;
fs.mkdtempSync = (prefix, ...rest) => {
  const made = mkdtempSync(prefix, ...rest);
  if (path.basename(prefix) === "jsii-kernel-") packages = path.join(made, "node_modules");
  return made;
};
const resolveFilename = Module._resolveFilename;
Module._resolveFilename = (request, ...rest) => {
  const [, name] = /^((?:@[^/]+\/)?[^./@][^/]*)(?:\/|$)/.exec(request) ?? [];
  const linked = name !== undefined && packages !== undefined && fs.existsSync(path.join(packages, name));
  return resolveFilename(linked ? path.join(packages, request) : request, ...rest);
};

// Beside the program in jsii's Python package, its worker has another name.
const { Worker } = threads;
threads.Worker = class extends Worker {
  constructor(file, options) {
    const name = path.basename(file);
    super(name === "runtime-index-worker.js" ? path.join(path.dirname(program), `lib__${name}`) : file, options);
  }
};

// CDKTF notes of each value where it was made, which takes a twelfth of each construct. Here that is always in the kernel,
// so its errors lose nothing that would help. It is known by the limit that it sets.
const { captureStackTrace } = Error;
Error.captureStackTrace = (object, below = Error.captureStackTrace) => {
  if (Error.stackTraceLimit !== Number.MAX_SAFE_INTEGER) captureStackTrace(object, below);
};

// For Python to act on. This process ends when its input does, and then deletes what it unpacked: on a busy machine that
// takes longer than the five seconds after which jsii would terminate it.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
require(program);
