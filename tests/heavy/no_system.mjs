// Runs a program of wasm32-unknown-unknown in Node: it gets nothing from its surroundings, and returns its exit code.

import { readFileSync } from 'node:fs';

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), {});
const code = instance.exports.main(0, 0);
console.log(`${process.argv[2]} ended with exit code ${code}`);
process.exitCode = code;
