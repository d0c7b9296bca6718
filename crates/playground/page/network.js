// A network in training: data, layers, settings, and what it has learnt.

import { toAddress, withDefaults } from './address.js';
import { digits, el, onWidth, percent, say } from './dom.js';
import { ask } from './engine.js';
import { controls } from './network-controls.js';
import { DataPanel, dataOf } from './network-data.js';
import { exportPanel } from './network-export.js';
import { drawCurves, drawDiagram, drawNorms, drawOutput, outputLabel } from './network-pictures.js';

export const TITLE = 'Network';

export const DEFAULTS = {
  data: 'spiral', noise: '', points: '', hidden: '8-8', activation: 'tanh', init: '', loss: '', optimizer: 'adam', rate: 0.01,
  schedule: 'constant', batch: 32, epochs: 2000, dropout: 0, decay: 0, patience: 0, validation: 0.1, seed: 1,
};
const SIDE = 64;
const UNITS = 18;
/** The milliseconds of a frame for the engine, of the 60 per second; the others are for messages. */
const FRAME = 15;
/** The number of epochs whose losses are kept. */
const MOST_EPOCHS = 2000;
/** The milliseconds from one text to the next during training: nobody reads faster. */
const TEXT = 100;

export async function open(panel, parameters, lists) {
  const tab = new NetworkTab(panel, withDefaults(parameters, DEFAULTS), lists);
  await tab.create();
  return tab;
}

const widthsOf = ({ hidden }) => (hidden === 'none' ? [] : hidden.split('-').map(Number));

/** The settings of the engine for the state of the page. */
export function settingsOf(state, csv) {
  const widths = widthsOf(state);
  if (!widths.every(Number.isInteger)) throw new Error(`hidden=${state.hidden}: the widths of the layers are needed, such as 8-8, or none`);
  return {
    data: dataOf(state, csv), hidden: widths, activation: state.activation, init: state.init || null, loss: state.loss || null,
    optimizer: state.optimizer, rate: state.rate, weight_decay: state.decay, schedule: state.schedule, batch: state.batch,
    epochs: state.epochs, dropout: state.dropout, patience: state.patience || null, validation: state.validation, seed: state.seed,
  };
}

class NetworkTab {
  constructor(panel, state, lists) {
    this.state = state;
    this.lists = lists;
    this.speed = 'fast';
    this.build(panel);
    onWidth(panel, () => this.picture && this.draw());
  }

  build(panel) {
    const button = (text, title, onclick) => el('button', { type: 'button', class: 'plain', title, onclick }, text);
    this.play = el('button', { type: 'button', class: 'primary', onclick: () => this.toggle() }, '▶ Train');
    this.error = el('p', { class: 'error', role: 'alert' });
    this.status = el('p', { class: 'hint' });
    this.data = new DataPanel(this);
    const { bar, more } = controls(this);
    this.layers = el('div', { class: 'layers' });
    this.diagram = el('canvas', { class: 'diagram', role: 'img' });
    this.output = el('canvas', { class: 'output', tabindex: 0, role: 'img' });
    this.legend = el('div', { class: 'legend' });
    this.figures = el('div', { class: 'figures' });
    this.curve = el('canvas', { role: 'img', 'aria-label': 'Loss per epoch' });
    this.curve.classList.add('diagram');
    this.norms = el('div', {});
    this.rewind = el('input', { type: 'range', min: 0, max: 0, value: 0, 'aria-label': 'Go back to an earlier step' });
    this.rewind.addEventListener('change', () => this.goBack(Number(this.rewind.value)));
    this.root = el('div', { class: 'network-tab' });
    panel.append(
      el('p', { class: 'lead' }, el('b', {}, 'Press Train'), ' and watch the network learn. Choose data, add layers, draw points of your own: nothing leaves this computer.'),
      this.root);
    this.root.append(
      el('div', { class: 'panel bar-top' },
        el('div', { class: 'row' }, this.play, button('1 step', 'Take one step', () => this.steps(1)),
          button('1 epoch', 'Take the steps of one epoch', () => this.steps(this.made.steps_per_epoch)),
          button('Restart', 'Start again from the same seed', () => this.create())),
        ...bar),
      el('div', { class: 'left stack' }, el('div', { class: 'panel' }, this.data.node)),
      el('div', { class: 'middle stack' },
        el('div', { class: 'panel' }, el('h2', {}, 'Hidden layers'), this.layers, this.diagram),
        el('div', { class: 'panel' }, el('h2', {}, 'Gradient per layer'), this.norms),
        el('div', { class: 'panel' }, el('details', {}, el('summary', {}, 'More settings'), more)),
        exportPanel(this)),
      el('div', { class: 'right stack' },
        el('div', { class: 'panel stack' }, this.error, this.output, this.legend, this.figures, this.status),
        el('div', { class: 'panel' }, el('h2', {}, 'Loss'), this.curve,
          el('div', { class: 'field' }, el('span', { class: 'hint' }, 'Go back in time: the same bits as before'), this.rewind))));
    this.data.listen(this.output, this.root);
  }

