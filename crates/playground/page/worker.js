// The WebAssembly engine, in a thread of its own.

const engine = WebAssembly.instantiateStreaming(fetch('engine.wasm'), {}).then(({ instance }) => instance.exports);

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
  const reply = answered(await engine, data);
  postMessage(reply, [reply]);
};
