// The linear classifier, with softmax and as a support-vector machine, and a network that reads digits.

import { toAddress, withDefaults } from './address.js';
import { DigitPad } from './digit-pad.js';
import { choice, el, field, onWidth, percent, say, slider } from './dom.js';
import { ask } from './engine.js';
import { between, colour, disc, drawMap, prepared, rgb } from './plots.js';

export const TITLE = 'Classifier';

const DEFAULTS = { data: 'blobs', rate: 0.1, decay: 0, seed: 1 };
const SIDE = 48;
/** The two linear classifiers, and the network that reads digits, with their slots. */
const SOFTMAX = { slot: 1, name: 'Softmax', loss: 'cross_entropy', about: 'cross-entropy of the softmax' };
const SVM = { slot: 2, name: 'Support-vector machine', loss: 'multi_class_hinge', about: 'multi-class hinge loss' };
const READER = { slot: 3, name: 'Network' };

export async function open(panel, parameters) {
  const tab = new ClassifierTab(panel, withDefaults(parameters, DEFAULTS));
  await tab.create();
  return tab;
}

const named = (name) => ({ kind: 'named', name, noise: null });

class ClassifierTab {
  constructor(panel, state) {
    this.state = state;
    this.models = [SOFTMAX, SVM].map((model) => ({ ...model, canvas: el('canvas', { class: 'output', role: 'img' }), words: el('p', { class: 'hint' }), weights: el('div', { class: 'scroll' }) }));
    this.build(panel);
    onWidth(panel, () => this.redraw());
  }

  build(panel) {
    const { state } = this;
    this.error = el('p', { class: 'error', role: 'alert' });
    this.play = el('button', { type: 'button', class: 'primary', onclick: () => this.toggle() }, '▶ Train both');
    const set = (name) => (value) => {
      state[name] = value;
      this.create();
    };
    const sets = [['blobs', 'three clusters in the plane'], ['gaussian_quantiles', 'three rings: no line divides them'], ['moons', 'two half circles'], ['digits', 'handwritten digits: templates']];
    this.pad = new DigitPad((features) => this.read(features));
    panel.append(
      el('p', { class: 'lead' }, el('b', {}, 'Press Train both'), ': a linear classifier with two losses. Choose the digits to see the templates it learns, then draw a digit.'),
      el('div', { class: 'classifier-tab' },
        el('div', { class: 'panel bar-top wide' }, this.play, el('button', { type: 'button', class: 'plain', onclick: () => this.create() }, 'Start again'),
          el('div', { class: 'field long' }, ...field('Data', choice(sets, state.data, set('data'))).childNodes),
          slider('Learning rate', [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1], state.rate, set('rate')),
          slider('Weight decay', [0, 0.001, 0.01, 0.1, 0.3, 1], state.decay, set('decay')), this.error),
        ...this.models.map((model) => el('div', { class: 'panel stack' }, el('div', { class: 'spread' }, el('h2', {}, model.name), el('span', { class: 'hint' }, model.about)),
          model.canvas, model.words, model.weights)),
        el('div', { class: 'panel stack wide' }, el('h2', {}, 'Draw a digit'), this.pad.node)));
  }

  async create() {
    this.stop();
    this.version = (this.version ?? 0) + 1;
    const mine = this.version;
    const { data, rate, decay, seed } = this.state;
    try {
      for (const model of this.models) {
        const settings = {
          data: named(data), hidden: [], loss: model.loss, optimizer: 'sgd', rate, weight_decay: decay, schedule: 'constant', batch: 32,
          epochs: 1000, seed, init: 'zero',
        };
        const { header, arrays } = await ask({ do: 'create', slot: model.slot, settings });
        if (mine !== this.version) return;
        model.made = header;
        model.examples = { rows: arrays['train.features'].shape[0], features: arrays['train.features'].data, targets: arrays['train.targets'].data };
      }
      this.isImages = this.models[0].made.widths[0] > 2;
      this.window = this.isImages ? [0, 1, 0, 1] : around(this.models[0].examples);
      this.error.textContent = '';
      await this.look(mine);
      if (this.isHere) toAddress('classifier', this.state, DEFAULTS);
    } catch (error) {
      if (mine === this.version) this.error.textContent = error.message;
    }
  }

