// The data of a network: sets by name, a CSV file, and points that are drawn.

import { choice, el, field, later, say, slider } from './dom.js';
import { colour, disc, pointer, prepared } from './plots.js';

const SETS = [
  ['spiral', 'Spiral', 0.1], ['moons', 'Moons', 0.1], ['circles', 'Circles', 0.05], ['xor', 'Xor', 0.05], ['blobs', 'Blobs', 1],
  ['checkerboard', 'Checks', 0], ['sine', 'Sine', 0.1], ['step', 'Step', 0.1],
];
const DRAWN = [['draw', 'Draw'], ['csv', 'CSV']];

/** The data as the engine reads them. */
export function dataOf({ data, noise, points }, csv) {
  if (data === 'csv' && csv) return { kind: 'csv', text: csv.text, target: csv.target ?? null };
  if (data === 'draw') return { kind: 'points', points: pointsOf(points), regression: false };
  if (data === 'csv') return { kind: 'named', name: 'spiral', noise: null };
  return { kind: 'named', name: data, noise: noise === '' ? null : Number(noise) };
}

/** The first points to draw on: two small groups. */
const START = '-1,-1,0;-1.2,-0.6,0;-0.7,-1.1,0;1,1,1;1.2,0.6,1;0.7,1.1,1';

function pointsOf(text) {
  const points = (text || START).split(';').map((part) => part.split(',').map(Number));
  return points.filter((point) => point.length === 3 && point.every(Number.isFinite));
}

export class DataPanel {
  constructor(tab) {
    this.tab = tab;
    this.drawing = 0;
    this.buttons = [...SETS, ...DRAWN].map(([name, text]) => {
      const icon = el('canvas', { 'aria-hidden': 'true' });
      icon.style.width = icon.style.height = '38px';
      return { name, icon, node: el('button', { type: 'button', class: 'data-choice', onclick: () => this.choose(name) }, icon, text) };
    });
    this.file = el('input', { type: 'file', accept: '.csv,.tsv,.txt,text/csv', class: 'hidden', 'aria-label': 'CSV file', onchange: () => this.read(this.file.files[0]) });
    this.extra = el('div', { class: 'stack' });
    const others = tab.lists.data.filter(({ name }) => !SETS.some(([known]) => known === name));
    const list = choice([['', 'others …'], ...others.map(({ name, about }) => [name, `${name}: ${about}`])], '', (name) => name && this.choose(name));
    this.list = list;
    this.node = el('div', { class: 'stack' }, el('h2', {}, 'Data'), el('div', { class: 'data-choices' }, ...this.buttons.map(({ node }) => node)),
      field('More data sets', list), this.file, this.extra);
  }

  choose(name) {
    if (name === 'csv' && !this.csv) {
      this.file.click();
      return;
    }
    const loss = this.tab.state.loss ? { loss: '' } : {};
    this.tab.set({ data: name, noise: '', ...loss });
  }

  async read(file) {
    if (!file) return;
    this.csv = { text: await file.text(), name: file.name };
    say(`${file.name} was read; it stays in this browser`);
    this.tab.set({ data: 'csv', loss: '' });
  }

  /** Shows what was chosen, with its own settings. */
  show() {
    const { data } = this.tab.state;
    for (const { name, icon, node } of this.buttons) {
      node.setAttribute('aria-pressed', String(name === data));
      drawIcon(icon, name);
    }
    const isListed = [...SETS, ...DRAWN].some(([name]) => name === data);
    this.list.value = isListed ? '' : data;
    this.extra.replaceChildren(...this.settings(data));
  }

  settings(data) {
    const { state, made } = this.tab;
    if (data === 'csv') {
      const columns = [...(made?.feature_names ?? []), ...(made?.target_names ?? [])];
      const target = choice(columns, this.csv?.target ?? made?.target_names?.[0], (name) => {
        this.csv.target = name;
        this.tab.create();
      });
      const again = el('button', { type: 'button', class: 'plain', onclick: () => this.file.click() }, 'Open another file');
      return this.csv ? [field('Column to predict', target, `${this.csv.name}; it stays in this browser`), again]
        : [el('p', { class: 'hint' }, 'The table of this link is on the computer that made it.'), again];
    }
    if (data === 'draw') {
      const classes = [0, 1, 2].map((i) => el('button', {
        type: 'button', class: 'chip', 'aria-pressed': String(i === this.drawing), onclick: () => { this.drawing = i; this.show(); },
      }, el('i', { class: `dot class-${i}` }), `class ${i}`));
      const clear = el('button', { type: 'button', class: 'plain', onclick: () => this.tab.set({ points: '' }) }, 'Clear');
      return [el('div', { class: 'chips' }, ...classes), el('p', { class: 'hint' }, 'Click into the picture to add points. With the keyboard: arrow keys move the cross, Enter adds a point.'), clear];
    }
    const set = SETS.find(([name]) => name === data);
    if (!set) return [];
    const values = Array.from({ length: 26 }, (_, i) => i / (data === 'blobs' ? 10 : 50));
    const noise = state.noise === '' ? set[2] : Number(state.noise);
    const changed = later((value) => this.tab.set({ noise: value === set[2] ? '' : String(value) }), 200);
    return [slider('Noise', values, noise, changed)];
  }

