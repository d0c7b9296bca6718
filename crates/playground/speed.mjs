// Training steps per second of the WebAssembly engine: a network 2-16-16-3 on the spiral, with batches of 32.
// `cargo run --release -p wengert-playground --example speed` measures the same natively.
//
//   node crates/playground/speed.mjs target/playground/engine.wasm

import { readFileSync } from 'node:fs';

const STEPS = 20000;
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), {});
const { memory, request, handle, reply } = instance.exports;

function ask(question) {
  const bytes = new TextEncoder().encode(JSON.stringify(question));
  const address = request(bytes.length);
  new Uint8Array(memory.buffer, address, bytes.length).set(bytes);
  handle();
  const length = new DataView(memory.buffer).getUint32(reply(), true);
  return JSON.parse(new TextDecoder().decode(new Uint8Array(memory.buffer, reply() + 4, length)));
}

const settings = {
  data: { kind: 'named', name: 'spiral', noise: null }, hidden: [16, 16], activation: 'relu', optimizer: 'adam', rate: 0.01,
  schedule: 'constant', batch: 32, epochs: 100000, seed: 7, validation: 0,
};
const made = ask({ do: 'create', slot: 0, settings });
if (made.error) throw new Error(made.error);
for (let round = 0; round < 5; round++) {
  const start = process.cpuUsage();
  const { loss } = ask({ do: 'advance', slot: 0, steps: STEPS });
  const { user, system } = process.cpuUsage(start);
  console.log(`${Math.round((1e6 * STEPS) / (user + system))} steps per second of processor time, loss ${loss}`);
}
