// The pictures of a network: outputs, units and weights, losses, gradients.

import { digits, el } from './dom.js';
import { between, chart, colour, disc, drawMap, prepared, rgb } from './plots.js';

const classColour = (i) => colour(`c${i % 10}`);

/** The outputs over the plane with the examples, or the curve of a regression. */
export function drawOutput(canvas, tab) {
  const { made, picture: { arrays }, window } = tab;
  if (made.widths[0] === 1 && made.task === 'regression') {
    drawCurve(canvas, tab);
    return;
  }
  const { context: c, width, height } = prepared(canvas, canvas.clientWidth);
  const area = [0, 0, width, height];
  const ground = rgb(colour('panel'));
  if (arrays.classes) {
    const [classes, confidence] = [arrays.classes.data, arrays.confidence.data];
    const roles = Array.from({ length: made.classes }, (_, i) => rgb(classColour(i)));
    const chance = 1 / made.classes;
    const [columns, rows] = arrays.classes.shape.length === 2 ? arrays.classes.shape : [arrays.classes.shape[0], 1];
    const at = (i) => between(ground, roles[classes[i]] ?? ground, 0.16 + (0.5 * (confidence[i] - chance)) / (1 - chance));
    drawMap(c, columns, rows, at, area);
  } else {
    const { data, shape } = arrays.values;
    drawMap(c, shape[1], shape[0], valueColour(data, ground), area);
  }
  const X = (x) => (width * (x - window[0])) / (window[1] - window[0]);
  const Y = (y) => height * (1 - (y - window[2]) / (window[3] - window[2]));
  c.drawImage(examplesLayer(c, tab, X, Y), 0, 0, width, height);
  if (tab.state.data === 'draw' && document.activeElement === canvas) {
    const [u, v] = tab.data.cursor;
    c.strokeStyle = colour('ink');
    c.lineWidth = 1.5;
    c.beginPath();
    c.moveTo(u * width - 9, (1 - v) * height);
    c.lineTo(u * width + 9, (1 - v) * height);
    c.moveTo(u * width, (1 - v) * height - 9);
    c.lineTo(u * width, (1 - v) * height + 9);
    c.stroke();
  }
}

/** Blue below the middle of the range, orange above. */
function valueColour(data, ground) {
  const [low, high] = [rgb(colour('c0')), rgb(colour('c1'))];
  const most = data.reduce((largest, y) => Math.max(largest, Math.abs(y)), 0) || 1;
  return (i) => between(ground, data[i] < 0 ? low : high, 0.85 * Math.min(1, Math.abs(data[i]) / most));
}

/** The examples on a canvas as large as that of a context. They are drawn again only when they, its size or the theme change. */
function examplesLayer(context, tab, X, Y) {
  const { width, height } = context.canvas;
  const key = width + colour('panel');
  const { examples } = tab;
  if (tab.layer?.key !== key || tab.layer.examples !== examples) {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const c = canvas.getContext('2d');
    c.setTransform(context.getTransform());
    drawExamples(c, tab, X, Y);
    tab.layer = { key, examples, canvas };
  }
  return tab.layer.canvas;
}

function drawExamples(c, { made, examples }, X, Y) {
  const isClasses = made.task === 'classification';
  const targets = examples.train.targets;
  const most = isClasses ? 1 : targets.reduce((largest, y) => Math.max(largest, Math.abs(y)), 0) || 1;
  for (const part of ['train', 'validation']) {
    const { rows, width, features, targets: t } = examples[part];
    const step = Math.ceil(rows / 1200);
    c.lineWidth = part === 'train' ? 0.9 : 1.6;
    for (let i = 0; i < rows; i += step) {
      const [x, y] = [features[i * width], width > 1 ? features[i * width + 1] : 0];
      const fill = isClasses ? classColour(t[i]) : colour(t[i] < 0 ? 'c0' : 'c1');
      c.globalAlpha = isClasses ? 1 : 0.25 + (0.75 * Math.abs(t[i])) / most;
      if (part === 'train') disc(c, X(x), Y(y), 3, fill, colour('panel'));
      else disc(c, X(x), Y(y), 3, colour('panel'), fill);
    }
  }
  c.globalAlpha = 1;
}

