// The chapters of the documentation, each with the set-up of the page that shows its subject.

import { el } from './dom.js';

/** The folder of the chapters. */
const FOLDER = 'https://github.com/wengert/wengert/blob/main/docs/';

/** Set-up, chapter, title. Each chapter contains its set-up, and the table in `docs/playground.md` all of them. */
export const CHAPTERS = [
  ['graph', 'graphs/forward-vs-reverse.md', 'Forward and reverse sweeps'],
  ['graph?f=a*b*c*d*f*g&at=a:1,b:2,c:3,d:4,f:5,g:6', 'modes.md', 'Choosing a mode'],
  ['graph?mode=forward', 'modes/forward.md', 'Forward mode'],
  ['graph?f=1/(1+%2B+exp(-(w1*x1+%2B+w2*x2+%2B+b)))&at=w1:0.5,x1:2,w2:-1,x2:1,b:0.3', 'modes/reverse.md', 'Reverse mode'],
  ['graph?f=sin(x)*cos(y)+%2B+x*y/4&at=x:1,y:-0.5', 'modes/seeing.md', 'Inspecting graphs'],
  ['graph?f=relu(x)+%2B+abs(y)&at=x:0,y:0', 'rules/kinks.md', 'Kinks and branches'],
  ['descent?f=(x^2+%2B+50*y^2)/2&race=sgd:0.039', 'least-squares/condition-number.md', 'The condition number'],
  ['descent?f=(x^2+%2B+50*y^2)/2&race=sgd:0.02,momentum:0.01', 'optimizers/momentum.md', 'Momentum'],
  ['descent?race=sgd:0.1,momentum:0.02,adam:0.2,rmsprop:0.1', 'optimizers/race.md', 'A race of optimizers'],
  ['descent?f=(x^2+-+y^2)/2+%2B+y^4/20&window=-4,4,-4,4&start=-3,0.02', 'optimizers/saddles.md', 'Saddles in many dimensions'],
  ['descent?eta=0.1&from=3', 'stochastic/region-of-confusion.md', 'The region of confusion'],
  ['descent?eta=0.5&from=6', 'stochastic/good-start-bad-finish.md', 'A good start and a bad finish'],
  ['descent?noise=2', 'stochastic/gradient-noise.md', 'The noise of mini-batch gradients'],
  ['descent?batch=10', 'stochastic/batch-size.md', 'The batch size'],
  ['descent?race=sgd:0.01&steps=600', 'limits/gradient-flow.md', 'Gradient flow'],
  ['descent?eta=0.3&batch=2', 'limits/gibbs.md', 'The Gibbs distribution of SGD'],
  ['descent?f=(x^2+-+1)^2+%2B+x/4+%2B+y^2/2&window=-2,2,-1.5,1.5&start=1.7,1&noise=3', 'limits/escape.md', 'Escape from a well'],
  ['descent?f=(x^2+-+1)^2/4+%2B+x/10+%2B+y^2/2&window=-2,2,-1.5,1.5&start=0.2,1', 'limits/basins.md', 'Basins of attraction'],
  ['network?data=sine&hidden=8&activation=relu', 'networks/relu-corners.md', 'Corners of ReLU units'],
  ['network?data=step&hidden=32', 'networks/universal.md', 'One hidden layer approximates anything'],
  ['network?data=moons&hidden=8-8-8-8-8-8&activation=sigmoid', 'networks/saturation.md', 'Vanishing gradients'],
  ['network?data=moons&hidden=16-16&init=normal&seed=3', 'networks/initialisation.md', 'Initial weights'],
  ['network?data=circles&hidden=16&activation=relu&rate=1', 'networks/dead-units.md', 'Dead units'],
  ['network?hidden=16-16&activation=relu&schedule=cosine&epochs=200', 'optimizers/schedules.md', 'Schedules and clipping'],
  ['classifier?data=digits', 'losses/linear-classifier.md', 'Three views of a linear classifier'],
  ['classifier?rate=1', 'losses/separable.md', 'Separable data'],
];

/** The chapters about the subjects of a tab, with links to them and to their set-ups. */
export function chaptersOf(tab) {
  const own = CHAPTERS.filter(([setUp]) => setUp.split('?')[0] === tab);
  const item = ([setUp, path, title]) => el('li', {},
    el('a', { href: `${FOLDER}${path}`, target: '_blank', rel: 'noreferrer' }, title), ' ',
    el('a', { href: `#${setUp}`, 'aria-label': `Set-up of ${title}`, class: 'set-up' }, 'set-up'));
  return el('nav', { class: 'chapters', 'aria-label': 'Chapters' }, el('h2', {}, 'Chapters'), el('ul', {}, ...own.map(item)));
}
