// The WebAssembly engine, in a thread of its own.

/** The functions of the engine. Not compiled while it loads, for which a server would have to know its media type. */
async function loaded() {
  const response = await fetch('engine.wasm');
  if (!response.ok) throw new Error(`engine.wasm cannot be loaded: ${response.status}`);
  return (await WebAssembly.instantiate(await response.arrayBuffer(), {})).instance.exports;
}

const engine = loaded();

/** The bytes of the reply. */
function answered({ memory, request, handle, reply, reply_length }, text) {
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
}

onmessage = async ({ data }) => {
  try {
    const functions = await engine;
    const begin = performance.now();
    const reply = answered(functions, data);
    postMessage({ reply, milliseconds: performance.now() - begin }, [reply]);
  } catch (error) {
    postMessage({ failed: error.message });
  }
};
