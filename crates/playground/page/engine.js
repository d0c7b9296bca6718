// The engine, as the page asks it.

/** Splits a reply into its header and its arrays. */
function parsed(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  if (header.error) throw new Error(header.error);
  const arrays = {};
  let offset = 4 + length;
  for (const { name, shape } of header.arrays ?? []) {
    const count = shape.reduce((product, size) => product * size, 1);
    arrays[name] = { shape, data: new Float32Array(buffer, offset, count) };
    offset += 4 * count;
  }
  return { header, arrays, file: header.file && new Uint8Array(buffer, 4 + length) };
}

/** A worker that computes, or asks the server. */
class Engine {
  /** `files` are the names of the data sets in the folder `data`, which a WebAssembly module does not contain. */
  constructor({ engine, data = [] }) {
    this.kind = engine;
    this.waiting = [];
    this.files = new Map(data.map((name) => [name, undefined]));
    this.start();
  }

  start() {
    this.worker = new Worker(`worker.js?${this.kind}`, { type: 'module' });
    this.worker.onmessage = ({ data }) => {
      if (data.failed) this.restart(data.failed);
      else this.waiting.shift().done(data);
    };
    this.worker.onerror = (event) => this.restart(event.message);
  }

  /** An engine that failed cannot go on: a new one takes its place, without the networks. */
  restart(reason) {
    this.worker.terminate();
    const error = new Error(`The engine failed, and was started again: ${reason}`);
    this.waiting.splice(0).forEach(({ failed }) => failed(error));
    this.start();
  }

  /** The request with the file of a data set that the engine does not contain. */
  async complete(request) {
    const data = request.settings?.data;
    if (data?.kind !== 'named' || !this.files.has(data.name)) return request;
    if (!this.files.get(data.name)) {
      const response = await fetch(`data/${data.name}.csv`);
      if (!response.ok) throw new Error(`the data cannot be loaded: ${response.status}`);
      this.files.set(data.name, await response.text());
    }
    return { ...request, settings: { ...request.settings, data: { ...data, file: this.files.get(data.name) } } };
  }

  async send(request) {
    const text = JSON.stringify(await this.complete(request));
    return new Promise((done, failed) => {
      this.waiting.push({ done, failed });
      this.worker.postMessage(text);
    });
  }
}

const engine = fetch('engine.json').then((response) => response.json()).then((kind) => new Engine(kind));

/** The name of the engine. */
export const engineName = async () => ((await engine).kind === 'wasm' ? 'WebAssembly' : 'native');

/** The reply to a request: its header, its arrays, the content of a file, and how long the engine computed. */
export async function ask(request) {
  const { reply, milliseconds } = await (await engine).send(request);
  return { ...parsed(reply), milliseconds };
}