/** The fitted curve, its examples, and the corners of its ReLU units. */
function drawCurve(canvas, tab) {
  const { picture: { arrays }, window, examples } = tab;
  const values = arrays.values.data;
  const [left, right] = window;
  const x = (i) => left + ((right - left) * i) / (values.length - 1);
  const { context: c, width, height } = prepared(canvas, canvas.clientWidth);
  const lines = [{ points: [...values].map((y, i) => [x(i), y]), role: 'accent', width: 3 }];
  const { X, Y } = chart(canvas, { lines, height, window });
  for (const part of ['train', 'validation']) {
    const { rows, features, targets } = examples[part];
    const step = Math.ceil(rows / 700);
    for (let i = 0; i < rows; i += step) {
      c.globalAlpha = 0.55;
      if (part === 'train') disc(c, X(features[i]), Y(targets[i]), 2.2, colour('muted'));
      else disc(c, X(features[i]), Y(targets[i]), 2.6, null, colour('c1'));
    }
  }
  c.globalAlpha = 1;
  for (const corner of corners(tab)) {
    const at = Math.round(((corner - left) / (right - left)) * (values.length - 1));
    if (at >= 0 && at < values.length) disc(c, X(corner), Y(values[at]), 4.5, colour('panel'), colour('warm'));
  }
  c.clearRect(0, height - 1, width, 0);
}

/** Where the units of ReLU in the first layer of a curve begin: there, their weighted input is 0. */
export function corners({ made, picture: { arrays }, examples, state }) {
  if (made.widths[0] !== 1 || state.activation !== 'relu' || made.widths.length < 3) return [];
  const units = made.widths[1];
  const [weights, biases] = [arrays.parameters.data.slice(0, units), arrays.parameters.data.slice(units, 2 * units)];
  const { rows, features } = examples.train;
  const mean = features.reduce((sum, x) => sum + x, 0) / rows;
  const deviation = Math.sqrt(features.reduce((sum, x) => sum + (x - mean) ** 2, 0) / rows);
  return [...weights].map((w, i) => mean - (deviation * biases[i]) / w).filter(Number.isFinite);
}

/** Inputs, hidden units as small pictures of their outputs, and weights as edges. */
export function drawDiagram(canvas, { made, picture, state }) {
  const { arrays, header } = picture;
  const hidden = made.widths.slice(1, -1);
  const shown = [Math.min(made.widths[0], 8), ...hidden.map((width) => Math.min(width, 16)), Math.min(made.widths.at(-1), 8)];
  const most = Math.max(...shown, 3);
  const wide = canvas.clientWidth || canvas.parentElement.clientWidth;
  const size = Math.min(40, Math.max(14, (wide / shown.length) * 0.45), 430 / most - 5);
  const height = Math.max(120, most * (size + 6) + 26);
  const { context: c, width } = prepared(canvas, height);
  const X = (layer) => 30 + ((width - 60) * layer) / (shown.length - 1);
  const Y = (layer, unit) => height / 2 + 6 + (unit - (shown[layer] - 1) / 2) * (size + 6);
  drawWeights(c, { made, arrays, shown, X, Y, size });
  const isUnit = (layer) => layer > 0 && layer < shown.length - 1;
  const names = { input: made.feature_names, output: made.class_names ?? made.target_names };
  c.font = '12px system-ui, sans-serif';
  c.textBaseline = 'middle';
  shown.forEach((count, layer) => {
    for (let unit = 0; unit < count; unit++) {
      const [x, y] = [X(layer), Y(layer, unit)];
      if (isUnit(layer)) drawUnit(c, arrays[`units.${layer - 1}`], unit, [x - size / 2, y - size / 2, size, size]);
      else drawEnd(c, layer === 0 ? names.input?.[unit] ?? `x${unit + 1}` : names.output?.[unit] ?? String(unit), x, y);
      if (isUnit(layer) && header.dead[layer - 1]?.includes(unit)) drawCross(c, x, y, size);
    }
    const hiddenCount = made.widths[layer] - count;
    if (hiddenCount > 0) {
      c.fillStyle = colour('muted');
      c.textAlign = 'center';
      c.fillText(`+ ${hiddenCount}`, X(layer), Y(layer, count - 1) + size / 2 + 12);
    }
  });
  const dead = header.dead.reduce((sum, units) => sum + units.length, 0);
  const kind = state.activation === 'relu' ? `; ${dead} dead units` : '';
  canvas.setAttribute('aria-label', `Network with ${made.widths.join(', ')} units per layer${kind}`);
}

