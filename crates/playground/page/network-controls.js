// The settings of a network.

import { choice, el, field, numeric, segmented, slider } from './dom.js';

const RATES = [1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3];
const FIRST = {
  activations: ['tanh', 'relu', 'sigmoid', 'gelu', 'silu', 'leaky_relu', 'elu', 'softplus', 'sin'],
  optimizers: ['adam', 'sgd', 'momentum', 'rmsprop', 'adamw', 'adagrad', 'lion', 'muon'],
};

/** Names, the usual ones first. */
const names = (entries, first = []) => {
  const all = entries.map(({ name }) => name);
  return [...first.filter((name) => all.includes(name)), ...all.filter((name) => !first.includes(name))];
};

/** The controls in the bar above, and those for more settings. */
export function controls(tab) {
  const { state, lists } = tab;
  const set = (name) => (value) => tab.set({ [name]: value });
  const text = (name) => (RATES.includes(state.rate) ? String(name) : name);
  const rate = slider('Learning rate', RATES, state.rate, set('rate'), text);
  const optimizer = (name) => {
    const typical = lists.optimizers.find((entry) => entry.name === name)?.rate ?? state.rate;
    // The typical rate of Adam is for longer runs than these.
    const next = ['adam', 'adamw'].includes(name) ? 0.01 : typical;
    rate.set(next);
    tab.set({ optimizer: name, rate: next });
  };
  const bar = [
    rate,
    field('Activation', choice(names(lists.activations, FIRST.activations), state.activation, set('activation'))),
    field('Optimizer', choice(names(lists.optimizers, FIRST.optimizers), state.optimizer, optimizer)),
    field('Batch size', choice([1, 4, 8, 16, 32, 64, 128, 256].map(String), String(state.batch), (value) => tab.set({ batch: Number(value) }))),
    el('div', { class: 'field speed' }, el('span', { class: 'hint' }, 'Speed'),
      segmented('Speed', [['slow', 'step'], ['epoch', 'epoch'], ['fast', 'fast']], tab.speed, (speed) => { tab.speed = speed; })),
  ];
  const number = (name, low, high, step) => numeric(state[name], { min: low, max: high, step }, set(name));
  const losses = [['', 'default of the data'], ...names(lists.losses).filter((name) => name !== 'probability_cross_entropy').map((name) => [name, name])];
  const more = el('div', { class: 'grid2' },
    field('Loss', choice(losses, state.loss, set('loss'))),
    field('Initialisation', choice([['', 'default of the activation'], ...names(lists.initialisers).map((name) => [name, name])], state.init, set('init'))),
    field('Schedule', choice(names(lists.schedules, ['constant', 'cosine']), state.schedule, set('schedule'))),
    field('Epochs', number('epochs', 1, 100000, 1)),
    field('Dropout', number('dropout', 0, 0.9)),
    field('Weight decay', number('decay', 0, 100)),
    field('Early stopping', number('patience', 0, 100000, 1), 'epochs without improvement; 0 for none'),
    field('Share for validation', number('validation', 0, 0.9)),
    field('Seed', number('seed', 0, 2 ** 53 - 1, 1)),
    field('Exact learning rate', number('rate', 1e-8, 1e4)));
  return { bar, more };
}
