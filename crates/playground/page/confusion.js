// Stochastic gradient descent in one dimension: its region of confusion, its speed, and where it settles.

import { digits, el, later, slider } from './dom.js';
import { ask } from './engine.js';
import { chart } from './plots.js';

/** The panel, with what it computes for the settings `eta`, `batch` and `from` of the tab. */
export function confusionPanel(tab) {
  const { state } = tab;
  const canvas = (label) => el('canvas', { class: 'diagram', role: 'img', 'aria-label': label });
  const [region, race, histogram] = [canvas('Parabolas and iterates'), canvas('Loss per gradient'), canvas('Histogram and Gibbs density')];
  const words = el('p', { class: 'hint' });
  let reply;
  const changed = later(() => compute(), 60);
  const set = (name) => (value) => {
    state[name] = value;
    changed();
  };

  async function compute() {
    reply = await ask({ do: 'confusion', parabolas: 20, start: state.from, rate: state.eta, batch: state.batch, steps: 20000, seed: state.seed });
    draw();
    tab.isHere && tab.enter();
  }

  function draw() {
    if (!reply) return;
    const { header, arrays } = reply;
    const { minimum, temperature, region: [low, high] } = header;
    words.textContent = `Between ${digits(low, 3)} and ${digits(high, 3)}, single examples disagree about the direction. Outside, every step goes the same way. `
      + `The temperature is η s² / 2B = ${digits(temperature, 3)}.`;
    drawRegion(arrays, { low, high, minimum });
    const points = (name) => [...arrays[name].data].slice(0, 60).map((y, i) => [i, y]);
    chart(race, {
      lines: [{ points: points('stochastic'), role: 'c1' }, { points: points('full'), role: 'c0' }], height: 190, log: true,
      xLabel: 'passes; orange SGD, blue full batch',
    });
    const middles = arrays.middles.data;
    const at = (name) => [...arrays[name].data].map((y, i) => [middles[i], y]);
    const top = 1.08 * Math.max(...arrays.bars.data, ...arrays.gibbs.data);
    const width = middles[1] - middles[0];
    chart(histogram, {
      lines: [{ points: at('gibbs'), role: 'accent', width: 2.5 }], bars: { points: at('bars'), width, role: 'c1' }, height: 190,
      window: [middles[0] - width, middles.at(-1) + width, 0, top], xLabel: 'x; bars SGD, line Gibbs density',
    });
  }

  function drawRegion({ centres, path }, { low, high, minimum }) {
    const reach = Math.max(Math.abs(state.from), Math.abs(low), Math.abs(high)) + 0.6;
    const xs = Array.from({ length: 61 }, (_, i) => -reach + (2 * reach * i) / 60);
    const parabola = (c) => xs.map((x) => [x, (x - c) ** 2 / 2]);
    const spread = [...centres.data].reduce((sum, c) => sum + (c - minimum) ** 2, 0) / centres.data.length / 2;
    const mean = (x) => (x - minimum) ** 2 / 2 + spread;
    const lines = [...centres.data].map((c) => ({ points: parabola(c), role: 'muted', width: 0.8, alpha: 0.45 }));
    lines.push({ points: xs.map((x) => [x, mean(x)]), role: 'accent', width: 3 });
    lines.push({ points: [...path.data].slice(0, 60).map((x) => [x, mean(x)]), role: 'c1', width: 1.6 });
    const top = mean(reach);
    lines.push({ points: [[low, 0], [low, top]], role: 'warm', dashed: true }, { points: [[high, 0], [high, top]], role: 'warm', dashed: true });
    chart(region, { lines, height: 190, window: [-reach, reach, 0, top], xLabel: 'x; dashed: the region of confusion' });
  }

  const node = el('div', { class: 'panel wide stack' }, el('h2', {}, 'Stochastic gradient descent in one dimension'),
    el('p', {}, 'Each example is a parabola; their mean is minimised with the gradients of a few examples at a time.'),
    el('div', { class: 'grid3' }, slider('Rate η', [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2], state.eta, set('eta')),
      slider('Batch size B', [1, 2, 4, 8, 16, 20], state.batch, set('batch')), slider('Start', [-6, -4, -2, 0, 2, 4, 6], state.from, set('from'))),
    words,
    el('div', { class: 'grid3' }, region, race, histogram));
  return { node, compute, draw };
}
