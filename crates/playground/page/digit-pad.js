// A field to draw a digit on, and what classifiers read in it.

import { el } from './dom.js';
import { between, colour, drawMap, pointer, prepared, rgb } from './plots.js';

const CELLS = 32;

export class DigitPad {
  /** Calls `onread` with the 64 features of a drawing, each from 0 to 16. */
  constructor(onread) {
    this.ink = new Uint8Array(CELLS * CELLS);
    this.onread = onread;
    this.canvas = el('canvas', { class: 'pad digit', tabindex: 0, role: 'application', 'aria-label': 'Field to draw a digit on. With the keyboard: arrow keys move the pen, the space bar sets it down or lifts it.' });
    this.image = el('canvas', { class: 'digit-small', role: 'img', 'aria-label': 'The drawing in 8 by 8 pixels' });
    this.answers = el('div', { class: 'stack', 'aria-live': 'polite' }, el('p', { class: 'hint' }, 'Draw a digit from 0 to 9.'));
    this.words = el('p', { class: 'hint' });
    const clear = el('button', { type: 'button', class: 'plain', onclick: () => this.clear() }, 'Clear');
    this.node = el('div', { class: 'digit-row' }, el('div', { class: 'stack' }, this.canvas, el('div', { class: 'row' }, clear, this.words)),
      el('div', { class: 'stack' }, el('span', { class: 'hint' }, 'what the classifiers see'), this.image), this.answers);
    this.pen = { x: 16, y: 8, isDown: false };
    this.listen();
  }

  listen() {
    let last = null;
    const at = (event) => {
      const [u, v] = pointer(event, this.canvas);
      return [u * CELLS, (1 - v) * CELLS];
    };
    this.canvas.addEventListener('pointerdown', (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      last = at(event);
      this.line(last, last);
    });
    this.canvas.addEventListener('pointermove', (event) => {
      if (!last) return;
      const next = at(event);
      this.line(last, next);
      last = next;
    });
    this.canvas.addEventListener('pointerup', () => {
      last = null;
      this.read();
    });
    this.canvas.addEventListener('keydown', (event) => {
      const [dx, dy] = { ArrowLeft: [-2, 0], ArrowRight: [2, 0], ArrowUp: [0, -2], ArrowDown: [0, 2] }[event.key] ?? [];
      const { pen } = this;
      if (dx !== undefined) {
        const next = { x: Math.min(30, Math.max(1, pen.x + dx)), y: Math.min(30, Math.max(1, pen.y + dy)), isDown: pen.isDown };
        if (pen.isDown) this.line([pen.x, pen.y], [next.x, next.y]);
        this.pen = next;
      } else if (event.key === ' ') {
        pen.isDown = !pen.isDown;
        if (!pen.isDown) this.read();
      } else return;
      event.preventDefault();
      this.draw();
    });
  }

  /** Ink along a line, with the width of a pen. */
  line([x1, y1], [x2, y2]) {
    const steps = Math.ceil(Math.hypot(x2 - x1, y2 - y1) * 2) + 1;
    for (let k = 0; k <= steps; k++) {
      const [x, y] = [x1 + ((x2 - x1) * k) / steps, y1 + ((y2 - y1) * k) / steps];
      for (let j = 0; j < CELLS; j++) {
        for (let i = 0; i < CELLS; i++) if (Math.hypot(i + 0.5 - x, j + 0.5 - y) < 1.9) this.ink[j * CELLS + i] = 1;
      }
    }
    this.draw();
  }

  clear() {
    this.ink.fill(0);
    this.answers.replaceChildren(el('p', { class: 'hint' }, 'Draw a digit from 0 to 9.'));
    this.draw();
  }

  /** The digit, enlarged to the whole field as the digits of the data set are, counted in 8 by 8 blocks. */
  features() {
    let [left, right, top, bottom] = [CELLS, -1, CELLS, -1];
    this.ink.forEach((ink, k) => {
      if (!ink) return;
      const [i, j] = [k % CELLS, Math.floor(k / CELLS)];
      [left, right, top, bottom] = [Math.min(left, i), Math.max(right, i), Math.min(top, j), Math.max(bottom, j)];
    });
    const counts = new Array(64).fill(0);
    if (right < 0) return counts;
    const size = Math.max(bottom - top + 1, (right - left + 1) * 1.25);
    const [x0, y0] = [(left + right + 1) / 2 - size / 2, (top + bottom + 1) / 2 - size / 2];
    for (let j = 0; j < CELLS; j++) {
      for (let i = 0; i < CELLS; i++) {
        const [x, y] = [Math.floor(x0 + ((i + 0.5) / CELLS) * size), Math.floor(y0 + ((j + 0.5) / CELLS) * size)];
        if (x >= 0 && y >= 0 && x < CELLS && y < CELLS && this.ink[y * CELLS + x]) counts[8 * (j >> 2) + (i >> 2)] += 1;
      }
    }
    return counts;
  }

  read() {
    if (this.ink.some(Boolean)) this.onread(this.features());
  }

  say(text) {
    this.words.textContent = text;
  }

  /** Shows the digits that classifiers read, with the share or the score of each. */
  show(answers) {
    this.answers.replaceChildren(...answers.map(({ name, outputs, probabilities }) => {
      const best = outputs.indexOf(Math.max(...outputs));
      const [low, high] = [Math.min(...outputs), Math.max(...outputs)];
      const bars = outputs.map((output, digit) => {
        const share = probabilities ? probabilities[digit] : (output - low) / (high - low || 1);
        const bar = el('i', { class: digit === best ? 'best' : '' });
        bar.style.height = `${Math.max(2, 44 * share)}px`;
        return el('span', {}, bar, String(digit));
      });
      return el('div', { class: 'answer' }, el('div', { class: 'figure' }, el('b', { 'data-read': name }, String(best)), el('span', {}, name)),
        el('div', { class: 'digit-bars', 'aria-hidden': 'true' }, ...bars));
    }));
  }

  draw() {
    if (!this.canvas.clientWidth) return;
    const { context: c, width } = prepared(this.canvas, this.canvas.clientWidth);
    const [ground, ink] = [rgb(colour('raised')), rgb(colour('ink'))];
    drawMap(c, CELLS, CELLS, (i) => between(ground, ink, this.ink[(CELLS - 1 - Math.floor(i / CELLS)) * CELLS + (i % CELLS)]), [0, 0, width, width], false);
    if (document.activeElement === this.canvas) {
      c.strokeStyle = colour(this.pen.isDown ? 'warm' : 'accent');
      c.lineWidth = 2;
      c.strokeRect(((this.pen.x - 2) / CELLS) * width, ((this.pen.y - 2) / CELLS) * width, (4 / CELLS) * width, (4 / CELLS) * width);
    }
    const small = prepared(this.image, 120);
    const features = this.features();
    drawMap(small.context, 8, 8, (i) => between(ground, ink, features[8 * (7 - Math.floor(i / 8)) + (i % 8)] / 16), [0, 0, small.width, 120], false);
  }
}