  /** Changes settings, and starts again with them. */
  set(changes) {
    Object.assign(this.state, changes);
    this.create();
  }

  async create() {
    this.stop();
    this.version = (this.version ?? 0) + 1;
    const mine = this.version;
    this.showLayers();
    try {
      const { header, arrays } = await ask({ do: 'create', slot: 0, settings: settingsOf(this.state, this.data.csv) });
      if (mine !== this.version) return;
      this.made = header;
      this.examples = { train: examplesOf(arrays, 'train'), validation: examplesOf(arrays, 'validation') };
      this.window = windowOf(this.examples.train, header.task);
      [this.curves, this.spacing, this.pace, this.furthest] = [[], 1, 1, 0];
      this.error.textContent = header.notes.join('\n');
      this.data.show();
      await this.look();
      toAddress('network', this.state, DEFAULTS);
    } catch (error) {
      if (mine !== this.version) return;
      this.error.textContent = error.message;
      this.made = null;
      this.data.show();
    }
  }

  view() {
    return { side: SIDE, window: this.window, units: UNITS, axes: this.made.widths[0] > 1 ? [0, 1] : [0, 0] };
  }

  async look() {
    this.picture = await ask({ do: 'picture', slot: 0, view: this.view() });
    this.progress = this.picture.header;
    this.draw();
  }

  toggle() {
    if (this.playing) this.stop();
    else this.run();
  }

  stop() {
    if (this.playing) say('Paused');
    this.playing = false;
    this.play.textContent = '▶ Train';
  }

  leave() {
    this.stop();
  }

  enter() {
    toAddress('network', this.state, DEFAULTS);
    if (this.picture) this.draw();
  }

  redraw() {
    if (this.picture) this.draw();
    this.data.show();
  }

  /** Trains until it is stopped. While one round of steps is drawn, the engine takes those of the next one. */
  async run() {
    if (!this.made) return;
    if (this.progress.stopped) await this.create();
    const mine = this.version;
    this.playing = true;
    this.play.textContent = '❚❚ Pause';
    const rate = { steps: this.progress.step, since: performance.now() };
    let next = this.round(mine);
    while (this.playing && mine === this.version) {
      const round = next;
      next = this.round(mine);
      if (!(await round)) break;
      await this.frame(mine);
      if (performance.now() - rate.since > 500) {
        this.perSecond = (1000 * (this.progress.step - rate.steps)) / (performance.now() - rate.since);
        [rate.steps, rate.since] = [this.progress.step, performance.now()];
      }
    }
    await next;
    if (mine !== this.version) return;
    this.stop();
    await this.look();
  }

  /** Takes the steps of a frame, and asks for the picture after them; false if there are none left. */
  async round(mine) {
    const wanted = { slow: 1, epoch: this.made.steps_per_epoch }[this.speed] ?? Math.round(this.pace);
    const steps = Math.min(wanted, this.made.most_steps);
    try {
      const taken = this.advance(steps, mine);
      const picture = await ask({ do: 'picture', slot: 0, view: this.view() });
      if (!(await taken) || mine !== this.version) return false;
      this.picture = picture;
      // A picture that takes more than half of the frame gets as much time as the steps.
      const time = Math.max(FRAME - picture.milliseconds, picture.milliseconds);
      this.pace = Math.max(1, steps * Math.min(2, time / Math.max(this.computed, 0.1)));
      return true;
    } catch (error) {
      this.error.textContent = error.message;
      return false;
    }
  }

  /** Draws the picture in the next frame. */
  frame(mine) {
    return new Promise((done) => requestAnimationFrame((now) => {
      done();
      if (mine !== this.version) return;
      this.drawPicture();
      if (now - this.written > TEXT) this.write(now);
    }));
  }

  /** Takes steps; false if there are none left. */
  async advance(steps, mine = this.version) {
    try {
      const { header, milliseconds } = await ask({ do: 'advance', slot: 0, steps });
      if (mine !== this.version) return false;
      this.computed = milliseconds;
      this.keep(header.epochs);
      this.progress = header;
      this.furthest = Math.max(this.furthest, header.step);
      return !header.stopped;
    } catch (error) {
      this.error.textContent = error.message;
      return false;
    }
  }

  /** Keeps the losses of epochs; if there are too many, of every second one, then of every fourth, and so on. */
  keep(epochs) {
    const isKept = ({ epoch }) => epoch % this.spacing === 0;
    this.curves.push(...epochs.filter(isKept));
    if (this.curves.length < MOST_EPOCHS) return;
    this.spacing *= 2;
    this.curves = this.curves.filter(isKept);
  }

  async steps(count) {
    this.stop();
    if (!this.made) return;
    await this.advance(Math.min(count, this.made.most_steps));
    await this.look();
    say(`Step ${this.progress.step}, loss ${digits(this.progress.loss)}`);
  }

