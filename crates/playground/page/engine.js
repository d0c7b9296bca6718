// The engine: a WebAssembly module beside the page, or the server that the page comes from.

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

/** A worker with the WebAssembly module, so that the page stays responsive. */
class Wasm {
  /** `files` are the names of the data sets in the folder `data`. */
  constructor(files) {
    this.name = 'WebAssembly';
    this.waiting = [];
    this.files = new Map(files.map((name) => [name, undefined]));
    this.start();
  }

  start() {
    this.worker = new Worker('worker.js', { type: 'module' });
    this.worker.onmessage = ({ data }) => {
      if (data.failed) this.restart(data.failed);
      else this.waiting.shift().done(data);
    };
    this.worker.onerror = (event) => this.restart(event.message);
  }

  /** An instance that failed cannot go on: a new one takes its place, without the networks. */
  restart(reason) {
    this.worker.terminate();
    const error = new Error(`The engine failed, and was started again: ${reason}`);
    this.waiting.splice(0).forEach(({ failed }) => failed(error));
    this.start();
  }

  /** The request with the file of a data set that the module does not contain. */
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

/** The server: one session per page. */
class Server {
  constructor() {
    this.name = 'native';
    this.session = crypto.getRandomValues(new Uint32Array(4)).reduce((text, word) => text + word.toString(36), 's');
  }

  async send(request) {
    const response = await fetch(`session/${this.session}`, { method: 'POST', body: JSON.stringify(request) });
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    const milliseconds = Number(response.headers.get('Server-Timing')?.match(/dur=([\d.]+)/)?.[1]);
    return { reply: await response.arrayBuffer(), milliseconds };
  }
}

async function found() {
  const { engine, data } = await (await fetch('engine.json')).json();
  return engine === 'wasm' ? new Wasm(data) : new Server();
}

const engine = found();

/** The name of the engine. */
export const engineName = async () => (await engine).name;

/** The reply to a request: its header, its arrays, the content of a file, and how long the engine computed. */
export async function ask(request) {
  const { reply, milliseconds } = await (await engine).send(request);
  return { ...parsed(reply), milliseconds };
}
