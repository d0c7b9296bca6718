// The engine, in a thread of its own, so that the page stays responsive: the WebAssembly module beside the page, or the
// server that the page comes from.

/** The functions of the module. Not compiled while it loads, for which a server would have to know its media type. */
async function loaded() {
  const response = await fetch('engine.wasm');
  if (!response.ok) throw new Error(`engine.wasm cannot be loaded: ${response.status}`);
  return (await WebAssembly.instantiate(await response.arrayBuffer(), {})).instance.exports;
}

/** The module as a function from the text of a request to the bytes of the reply. */
async function wasm() {
  const { memory, request, handle, reply, reply_length } = await loaded();
  return (text) => {
    const bytes = new TextEncoder().encode(text);
    // Written after the address is known: the memory may have grown.
    const address = request(bytes.length);
    new Uint8Array(memory.buffer, address, bytes.length).set(bytes);
    let length;
    try {
      length = handle();
    } catch (error) {
      const message = new TextDecoder().decode(new Uint8Array(memory.buffer, reply(), reply_length()));
      throw new Error(message || String(error));
    }
    return memory.buffer.slice(reply(), reply() + length);
  };
}

/** The server as such a function: one session per worker. */
async function server() {
  const session = crypto.getRandomValues(new Uint32Array(4)).reduce((text, word) => text + word.toString(36), 's');
  return async (body) => {
    const response = await fetch(`session/${session}`, { method: 'POST', body });
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    return response.arrayBuffer();
  };
}

const engine = location.search === '?wasm' ? wasm() : server();
let last = Promise.resolve();

/** Replies to a request, and says how long the engine needed for it. */
async function answer(text) {
  try {
    const ask = await engine;
    const begin = performance.now();
    const reply = await ask(text);
    postMessage({ reply, milliseconds: performance.now() - begin }, [reply]);
  } catch (error) {
    postMessage({ failed: error.message });
  }
}

// One after the other, so that the replies have the order of the requests.
onmessage = ({ data }) => { last = last.then(() => answer(data)); };