  async goBack(step) {
    this.stop();
    try {
      await ask({ do: 'rewind', slot: 0, step });
      this.curves = this.curves.filter((epoch) => epoch.step <= step);
      await this.look();
      say(`Back at step ${step}`);
    } catch (error) {
      this.error.textContent = error.message;
    }
  }

  showLayers() {
    const widths = widthsOf(this.state);
    const change = (next) => this.set({ hidden: next.length ? next.join('-') : 'none' });
    const resize = (i, width) => change(widths.map((old, k) => (k === i ? Math.min(128, Math.max(1, width)) : old)));
    const layer = (width, i) => el('span', { class: 'layer', role: 'group', 'aria-label': `Hidden layer ${i + 1}` },
      el('button', { type: 'button', 'aria-label': `Fewer units in layer ${i + 1}`, onclick: () => resize(i, width > 8 ? width - 4 : width - 1) }, '−'),
      el('b', {}, width),
      el('button', { type: 'button', 'aria-label': `More units in layer ${i + 1}`, onclick: () => resize(i, width >= 8 ? width + 4 : width + 1) }, '+'),
      el('button', { type: 'button', 'aria-label': `Remove layer ${i + 1}`, onclick: () => change(widths.filter((_, k) => k !== i)) }, '×'));
    const add = el('button', { type: 'button', class: 'chip', disabled: widths.length >= 8, onclick: () => change([...widths, widths.at(-1) ?? 8]) }, '+ layer');
    this.layers.replaceChildren(...widths.map(layer), add);
  }

  draw() {
    this.drawPicture();
    this.write(0);
  }

  drawPicture() {
    // A hidden tab is drawn when it is shown.
    if (!this.root.clientWidth) return;
    drawOutput(this.output, this);
    drawDiagram(this.diagram, this);
  }

  /** Shows the losses and what the picture is in numbers and words. */
  write(now) {
    this.written = now;
    const { header } = this.picture;
    drawCurves(this.curve, this.curves);
    drawNorms(this.norms, header.norms);
    this.rewind.max = this.furthest ?? 0;
    this.rewind.value = header.step;
    const isClasses = this.made.task === 'classification';
    const figure = (name, value, text) => el('div', { class: 'figure' }, el('b', { 'data-figure': name }, value), el('span', {}, text));
    const quality = (part) => (isClasses ? percent(header[part]?.accuracy) : digits(header[part]?.loss, 4));
    this.figures.replaceChildren(
      figure('epoch', header.epoch, 'epochs'),
      figure('loss', digits(header.train.loss, 4), 'training loss'),
      ...(isClasses ? [figure('train', quality('train'), 'training accuracy')] : []),
      ...(header.validation ? [figure('validation', quality('validation'), isClasses ? 'validation accuracy' : 'validation loss')] : []));
    this.legend.replaceChildren(...this.legendEntries());
    this.status.textContent = this.statusText(header);
    const label = outputLabel(this);
    this.output.setAttribute('aria-label', label);
  }

  legendEntries() {
    const { task, classes, class_names: names } = this.made;
    const dot = (kind) => el('i', { class: `dot class-${kind}` });
    const ours = task === 'classification'
      ? Array.from({ length: classes }, (_, i) => el('span', {}, dot(i % 10), names?.[i] ?? `class ${i}`))
      : [el('span', {}, dot('curve'), 'network')];
    const parts = ['training', ...(this.examples.validation.rows ? ['validation'] : [])];
    return [...ours, ...parts.map((part) => el('span', {}, dot(part === 'training' ? 'train' : part), part))];
  }

  statusText({ stopped, step, best_epoch: best }) {
    const ended = {
      finished: 'All epochs are over.', early_stopping: `Stopped early: the parameters are those of epoch ${best}.`,
      diverged: 'The loss is not finite any more: the learning rate is too large. Go back, or choose a smaller one.',
    }[stopped];
    const speed = this.playing && this.perSecond ? `, ${Math.round(this.perSecond).toLocaleString('en')} steps per second` : '';
    return ended ?? `step ${step.toLocaleString('en')}${speed}`;
  }
}

function examplesOf(arrays, part) {
  const [rows, width] = arrays[`${part}.features`].shape;
  return { rows, width, features: arrays[`${part}.features`].data, targets: arrays[`${part}.targets`].data };
}

/** The rectangle around the examples, with a margin. */
function windowOf({ rows, width, features, targets }, task) {
  const range = (at) => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < rows; i++) {
      low = Math.min(low, at(i));
      high = Math.max(high, at(i));
    }
    const margin = 0.12 * (high - low || 1);
    return [low - margin, high + margin];
  };
  const second = width > 1 ? (i) => features[i * width + 1] : task === 'regression' ? (i) => targets[i] : () => 0;
  return [...range((i) => features[i * width]), ...range(second)];
}
