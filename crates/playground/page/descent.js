// Optimizers on a surface, side by side, and stochastic gradient descent in one dimension.

import { toAddress, withDefaults } from './address.js';
import { confusionPanel } from './confusion.js';
import { digits, el, field, isStill, later, onWidth, say, slider } from './dom.js';
import { ask } from './engine.js';
import { chart, colour, contours, disc, drawMap, between, pointer, prepared, rgb } from './plots.js';

export const TITLE = 'Descent';

const DEFAULTS = {
  f: '(x^2 + 10*y^2)/2', window: '-5,5,-3.5,3.5', start: '-4,2', race: 'sgd:0.1,momentum:0.02,adam:0.2', momentum: 0.9, noise: 0,
  steps: 150, seed: 1, eta: 0.2, batch: 1, from: 4,
};
const WELLS = '(x^2 - 1)^2 + x/4 + y^2/2';
const PRESETS = [
  ['Bowl', (k) => `(x^2 + ${k}*y^2)/2`, '-5,5,-3.5,3.5', '-4,2', 0], ['Saddle', () => '(x^2 - y^2)/2 + y^4/20', '-4,4,-4,4', '-3,0.02', 0],
  ['Two wells', () => WELLS, '-2,2,-1.5,1.5', '1.7,1', 0], ['Noisy bowl', (k) => `(x^2 + ${k}*y^2)/2`, '-5,5,-3.5,3.5', '-4,2', 2],
  ['Rosenbrock', () => '((1 - x)^2 + 20*(y - x^2)^2)/20', '-2,2,-1,3', '-1.4,2.2', 0],
];
const RATES = [1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2];
const SIDE = 91;

export async function open(panel, parameters, lists) {
  const tab = new DescentTab(panel, withDefaults(parameters, DEFAULTS), lists);
  await tab.compute();
  await tab.confusion.compute();
  return tab;
}

class DescentTab {
  constructor(panel, state, lists) {
    this.state = state;
    this.lists = lists;
    this.shown = Infinity;
    this.race = state.race.split(',').filter(Boolean).map((part) => {
      const cut = part.lastIndexOf(':');
      return { name: part.slice(0, cut), rate: Number(part.slice(cut + 1)) };
    });
    this.confusion = confusionPanel(this);
    this.build(panel);
    onWidth(panel, () => this.redraw());
  }

