// The graph of a formula: its values, and the sweeps of forward and reverse mode step by step.

import { toAddress, withDefaults } from './address.js';
import { digits, el, field, isStill, later, numeric, say, segmented } from './dom.js';
import { ask } from './engine.js';
import { drawGraph } from './graph-drawing.js';
import { colour, contours, disc, pointer, prepared } from './plots.js';

export const TITLE = 'Graph';

const DEFAULTS = { f: 'x^3*(x + 3*y)', at: 'x:2,y:3', mode: 'reverse', wrt: '' };
const EXAMPLES = [
  ['x³(x + 3y)', 'x^3*(x + 3*y)', 'x:2,y:3'],
  ['logistic neuron', '1/(1 + exp(-(w1*x1 + w2*x2 + b)))', 'w1:0.5,x1:2,w2:-1,x2:1,b:0.3'],
  ['squared error', '(w*x + b - t)^2/2', 'w:1.5,x:2,b:-1,t:3'],
  ['six factors', 'a*b*c*d*f*g', 'a:1,b:2,c:3,d:4,f:5,g:6'],
  ['a saddle', 'sin(x)*cos(y) + x*y/4', 'x:1,y:-0.5'],
];
const WINDOW = 5;

const pointOf = (text) => Object.fromEntries(text.split(',').filter(Boolean).map((part) => {
  const [name, value] = part.split(':');
  return [name, Number(value)];
}));
const textOf = (point) => Object.entries(point).map(([name, value]) => `${name}:${Number(value.toPrecision(6))}`).join(',');

export async function open(panel, parameters) {
  const tab = new GraphTab(panel, withDefaults(parameters, DEFAULTS));
  await tab.compute();
  return tab;
}

class GraphTab {
  constructor(panel, state) {
    this.state = state;
    this.point = pointOf(state.at);
    this.step = null;
    this.build(panel);
    new ResizeObserver(later(() => this.reply && this.draw())).observe(panel);
  }