  async look(mine) {
    const view = { side: this.isImages ? 2 : SIDE, window: this.window };
    for (const model of this.models) {
      const picture = await ask({ do: 'picture', slot: model.slot, view });
      if (mine !== this.version) return;
      model.picture = picture;
    }
    this.redraw();
  }

  toggle() {
    if (this.playing) this.stop();
    else this.run();
  }

  stop() {
    this.playing = false;
    this.play.textContent = '▶ Train both';
  }

  async run() {
    const mine = this.version;
    this.playing = true;
    this.play.textContent = '❚❚ Pause';
    while (this.playing && mine === this.version) {
      let isOver = true;
      for (const { slot, made } of this.models) {
        const { header } = await ask({ do: 'advance', slot, steps: Math.max(1, Math.round(made.steps_per_epoch / 4)) });
        isOver &&= Boolean(header.stopped);
      }
      await this.look(mine);
      await new Promise(requestAnimationFrame);
      if (isOver) break;
    }
    if (mine === this.version) this.stop();
  }

  /** The network for digits, trained once, when it is needed. */
  reader() {
    this.trained ??= (async () => {
      this.pad.say('The network is learning from 1,617 digits …');
      const settings = { data: named('digits'), hidden: [64], activation: 'relu', optimizer: 'adamw', rate: 0.003, weight_decay: 0.3, schedule: 'cosine', batch: 32, epochs: 30, seed: 1, dropout: 0.2 };
      const { header } = await ask({ do: 'create', slot: READER.slot, settings });
      for (let isOver = false; !isOver;) {
        const reply = await ask({ do: 'advance', slot: READER.slot, steps: Math.min(100, header.most_steps) });
        isOver = Boolean(reply.header.stopped);
      }
      const { header: { validation } } = await ask({ do: 'picture', slot: READER.slot, view: { side: 2, window: [0, 1, 0, 1] } });
      this.pad.say(`The network reads ${percent(validation.accuracy)} of the digits that it has not seen. Draw one.`);
    })();
    return this.trained;
  }

  /** What the network, and the linear classifiers if they know digits, read in a drawing. */
  async read(features) {
    try {
      await this.reader();
      const readers = [READER, ...(this.isImages ? this.models : [])];
      const answers = [];
      for (const { slot, name } of readers) {
        const { arrays } = await ask({ do: 'predict', slot, rows: features });
        answers.push({ name, outputs: [...arrays.outputs.data], probabilities: arrays.probabilities && [...arrays.probabilities.data] });
      }
      this.pad.show(answers);
      say(answers.map(({ name, outputs }) => `${name} reads ${outputs.indexOf(Math.max(...outputs))}`).join(', '));
    } catch (error) {
      this.error.textContent = error.message;
    }
  }

  enter() {
    this.isHere = true;
    toAddress('classifier', this.state, DEFAULTS);
    this.redraw();
    this.pad.draw();
    this.reader().catch((error) => { this.error.textContent = error.message; });
  }

  leave() {
    this.isHere = false;
    this.stop();
  }

  redraw() {
    for (const model of this.models) {
      if (!model.picture) continue;
      const { train, validation, step } = model.picture.header;
      model.words.textContent = `step ${step}: ${percent(train.accuracy)} of the training examples right${validation ? `, ${percent(validation.accuracy)} of the others` : ''}`;
      if (this.isImages) drawTemplates(model);
      else drawRegions(model, this.window);
    }
    this.pad.draw();
  }
}