  /** Points are drawn on the picture of the outputs; files may be dropped anywhere on the tab. */
  listen(canvas, root) {
    this.cursor = [0.5, 0.5];
    const add = (u, v) => {
      const [left, right, bottom, top] = this.tab.window;
      const point = [left + u * (right - left), bottom + v * (top - bottom)].map((x) => Number(x.toFixed(2)));
      const points = [...pointsOf(this.tab.state.points), [...point, this.drawing]].slice(-400);
      this.tab.set({ points: points.map((p) => p.join(',')).join(';') });
    };
    canvas.addEventListener('pointerdown', (event) => this.tab.state.data === 'draw' && add(...pointer(event, canvas)));
    canvas.addEventListener('keydown', (event) => {
      if (this.tab.state.data !== 'draw') return;
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [];
      if (dx !== undefined) this.cursor = this.cursor.map((x, i) => Math.min(1, Math.max(0, x + [dx, dy][i] / 25)));
      else if (event.key === 'Enter' || event.key === ' ') add(...this.cursor);
      else return;
      event.preventDefault();
      this.tab.draw();
    });
    root.addEventListener('dragover', () => canvas.classList.add('drop'));
    root.addEventListener('dragleave', () => canvas.classList.remove('drop'));
    root.addEventListener('drop', (event) => {
      canvas.classList.remove('drop');
      this.read(event.dataTransfer.files[0]);
    });
  }
}

/** A small picture of a data set. */
function drawIcon(canvas, name) {
  const { context: c, width: w } = prepared(canvas, 38);
  const dot = (x, y, i) => disc(c, w / 2 + x * w * 0.42, w / 2 - y * w * 0.42, 1.7, colour(`c${i}`));
  const turn = 2 * Math.PI;
  for (let i = 0; i < 24; i++) {
    const t = i / 24;
    if (name === 'spiral') [0, 1, 2].forEach((k) => dot(t * Math.cos(t * 4 + (k * turn) / 3), t * Math.sin(t * 4 + (k * turn) / 3), k));
    if (name === 'moons') {
      dot(Math.cos(t * Math.PI) * 0.6 - 0.25, Math.sin(t * Math.PI) * 0.7 - 0.1, 0);
      dot(0.3 - Math.cos(t * Math.PI) * 0.6, 0.15 - Math.sin(t * Math.PI) * 0.7, 1);
    }
    if (name === 'circles') [0.9, 0.45].forEach((r, k) => dot(r * Math.cos(t * turn), r * Math.sin(t * turn), k));
    if (name === 'blobs') [[-0.5, 0.5], [0.55, 0.3], [-0.05, -0.55]].forEach(([x, y], k) => dot(x + 0.28 * Math.sin(i * 37), y + 0.28 * Math.cos(i * 53), k));
    if (name === 'sine') dot(2 * t - 0.95, 0.7 * Math.sin(t * 2 * turn), 0);
    if (name === 'step') dot(2 * t - 0.95, t < 0.5 ? -0.6 : 0.6, 0);
  }
  const cells = { xor: 2, checkerboard: 4 }[name] ?? 0;
  for (let i = 0; i < cells * cells; i++) {
    const [column, row] = [i % cells, Math.floor(i / cells)];
    c.fillStyle = colour(`c${(column + row) % 2}`);
    c.globalAlpha = 0.85;
    c.fillRect(3 + (column * 32) / cells, 3 + (row * 32) / cells, 32 / cells - 1, 32 / cells - 1);
  }
  c.strokeStyle = colour('muted');
  c.lineWidth = 1.6;
  if (name === 'draw') {
    c.strokeRect(6, 6, 26, 26);
    c.beginPath();
    c.moveTo(19, 12);
    c.lineTo(19, 26);
    c.moveTo(12, 19);
    c.lineTo(26, 19);
    c.stroke();
  }
  if (name === 'csv') {
    c.strokeRect(7, 5, 24, 28);
    for (const y of [12, 19, 26]) c.strokeRect(7, 5, 24, y - 5);
    c.strokeRect(7, 5, 12, 28);
  }
}
