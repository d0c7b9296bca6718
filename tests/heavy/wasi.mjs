// Runs a program of wasm32-wasip1 in Node, as cargo's runner of the target.
//
//   node --no-turbo-fast-api-calls tests/heavy/wasi.mjs PROGRAM ARGUMENTS...
//
// Without the option, Node 20 crashes when a program grows its memory while the collector runs.

import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const [program, ...args] = process.argv.slice(2);
const wasi = new WASI({ version: 'preview1', args: [program, ...args], env: process.env, preopens: { '/tmp': '/tmp' } });
const module = await WebAssembly.compile(readFileSync(program));
process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
