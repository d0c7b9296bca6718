// The tabs of the page.

import { fromAddress } from './address.js';
import { chaptersOf } from './chapters.js';
import { el, say } from './dom.js';
import { ask, engineName } from './engine.js';
import * as classifier from './classifier.js';
import * as descent from './descent.js';
import * as graph from './graph.js';
import * as network from './network.js';
import { forgetColours } from './plots.js';

const TABS = { graph, descent, network, classifier };
const shown = {};
let current;

/** Shows a tab, with the parameters of an address or as it was left. */
async function show(name, parameters) {
  if (current && current !== name) shown[current]?.leave?.();
  current = name;
  for (const key of Object.keys(TABS)) {
    const isShown = key === name;
    document.getElementById(`tab-${key}`).setAttribute('aria-selected', String(isShown));
    document.getElementById(`tab-${key}`).tabIndex = isShown ? 0 : -1;
    document.getElementById(`panel-${key}`).hidden = !isShown;
  }
  const panel = document.getElementById(`panel-${name}`);
  try {
    if (!shown[name] || parameters) {
      shown[name]?.leave?.();
      panel.replaceChildren();
      shown[name] = await TABS[name].open(panel, parameters ?? {}, await lists);
      panel.append(chaptersOf(name));
    }
    shown[name].enter?.();
  } catch (error) {
    panel.append(el('p', { class: 'error', role: 'alert' }, error.message));
  }
  document.body.dataset.ready = name;
}

function build() {
  const tabs = document.getElementById('tabs');
  for (const [name, { TITLE }] of Object.entries(TABS)) {
    tabs.append(el('button', {
      type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': `panel-${name}`, onclick: () => show(name),
    }, TITLE));
    document.getElementById('main').append(el('section', {
      role: 'tabpanel', id: `panel-${name}`, 'aria-labelledby': `tab-${name}`, hidden: true,
    }));
  }
  tabs.addEventListener('keydown', (event) => {
    const names = Object.keys(TABS);
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    event.preventDefault();
    const next = names[(names.indexOf(current) + move + names.length) % names.length];
    show(next);
    document.getElementById(`tab-${next}`).focus();
  });
  document.getElementById('share').addEventListener('click', share);
  document.getElementById('theme').addEventListener('click', changeTheme);
}

async function share() {
  try {
    await navigator.clipboard.writeText(location.href);
    say('The address of this set-up was copied.');
    const button = document.getElementById('share');
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy link'; }, 1500);
  } catch {
    prompt('The address of this set-up', location.href);
  }
}

function changeTheme() {
  const isDark = getComputedStyle(document.documentElement).colorScheme.includes('dark');
  document.documentElement.dataset.theme = isDark ? 'light' : 'dark';
  redraw();
}

function redraw() {
  forgetColours();
  Object.values(shown).forEach((tab) => tab.redraw?.());
}

// A file that misses its place does not replace the page.
for (const name of ['dragover', 'drop']) document.body.addEventListener(name, (event) => event.preventDefault());

const lists = ask({ do: 'lists' }).then(({ header }) => header);

build();
engineName().then((name) => { document.getElementById('engine').textContent = name; });
const { tab, parameters } = fromAddress();
show(TABS[tab] ? tab : 'network', TABS[tab] ? parameters : undefined);
addEventListener('hashchange', () => {
  const { tab, parameters } = fromAddress();
  if (TABS[tab]) show(tab, parameters);
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
