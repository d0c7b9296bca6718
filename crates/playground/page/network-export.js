// What one can take home: the command, the program, the model.

import { el } from './dom.js';
import { ask } from './engine.js';

const TEXTS = { command: 'The command that does the same training, to the last bit', rust: 'The program that does the same' };

export function exportPanel(tab) {
  const button = (text, format) => el('button', { type: 'button', class: 'plain', onclick: () => take(tab, format) }, text);
  return el('div', { class: 'panel' }, el('h2', {}, 'Take it with you'), el('div', { class: 'chips' },
    button('Command', 'command'), button('Rust program', 'rust'), button('Model (ONNX)', 'onnx'), button('Weights (safetensors)', 'safetensors'),
    button('Data (CSV)', 'csv')));
}

async function take(tab, format) {
  try {
    const { file, header } = await ask({ do: 'export', slot: 0, format });
    if (TEXTS[format]) show(TEXTS[format], new TextDecoder().decode(file), header.file);
    else save(header.file, file);
  } catch (error) {
    tab.error.textContent = error.message;
  }
}

function save(name, content) {
  const address = URL.createObjectURL(new Blob([content]));
  el('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function show(title, text, name) {
  const copy = el('button', { type: 'button', class: 'primary', onclick: async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = 'Copied';
  } }, 'Copy');
  const close = el('button', { type: 'button', class: 'plain', onclick: () => dialog.close() }, 'Close');
  const file = el('button', { type: 'button', class: 'plain', onclick: () => save(name, new TextEncoder().encode(text)) }, `Save ${name}`);
  const dialog = el('dialog', { 'aria-label': title }, el('h2', {}, title), el('pre', { tabindex: 0 }, text), el('div', { class: 'row' }, copy, file, close));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