function around({ rows, features }) {
  const range = (j) => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < rows; i++) {
      low = Math.min(low, features[2 * i + j]);
      high = Math.max(high, features[2 * i + j]);
    }
    return [low - 0.1 * (high - low), high + 0.1 * (high - low)];
  };
  return [...range(0), ...range(1)];
}

/** The regions of the classes, with the examples and the weights. */
function drawRegions({ canvas, made, examples, picture, weights, name }, window) {
  const { context: c, width, height } = prepared(canvas, canvas.clientWidth * 0.8);
  const { classes: { data: classes }, confidence: { data: confidence } } = picture.arrays;
  const ground = rgb(colour('panel'));
  const roles = Array.from({ length: made.classes }, (_, i) => rgb(colour(`c${i % 10}`)));
  const chance = 1 / made.classes;
  drawMap(c, SIDE, SIDE, (i) => between(ground, roles[classes[i]] ?? ground, 0.2 + (0.45 * (confidence[i] - chance)) / (1 - chance)), [0, 0, width, height]);
  c.lineWidth = 0.9;
  for (let i = 0; i < examples.rows; i++) {
    const x = (width * (examples.features[2 * i] - window[0])) / (window[1] - window[0]);
    const y = height * (1 - (examples.features[2 * i + 1] - window[2]) / (window[3] - window[2]));
    disc(c, x, y, 3, colour(`c${examples.targets[i] % 10}`), colour('panel'));
  }
  const { accuracy } = picture.header.train;
  canvas.setAttribute('aria-label', `${name}: regions of ${made.classes} classes, ${percent(accuracy)} right`);
  const values = picture.arrays.parameters.data;
  const count = made.classes;
  const cell = (x) => el('td', { class: 'number' }, x.toFixed(3).replace('-', '−'));
  const rows = roles.map((_, k) => el('tr', {}, el('th', { scope: 'row' }, el('i', { class: `dot class-${k}` }), made.class_names?.[k] ?? `class ${k}`),
    cell(values[k]), cell(values[count + k]), cell(values[2 * count + k])));
  const head = ['', 'w1', 'w2', 'b'].map((text, i) => el('th', { scope: 'col', class: i ? 'number' : null }, text));
  weights.replaceChildren(el('table', {}, el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...rows)));
}

/** The weights of each digit as an image: orange where ink speaks for it, blue where it speaks against it. */
function drawTemplates({ canvas, picture, weights, name }) {
  const { context: c, width, height } = prepared(canvas, canvas.clientWidth * 0.46);
  const values = picture.arrays.parameters.data;
  const ground = rgb(colour('panel'));
  const [against, for_] = [rgb(colour('c0')), rgb(colour('c1'))];
  let most = 1e-9;
  for (let i = 0; i < 640; i++) most = Math.max(most, Math.abs(values[i]));
  const size = Math.min(width / 5 - 10, height / 2 - 22);
  c.font = '600 13px system-ui, sans-serif';
  c.textAlign = 'center';
  for (let digit = 0; digit < 10; digit++) {
    const [x, y] = [(width / 5) * (digit % 5) + (width / 5 - size) / 2, (height / 2) * Math.floor(digit / 5) + 18];
    c.fillStyle = colour('ink');
    c.fillText(String(digit), x + size / 2, y - 5);
    // Rows of images begin at the top, those of maps at the bottom.
    const weight = (i) => values[(8 * (7 - Math.floor(i / 8)) + (i % 8)) * 10 + digit] / most;
    drawMap(c, 8, 8, (i) => between(ground, weight(i) < 0 ? against : for_, Math.abs(weight(i))), [x, y, size, size], false);
    c.strokeStyle = colour('line');
    c.strokeRect(x, y, size, size);
  }
  canvas.setAttribute('aria-label', `${name}: the templates of ten digits`);
  weights.replaceChildren(el('p', { class: 'hint' }, 'Orange: ink here speaks for the digit. Blue: it speaks against it.'));
}