  build(panel) {
    const { state } = this;
    const changed = later(() => this.compute(), 60);
    const set = (name) => (value) => {
      state[name] = value;
      changed();
    };
    this.formula = el('input', { class: 'formula small', value: state.f, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off' });
    this.formula.addEventListener('input', later(() => this.choose({ f: this.formula.value }), 300));
    this.error = el('p', { class: 'error', role: 'alert' });
    this.condition = slider('Condition number of the bowl', [1, 2, 3, 5, 10, 20, 30, 50, 100], 10, (k) => this.choose({ f: PRESETS[0][1](k) }));
    const chips = PRESETS.map(([text, formula, window, start, noise]) => el('button', {
      type: 'button', class: 'chip', onclick: () => {
        this.noise.set(noise);
        this.choose({ f: formula(10), window, start, noise });
      },
    }, text));
    this.noise = slider('Noise of the gradient', [0, 0.1, 0.2, 0.5, 1, 2, 3, 5], state.noise, set('noise'));
    this.canvas = el('canvas', { class: 'pad', tabindex: 0, role: 'application' });
    this.curve = el('canvas', { class: 'diagram', role: 'img', 'aria-label': 'Value per step' });
    this.runners = el('div', { class: 'stack tight' });
    this.more = el('div', {});
    this.play = el('button', { type: 'button', class: 'primary', onclick: () => this.animate() }, '▶ Race');
    panel.append(
      el('p', { class: 'lead' }, el('b', {}, 'Drag the start'), ' and press Race: the same gradients, but every optimizer goes its own way.'),
      el('div', { class: 'descent-tab' },
        el('div', { class: 'stack' },
          el('div', { class: 'panel stack' }, el('h2', {}, 'Surface'), el('div', { class: 'chips' }, ...chips), field('Function of x and y', this.formula),
            this.error, this.condition, this.noise),
          el('div', { class: 'panel stack' }, el('h2', {}, 'Optimizers'), this.runners, this.more,
            slider('Momentum', [0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99], state.momentum, set('momentum')),
            slider('Steps', [20, 50, 100, 150, 300, 600, 1200], state.steps, set('steps')))),
        el('div', { class: 'stack' },
          el('div', { class: 'panel stack' }, el('div', { class: 'row' }, this.play, el('p', { class: 'hint grow' }, 'The start can be dragged, or moved with the arrow keys.')), this.canvas),
          el('div', { class: 'panel' }, el('h2', {}, 'Value per step'), this.curve)),
        this.confusion.node));
    this.listen();
    this.showRunners();
  }

  listen() {
    let dragging = false;
    const move = (event) => {
      const [u, v] = pointer(event, this.canvas);
      const [left, right, bottom, top] = this.window();
      this.moveTo(left + u * (right - left), bottom + v * (top - bottom));
    };
    this.canvas.addEventListener('pointerdown', (event) => {
      dragging = true;
      this.canvas.setPointerCapture(event.pointerId);
      move(event);
    });
    this.canvas.addEventListener('pointermove', (event) => dragging && move(event));
    this.canvas.addEventListener('pointerup', () => { dragging = false; });
    this.canvas.addEventListener('keydown', (event) => {
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [];
      if (dx === undefined) return;
      event.preventDefault();
      const [x, y] = this.start();
      this.moveTo(x + dx / 10, y + dy / 10);
    });
  }

  window() {
    const ends = this.state.window.split(',').map(Number);
    return ends.length === 4 && ends.every(Number.isFinite) ? ends : DEFAULTS.window.split(',').map(Number);
  }

  start() {
    const point = this.state.start.split(',').map(Number);
    return point.length === 2 && point.every(Number.isFinite) ? point : [-4, 2];
  }

  moveTo(x, y) {
    this.state.start = [x, y].map((value) => Number(value.toFixed(2))).join(',');
    this.shown = Infinity;
    this.compute();
  }

  choose(changes) {
    Object.assign(this.state, changes);
    if (document.activeElement !== this.formula) this.formula.value = this.state.f;
    this.compute();
  }

  /** The names of optimizers as the engine reads them. */
  optimizers() {
    const momentum = (name) => ({ momentum: `momentum:momentum=${this.state.momentum}`, nesterov: `momentum:momentum=${this.state.momentum},nesterov` })[name] ?? name;
    return this.race.map(({ name, rate }) => ({ name: momentum(name), rate }));
  }

  async compute() {
    this.latest = (this.latest ?? 0) + 1;
    const mine = this.latest;
    const { f, noise, steps, seed } = this.state;
    this.condition.hidden = !/^\(x\^2 \+ \d+\*y\^2\)\/2$/.test(f);
    try {
      const surface = this.surfaceOf === `${f} ${this.state.window}` ? this.surface
        : (await ask({ do: 'surface', formula: f, window: this.window(), side: SIDE })).arrays.values.data;
      const optimizers = this.optimizers();
      const paths = optimizers.length ? await ask({ do: 'descend', formula: f, start: this.start(), optimizers, steps, noise, seed }) : null;
      if (mine !== this.latest) return;
      [this.surface, this.surfaceOf] = [surface, `${f} ${this.state.window}`];
      this.paths = this.race.map((runner, i) => ({ ...runner, ...paths.header.paths[i], points: paths.arrays[`path.${i}`].data, values: [...paths.arrays[`values.${i}`].data].map((y, step) => [step, y]) }));
      this.showRunners();
      this.error.textContent = '';
      this.state.race = this.race.map(({ name, rate }) => `${name}:${rate}`).join(',');
      if (this.isHere) toAddress('descent', this.state, DEFAULTS);
      this.redraw();
    } catch (error) {
      if (mine === this.latest) this.error.textContent = error.message;
    }
  }

  showRunners() {
    const role = (i) => `c${i % 10}`;
    const rows = this.race.map((runner, i) => {
      const end = this.paths?.[i];
      const text = !end ? '' : end.diverged ? 'diverged' : `value ${digits(end.value, 4)}`;
      if (this.rows?.[i]?.name === runner.name && this.rows.length === this.race.length) {
        this.rows[i].result.textContent = text;
        return this.rows[i];
      }
      const result = el('span', { class: 'hint', 'data-optimizer': runner.name }, text);
      const rate = slider('rate', RATES, runner.rate, later((value) => {
        this.race[i].rate = value;
        this.compute();
      }, 40));
      const remove = el('button', { type: 'button', class: 'plain', 'aria-label': `Remove ${runner.name}`, onclick: () => this.change(this.race.filter((_, k) => k !== i)) }, '×');
      const node = el('div', { class: 'runner' }, el('div', { class: 'spread' }, el('b', {}, el('i', { class: `dot class-${i % 10}` }), runner.name), result, remove), rate);
      return { name: runner.name, node, result };
    });
    if (this.rows !== rows && (!this.rows || rows.some((row, i) => row !== this.rows[i]) || this.rows.length !== rows.length)) {
      this.runners.replaceChildren(...rows.map(({ node }) => node));
      const others = ['nesterov', ...this.lists.optimizers.map(({ name }) => name)].filter((name) => !this.race.some((runner) => runner.name === name));
      const select = el('select', { 'aria-label': 'Add an optimizer', onchange: () => this.add(select.value) }, el('option', { value: '' }, 'add an optimizer …'),
        ...others.map((name) => el('option', { value: name }, name)));
      this.more.replaceChildren(select);
    }
    this.rows = rows;
    this.roles = rows.map((_, i) => role(i));
  }

  add(name) {
    if (!name || this.race.length >= 10) return;
    const typical = this.lists.optimizers.find((entry) => entry.name === name)?.rate ?? 0.02;
    // The typical rates are for networks, whose parameters move less than a point on this picture.
    const rate = RATES.reduce((best, r) => (Math.abs(Math.log(r / (typical * 10))) < Math.abs(Math.log(best / (typical * 10))) ? r : best));
    this.change([...this.race, { name, rate: ['nesterov', 'momentum', 'sgd', 'low_pass'].includes(name) ? Math.min(typical, 0.1) : rate }]);
  }

  change(race) {
    this.race = race;
    this.rows = null;
    this.paths = null;
    this.compute();
  }

  async animate() {
    this.run = (this.run ?? 0) + 1;
    const mine = this.run;
    if (!isStill()) {
      for (let step = 0; step <= this.state.steps && mine === this.run; step += Math.max(1, Math.round(this.state.steps / 220))) {
        this.shown = step;
        this.draw();
        await new Promise(requestAnimationFrame);
      }
    }
    if (mine !== this.run) return;
    this.shown = Infinity;
    this.redraw();
    say(this.paths.map(({ name, value, diverged }) => `${name}: ${diverged ? 'diverged' : `value ${digits(value)}`}`).join('; '));
  }

  enter() {
    this.isHere = true;
    toAddress('descent', this.state, DEFAULTS);
    this.redraw();
  }

  leave() {
    this.isHere = false;
    this.run = (this.run ?? 0) + 1;
  }

  redraw() {
    if (!this.paths) return;
    this.draw();
    const positive = this.paths.every(({ values }) => values.every(([, y]) => y >= 0));
    const lines = this.paths.map(({ values }, i) => ({ points: values, role: this.roles[i] }));
    chart(this.curve, { lines, height: 170, log: positive, xLabel: 'step' });
    this.confusion.draw();
  }

  draw() {
    const [left, right, bottom, top] = this.window();
    const { context: c, width, height } = prepared(this.canvas, Math.min(560, this.canvas.clientWidth * 0.68));
    const sorted = [...this.surface].filter(Number.isFinite).sort((a, b) => a - b);
    const [ground, deep] = [rgb(colour('panel')), rgb(colour('accent'))];
    const rank = (value) => {
      let [low, high] = [0, sorted.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sorted[middle] < value) low = middle + 1;
        else high = middle;
      }
      return low / sorted.length;
    };
    drawMap(c, SIDE, SIDE, (i) => between(ground, deep, 0.34 * (1 - rank(this.surface[i]))), [0, 0, width, height]);
    const levels = Array.from({ length: 14 }, (_, i) => sorted[Math.floor((((i + 1) / 15) ** 1.5) * (sorted.length - 1))]);
    c.strokeStyle = colour('accent');
    c.globalAlpha = 0.35;
    c.lineWidth = 1;
    c.beginPath();
    for (const { lines } of contours(this.surface, SIDE, [...new Set(levels)])) {
      for (const [[a, b], [d, e]] of lines) {
        c.moveTo(a * width, (1 - b) * height);
        c.lineTo(d * width, (1 - e) * height);
      }
    }
    c.stroke();
    c.globalAlpha = 1;
    const X = (x) => (width * (x - left)) / (right - left);
    const Y = (y) => height * (1 - (y - bottom) / (top - bottom));
    this.paths.forEach(({ points }, i) => this.drawPath(c, points, colour(this.roles[i]), X, Y));
    const [x, y] = this.start();
    disc(c, X(x), Y(y), 8, colour('ink'), colour('panel'));
    this.canvas.setAttribute('aria-label', `Contours and paths from the start x = ${x}, y = ${y}; arrow keys move the start`);
  }

  drawPath(c, points, stroke, X, Y) {
    const count = Math.min(points.length / 2, this.shown + 1);
    c.strokeStyle = stroke;
    c.lineWidth = 2.4;
    c.lineJoin = 'round';
    c.beginPath();
    for (let i = 0; i < count; i++) c.lineTo(X(points[2 * i]), Y(points[2 * i + 1]));
    c.stroke();
    if (count <= 160) for (let i = 0; i < count; i++) disc(c, X(points[2 * i]), Y(points[2 * i + 1]), 2.2, stroke);
    disc(c, X(points[2 * count - 2]), Y(points[2 * count - 1]), 6, stroke, colour('panel'));
  }
}
