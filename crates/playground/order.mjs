// Names the functions of a WebAssembly module so that those with the same pieces of code stand beside each other when
// they are sorted by name, which `wasm-opt --reorder-functions-by-name` does. gzip finds only what is repeated within
// 32 kB: the order saves 4 %.
//
//   node crates/playground/order.mjs FROM.wasm TO.wasm

import { readFileSync, writeFileSync } from 'node:fs';

/** The number of bytes of a piece; the largest number of functions with a piece that says something; the bytes before a
 * function in which gzip looks for its pieces, with some room for what is between them. */
const PIECE = 6;
const RARE = 60;
const WINDOW = 28000;

const bytes = readFileSync(process.argv[2]);

/** A number in LEB128 at a position, and the position after it. */
function number(at) {
  let value = 0;
  for (let shift = 0; ; shift += 7, at++) {
    value += (bytes[at] & 127) * 2 ** shift;
    if (bytes[at] < 128) return [value, at + 1];
  }
}

function leb(value) {
  const low = value % 128;
  return value < 128 ? [low] : [low + 128, ...leb(Math.floor(value / 128))];
}

/** The sections: their kinds, and where they begin and end. */
function sections() {
  const all = [];
  for (let at = 8; at < bytes.length; ) {
    const [length, content] = number(at + 1);
    all.push({ kind: bytes[at], start: at, content, end: content + length });
    at = content + length;
  }
  return all;
}

function bodies({ content }) {
  let [count, at] = number(content);
  return Array.from({ length: count }, () => {
    const [length, start] = number(at);
    at = start + length;
    return bytes.subarray(start, at);
  });
}

/** For each function, its pieces that a few others have too: their functions, and how many of these are in the window. */
function pieces(functions) {
  const owners = new Map();
  functions.forEach((body, i) => {
    const own = new Set();
    for (let at = 0; at + PIECE <= body.length; at++) own.add(body.toString('latin1', at, at + PIECE));
    for (const piece of own) {
      if (!owners.has(piece)) owners.set(piece, []);
      owners.get(piece).push(i);
    }
  });
  const of = functions.map(() => []);
  for (const users of owners.values()) {
    const piece = { users, near: 0 };
    if (users.length > 1 && users.length <= RARE) users.forEach((i) => of[i].push(piece));
  }
  return of;
}

/** Each function is followed by the one that has the largest share of its pieces in the window before it. */
function order(functions) {
  const of = pieces(functions);
  const score = new Int32Array(functions.length);
  const left = new Set(functions.keys());
  const near = [];
  const result = [];
  let size = 0;
  const count = (i, step, edge) => {
    for (const piece of of[i]) {
      piece.near += step;
      if (piece.near === edge) piece.users.forEach((user) => (score[user] += step));
    }
  };
  while (left.size > 0) {
    let [best, share] = [undefined, -1];
    for (const i of left) {
      const own = score[i] / (functions[i].length + 20);
      if (own > share) [best, share] = [i, own];
    }
    left.delete(best);
    result.push(best);
    near.push(best);
    count(best, 1, 1);
    size += functions[best].length;
    while (size > WINDOW && near.length > 1) {
      const gone = near.shift();
      count(gone, -1, 0);
      size -= functions[gone].length;
    }
  }
  return result;
}

const all = sections();
const code = all.find(({ kind }) => kind === 10);
if (all.some(({ kind }) => kind === 2)) throw new Error('the module has imports, which are counted before its functions');
const functions = bodies(code);
const place = new Array(functions.length);
order(functions).forEach((i, position) => (place[i] = String(position).padStart(6, '0')));
const names = place.flatMap((name, i) => [...leb(i), name.length, ...Buffer.from(name)]);
const list = [...leb(place.length), ...names];
const content = [4, ...Buffer.from('name'), 1, ...leb(list.length), ...list];
const kept = all.filter(({ kind }) => kind !== 0).map(({ start, end }) => bytes.subarray(start, end));
writeFileSync(process.argv[3], Buffer.concat([bytes.subarray(0, 8), ...kept, Buffer.from([0, ...leb(content.length), ...content])]));