function drawWeights(c, { made, arrays, shown, X, Y, size }) {
  const values = arrays.parameters.data;
  const [positive, negative] = [colour('c1'), colour('c0')];
  let offset = 0;
  let layer = 0;
  for (const { name, shape } of made.parameters) {
    const count = shape.reduce((product, n) => product * n, 1);
    if (name.endsWith('weight') && shape.length === 2) {
      const [inputs, outputs] = shape;
      let largest = 1e-9;
      for (let i = 0; i < count; i++) largest = Math.max(largest, Math.abs(values[offset + i]));
      for (let i = 0; i < Math.min(inputs, shown[layer]); i++) {
        for (let j = 0; j < Math.min(outputs, shown[layer + 1]); j++) {
          const weight = values[offset + i * outputs + j];
          const strength = Math.abs(weight) / largest;
          if (strength < 0.03) continue;
          c.strokeStyle = weight > 0 ? positive : negative;
          c.globalAlpha = 0.12 + 0.6 * strength;
          c.lineWidth = 0.5 + 2.6 * strength;
          const [x1, y1, x2, y2] = [X(layer) + size / 2, Y(layer, i), X(layer + 1) - size / 2, Y(layer + 1, j)];
          const bend = (x2 - x1) / 2;
          c.beginPath();
          c.moveTo(x1, y1);
          c.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
          c.stroke();
        }
      }
      layer += 1;
    }
    offset += count;
  }
  c.globalAlpha = 1;
}

/** The output of a unit over the plane: orange where it is positive, blue where it is negative. */
function drawUnit(c, { data, shape }, unit, [x, y, width, height]) {
  const cells = shape.slice(1).reduce((product, n) => product * n, 1);
  const values = data.subarray(unit * cells, (unit + 1) * cells);
  const ground = rgb(colour('panel'));
  const at = valueColour(values, ground);
  if (shape.length === 3) drawMap(c, shape[2], shape[1], at, [x, y, width, height]);
  else {
    const most = values.reduce((largest, v) => Math.max(largest, Math.abs(v)), 0) || 1;
    c.fillStyle = colour('panel');
    c.fillRect(x, y, width, height);
    c.strokeStyle = colour('accent');
    c.lineWidth = 1.6;
    c.beginPath();
    values.forEach((v, i) => {
      const [px, py] = [x + (width * i) / (cells - 1), y + height * (0.5 - 0.42 * (v / most))];
      if (i) c.lineTo(px, py);
      else c.moveTo(px, py);
    });
    c.stroke();
  }
  c.strokeStyle = colour('line');
  c.lineWidth = 1;
  c.strokeRect(x, y, width, height);
}

function drawCross(c, x, y, size) {
  c.strokeStyle = colour('bad');
  c.lineWidth = 2.5;
  c.beginPath();
  c.moveTo(x - size / 3, y - size / 3);
  c.lineTo(x + size / 3, y + size / 3);
  c.moveTo(x + size / 3, y - size / 3);
  c.lineTo(x - size / 3, y + size / 3);
  c.stroke();
}

function drawEnd(c, text, x, y) {
  const short = text.length > 8 ? `${text.slice(0, 7)}…` : text;
  const width = Math.max(30, c.measureText(short).width + 14);
  c.beginPath();
  c.roundRect(x - width / 2, y - 13, width, 26, 13);
  c.fillStyle = colour('raised');
  c.strokeStyle = colour('line');
  c.lineWidth = 1.2;
  c.fill();
  c.stroke();
  c.fillStyle = colour('ink');
  c.textAlign = 'center';
  c.fillText(short, x, y);
}

/** The losses of training and validation. */
export function drawCurves(canvas, epochs) {
  const line = (name, role) => ({ points: epochs.filter((epoch) => epoch[name] !== null).map((epoch) => [epoch.epoch, Number(epoch[name])]), role });
  const lines = [line('train', 'accent'), line('validation', 'c1')];
  chart(canvas, { lines, height: 150, log: true, xLabel: 'epoch; blue training, orange validation' });
}

/** The norm of the gradient of each weight matrix in the last step. */
export function drawNorms(container, norms) {
  const weights = norms.filter(({ name }) => name.endsWith('weight'));
  if (!weights.length) {
    container.replaceChildren(el('p', { class: 'hint' }, 'After the first step: how much of the gradient reaches each layer.'));
    return;
  }
  const size = (x) => Math.max(0, Math.log10(Math.max(Number(x), 1e-6)) + 6);
  const most = Math.max(...weights.map(({ gradient }) => size(gradient)), 1);
  const rows = weights.flatMap(({ name, gradient }) => {
    const bar = el('div', { class: 'bar' });
    bar.style.width = `${(100 * size(gradient)) / most}%`;
    return [el('span', {}, name.replace('.weight', '').replace('hidden.', 'hidden ')), el('div', {}, bar), el('b', {}, digits(gradient, 3))];
  });
  container.replaceChildren(el('div', { class: 'bars' }, ...rows));
}

/** The picture of the outputs in words. */
export function outputLabel({ made, picture: { header } }) {
  const quality = header.train.accuracy === null ? `training loss ${digits(header.train.loss, 3)}` : `${Math.round(100 * header.train.accuracy)} % of the training examples right`;
  const what = made.task === 'classification' ? `Regions of ${made.classes} classes` : 'Fitted values';
  return `${what} with the examples; epoch ${header.epoch}, ${quality}`;
}
