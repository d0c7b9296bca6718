// Elements of the page, and the formatting of numbers.

/** An element with attributes, listeners (`onclick`) and children. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'value') node.value = value;
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

/** An element of SVG. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) if (value != null) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

let fields = 0;

/** A control with its label. */
export function field(label, control, hint) {
  control.id ||= `field-${++fields}`;
  const parts = [el('label', { for: control.id }, label), control];
  if (hint) {
    const id = `${control.id}-hint`;
    control.setAttribute('aria-describedby', id);
    parts.push(el('p', { class: 'hint', id }, hint));
  }
  return el('div', { class: 'field' }, ...parts);
}

/** A list to choose from: of names, or of `[value, text]`. */
export function choice(options, value, onchange, attributes = {}) {
  const entries = options.map((option) => (Array.isArray(option) ? option : [option, option]));
  const items = entries.map(([key, text]) => el('option', { value: key }, text));
  const select = el('select', { ...attributes, onchange: () => onchange(select.value) }, ...items);
  select.value = value;
  return select;
}

/** A number that is typed. */
export function numeric(value, { min, max, step = 'any' }, onchange) {
  const input = el('input', { type: 'number', min, max, step, value });
  input.addEventListener('change', () => {
    const number = Number(input.value);
    if (input.value !== '' && Number.isFinite(number)) onchange(Math.min(max, Math.max(min, number)));
    else input.value = value;
  });
  return input;
}

/** A slider over `values`, which are shown beside the label. */
export function slider(label, values, value, onchange, show = String) {
  const nearest = values.reduce((best, v, i) => (Math.abs(v - value) < Math.abs(values[best] - value) ? i : best), 0);
  const output = el('output', {}, show(value));
  const input = el('input', { type: 'range', min: 0, max: values.length - 1, step: 1, value: nearest });
  input.id = `field-${++fields}`;
  input.setAttribute('aria-valuetext', show(value));
  input.addEventListener('input', () => {
    const chosen = values[Number(input.value)];
    output.textContent = show(chosen);
    input.setAttribute('aria-valuetext', show(chosen));
    onchange(chosen);
  });
  const node = el('div', { class: 'field' }, el('label', { for: input.id }, label, ' ', output), input);
  node.set = (next) => {
    input.value = values.reduce((best, v, i) => (Math.abs(v - next) < Math.abs(values[best] - next) ? i : best), 0);
    output.textContent = show(next);
  };
  return node;
}

/** Buttons of which one is pressed. */
export function segmented(label, options, value, onchange) {
  const buttons = options.map(([key, text]) => {
    const onclick = () => {
      buttons.forEach((button, i) => button.setAttribute('aria-pressed', String(options[i][0] === key)));
      onchange(key);
    };
    return el('button', { type: 'button', 'aria-pressed': String(key === value), onclick }, text);
  });
  return el('div', { class: 'segmented', role: 'group', 'aria-label': label }, ...buttons);
}

/** Five significant digits, without trailing zeros. */
export function digits(x, significant = 5) {
  if (typeof x === 'string') return x.replace('Infinity', '∞').replace('-', '−');
  if (x == null) return '–';
  if (x === 0) return '0';
  const size = Math.abs(x);
  if (size >= 1e6 || size < 1e-4) return x.toExponential(2).replace('-', '−').replace('e+', 'e');
  return String(Number(x.toPrecision(significant))).replace('-', '−');
}

export const percent = (share) => (share == null ? '–' : `${(100 * share).toFixed(1)} %`);

/** Whether the user wants no movement. */
export const isStill = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** A message for screen readers. */
export function say(text) {
  document.getElementById('live').textContent = text;
}

/** Runs `action` once, when nothing has called it for a while. */
export function later(action, milliseconds = 150) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), milliseconds);
  };
}

/** Runs `action` when the width of an element changes. */
export function onWidth(node, action) {
  let width = 0;
  new ResizeObserver(() => {
    if (node.clientWidth !== width) action();
    width = node.clientWidth;
  }).observe(node);
}