  build(panel) {
    const { state } = this;
    this.formula = el('input', { class: 'formula', value: state.f, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off' });
    this.formula.addEventListener('input', later(() => {
      this.state.f = this.formula.value;
      this.compute();
    }, 250));
    this.error = el('p', { class: 'error', role: 'alert' });
    const chips = EXAMPLES.map(([text, formula, at]) => el('button', {
      type: 'button', class: 'chip', onclick: () => this.example(formula, at),
    }, text));
    this.pad = el('canvas', { class: 'pad', tabindex: 0, role: 'application' });
    this.padPanel = el('div', { class: 'panel' }, el('h2', {}, 'Drag the point'), this.pad,
      el('p', { class: 'hint' }, 'or move it with the arrow keys; the arrow is the gradient'));
    this.values = el('div', { class: 'stack' });
    this.story = el('p', { class: 'story', 'aria-live': 'polite' });
    this.drawing = el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Graph of the formula' });
    this.table = el('div', {});
    this.counts = el('div', {});
    this.position = el('input', { type: 'range', min: 0, step: 1, 'aria-label': 'Step of the sweep' });
    this.position.addEventListener('input', () => this.go(Number(this.position.value)));
    this.play = el('button', { type: 'button', class: 'primary', onclick: () => this.toggle() }, '▶ Play sweep');
    this.modes = segmented('Mode', [['reverse', 'Reverse'], ['forward', 'Forward']], state.mode, (mode) => {
      this.state.mode = mode;
      this.show(null);
    });
    this.wrt = el('div', { class: 'chips' });
    panel.append(
      el('p', { class: 'lead' }, el('b', {}, 'Type a formula'), ', drag the point, and play a sweep: the derivatives flow through the graph.'),
      el('div', { class: 'graph-tab' },
        el('div', { class: 'stack' },
          el('div', { class: 'panel stack' }, field('Formula', this.formula), this.error, el('div', { class: 'chips' }, ...chips)),
          this.padPanel,
          el('div', { class: 'panel' }, el('h2', {}, 'Values'), this.values)),
        el('div', { class: 'stack' },
          el('div', { class: 'panel stack' },
            el('div', { class: 'row' }, this.play, this.modes, this.wrt,
              el('div', { class: 'row grow' },
                el('button', { type: 'button', class: 'plain', 'aria-label': 'Step back', onclick: () => this.go(this.step - 1) }, '◀'),
                el('button', { type: 'button', class: 'plain', 'aria-label': 'Step forward', onclick: () => this.go(this.step + 1) }, '▶'),
                el('div', { class: 'grow' }, this.position))),
            this.story, this.drawing),
          el('div', { class: 'panel' }, el('h2', {}, 'Cost of the whole gradient'), this.counts),
          el('div', { class: 'panel scroll', tabindex: 0, role: 'region', 'aria-label': 'Nodes' }, el('h2', {}, 'Every node'), this.table))));
    this.listen();
  }

  listen() {
    let dragging = false;
    const move = (event) => {
      const [x, y] = pointer(event, this.pad);
      this.setPoint({ x: (2 * x - 1) * WINDOW, y: (2 * y - 1) * WINDOW });
    };
    this.pad.addEventListener('pointerdown', (event) => {
      dragging = true;
      this.pad.setPointerCapture(event.pointerId);
      move(event);
    });
    this.pad.addEventListener('pointermove', (event) => dragging && move(event));
    this.pad.addEventListener('pointerup', () => { dragging = false; });
    this.pad.addEventListener('keydown', (event) => {
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [];
      if (dx === undefined) return;
      event.preventDefault();
      const { x = 0, y = 0 } = this.point;
      this.setPoint({ x: x + dx / 10, y: y + dy / 10 });
    });
  }

  setPoint(values) {
    for (const name of this.reply.variables) {
      if (name in values) this.point[name] = Number(values[name].toFixed(2));
    }
    this.compute();
  }

  example(formula, at) {
    this.point = pointOf(at);
    this.state.f = this.formula.value = formula;
    this.state.wrt = '';
    this.compute();
  }

  /** Asks for the graph; only the last of several requests counts. */
  async compute() {
    this.latest = (this.latest ?? 0) + 1;
    const mine = this.latest;
    try {
      const reply = await this.request();
      if (mine !== this.latest) return;
      this.error.textContent = '';
      this.show(reply);
      await this.contour(mine);
    } catch (error) {
      if (mine === this.latest) this.error.textContent = error.message;
    }
  }

  /** The graph; a variable without a value gets 1. */
  async request() {
    for (;;) {
      try {
        return (await ask({ do: 'graph', formula: this.state.f, at: this.point })).header;
      } catch (error) {
        const missing = error.message.match(/^the variable (\S+) has no value/);
        if (!missing || missing[1] in this.point) throw error;
        this.point[missing[1]] = 1;
      }
    }
  }

  async contour(mine) {
    const { variables } = this.reply;
    const isPlane = variables.length > 0 && variables.every((name) => name === 'x' || name === 'y');
    this.padPanel.hidden = !isPlane;
    if (!isPlane) return;
    if (this.surfaceOf !== this.state.f) {
      const window = [-WINDOW, WINDOW, -WINDOW, WINDOW];
      const { arrays } = await ask({ do: 'surface', formula: this.state.f, window, side: 61 });
      if (mine !== this.latest) return;
      [this.surface, this.surfaceOf] = [arrays.values.data, this.state.f];
    }
    this.drawPad();
  }

  /** Shows a reply, or the same one in another mode. */
  show(reply) {
    if (reply) this.reply = reply;
    const { variables, nodes } = this.reply;
    if (!variables.includes(this.state.wrt)) this.state.wrt = variables[0] ?? '';
    const isForward = this.state.mode === 'forward';
    this.order = nodes.map((_, i) => i).filter((i) => nodes[i].operands.length || isForward);
    if (!isForward) this.order = this.order.filter((i) => nodes[i].reached).reverse();
    this.position.max = this.order.length;
    this.step = this.order.length;
    const chips = variables.map((name) => el('button', {
      type: 'button', class: 'chip', 'aria-pressed': String(name === this.state.wrt),
      onclick: () => { this.state.wrt = name; this.show(null); },
    }, `∂/∂${name}`));
    this.wrt.replaceChildren(...(isForward ? chips : []));
    this.showValues();
    this.showCounts();
    this.showTable();
    this.draw();
    this.state.at = textOf(this.point);
    toAddress('graph', this.state, DEFAULTS);
  }

  showValues() {
    const { variables, gradient, value } = this.reply;
    const rows = variables.map((name, i) => {
      const input = numeric(this.point[name], { min: -1e6, max: 1e6 }, (number) => this.setPoint({ [name]: number }));
      input.setAttribute('aria-label', `Value of ${name}`);
      return el('tr', {}, el('th', { scope: 'row' }, name), el('td', {}, input),
        el('td', { class: 'number', 'data-gradient': name }, digits(gradient[i], 7)));
    });
    const isFocused = this.values.contains(document.activeElement);
    if (isFocused && this.values.dataset.of === this.state.f) {
      variables.forEach((name, i) => { this.values.querySelector(`[data-gradient="${name}"]`).textContent = digits(gradient[i], 7); });
      this.values.querySelector('[data-value]').textContent = digits(value, 7);
      return;
    }
    this.values.dataset.of = this.state.f;
    this.values.replaceChildren(
      el('div', { class: 'figure' }, el('b', { 'data-value': '' }, digits(value, 7)), el('span', {}, 'value of the formula')),
      el('table', {}, el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'variable'), el('th', { scope: 'col' }, 'value'),
        el('th', { scope: 'col', class: 'number' }, 'derivative'))), el('tbody', {}, ...rows)));
  }

  showCounts() {
    const { forward, reverse } = this.reply.operations;
    const total = ({ multiplications, additions }) => multiplications + additions;
    const [sum, back] = [forward.map(total).reduce((a, b) => a + b, 0), total(reverse)];
    const most = Math.max(sum, back, 1);
    const bar = (kind, count, parts) => {
      const node = el('div', { class: `bar ${kind}` }, ...Array.from({ length: parts }, () => el('i')));
      node.style.width = `${(100 * count) / most}%`;
      return node;
    };
    const sweeps = forward.length === 1 ? '1 sweep' : `${forward.length} sweeps`;
    this.counts.replaceChildren(
      el('div', { class: 'bars' },
        el('span', {}, `forward, ${sweeps}`), el('div', {}, bar('', sum, forward.length)), el('b', {}, `${sum} operations`),
        el('span', {}, 'reverse, 1 sweep'), el('div', {}, bar('warm', back, 1)), el('b', {}, `${back} operations`)),
      el('p', { class: 'hint' }, 'Forward mode sweeps once for each variable; reverse mode once for all of them. Add variables, and watch both bars.'));
  }

  showTable() {
    const { nodes, variables } = this.reply;
    const head = ['node', 'operation', 'value', ...variables.map((name) => `∂/∂${name}`), 'adjoint'];
    const rows = nodes.map((node) => el('tr', {},
      el('th', { scope: 'row' }, node.name), el('td', {}, el('code', {}, node.formula)), el('td', { class: 'number' }, digits(node.value)),
      ...node.tangents.map((tangent) => el('td', { class: 'number' }, digits(tangent))),
      el('td', { class: 'number' }, digits(node.adjoint))));
    this.table.replaceChildren(el('table', {},
      el('thead', {}, el('tr', {}, ...head.map((text, i) => el('th', { scope: 'col', class: i > 1 ? 'number' : null }, text)))),
      el('tbody', {}, ...rows)));
  }

  /** Goes to a step of the sweep; after the last one, all derivatives are known. */
  go(step) {
    this.step = Math.min(this.order.length, Math.max(0, step));
    this.draw();
  }

  async toggle() {
    if (this.playing) return this.stop();
    this.playing = true;
    this.play.textContent = '❚❚ Pause';
    if (this.step >= this.order.length) this.go(0);
    while (this.playing && this.step < this.order.length) {
      this.go(this.step + 1);
      await new Promise((done) => setTimeout(done, isStill() ? 600 : 1100));
    }
    this.stop();
  }

  stop() {
    this.playing = false;
    this.play.textContent = '▶ Play sweep';
  }

  leave() {
    this.stop();
  }

  enter() {
    toAddress('graph', this.state, DEFAULTS);
  }

  redraw() {
    if (this.reply) this.draw();
    if (this.surface) this.drawPad();
  }

  draw() {
    const { mode, wrt } = this.state;
    this.position.value = this.step;
    const story = drawGraph(this.drawing, this.reply, { mode, wrt, order: this.order, step: this.step });
    this.story.textContent = story;
    if (this.playing) say(story);
  }

  drawPad() {
    const { context: c, width, height } = prepared(this.pad, this.pad.clientWidth * 0.72);
    const sorted = [...this.surface].filter(Number.isFinite).sort((a, b) => a - b);
    const levels = Array.from({ length: 13 }, (_, i) => sorted[Math.floor(((i + 1) / 14) * (sorted.length - 1))]);
    const X = (x) => (width * (x + WINDOW)) / (2 * WINDOW);
    const Y = (y) => height * (1 - (y + WINDOW) / (2 * WINDOW));
    c.lineWidth = 1.2;
    contours(this.surface, 61, [...new Set(levels)]).forEach(({ lines }, i, all) => {
      c.strokeStyle = colour('accent');
      c.globalAlpha = 0.2 + (0.6 * i) / all.length;
      c.beginPath();
      for (const [[a, b], [d, e]] of lines) {
        c.moveTo(width * a, height * (1 - b));
        c.lineTo(width * d, height * (1 - e));
      }
      c.stroke();
    });
    c.globalAlpha = 1;
    const { x = 0, y = 0 } = this.point;
    const slope = (name) => Number(this.reply.gradient[this.reply.variables.indexOf(name)] ?? 0);
    const [gx, gy] = [slope('x'), slope('y')];
    const norm = Math.hypot(gx, gy);
    c.lineWidth = 3;
    c.strokeStyle = colour('warm');
    if (norm > 0 && Number.isFinite(norm)) {
      c.beginPath();
      c.moveTo(X(x), Y(y));
      c.lineTo(X(x) + (44 * gx) / norm, Y(y) - (44 * gy) / norm);
      c.stroke();
    }
    disc(c, X(x), Y(y), 8, colour('warm'), colour('panel'));
    c.fillStyle = colour('muted');
    c.font = '12px system-ui';
    c.fillText(`x = ${digits(x)}, y = ${digits(y)}`, 8, height - 8);
    this.pad.setAttribute('aria-label', `The point x = ${digits(x)}, y = ${digits(y)}, on contours of the formula; arrow keys move it`);
  }
}
