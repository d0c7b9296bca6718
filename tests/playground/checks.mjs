// What the page must show, in either shell.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const TABS = ['graph', 'descent', 'network', 'classifier'];
/** A training that is short: its data, and the options of `wengert train`. */
const RUN = { data: 'moons', hidden: '8', activation: 'tanh', optimizer: 'adam', rate: 0.02, schedule: 'cosine', batch: 32, epochs: 4, seed: 5 };
const COMMAND = 'train moons --hidden 8 --activation tanh --optimizer adam --lr 0.02 --schedule cosine --batch-size 32 --epochs 4 --seed 5 --json';

/** The numbers of a tensor of a safetensors file, all of which are `F32`. */
function savedTensor(file, name) {
  const bytes = readFileSync(file);
  const length = Number(bytes.readBigUInt64LE());
  const [begin, end] = JSON.parse(bytes.subarray(8, 8 + length))[name].data_offsets;
  return Array.from({ length: (end - begin) / 4 }, (_, i) => bytes.readFloatLE(8 + length + begin + 4 * i));
}

/** Runs all checks on one shell; returns the number of failures. */
export async function checks({ browser, address, name, axe, program, screenshots }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  const problems = [];
  const host = new URL(address).host;
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.protocol !== 'blob:' && url.host !== host) problems.push(`a request to ${url.host}`);
  });
  const go = async (fragment) => {
    await page.goto('about:blank');
    await page.goto(`${address}#${fragment}`);
    await page.waitForSelector(`body[data-ready=${fragment.split('?')[0]}]`);
  };
  const shell = { page, go, name, program, address, isNative: name === 'native' };
  let failures = 0;
  const all = { ...TESTS, 'axe-core finds nothing serious': (shell) => accessible(shell, axe) };
  for (const [title, test] of Object.entries(all)) {
    try {
      await test(shell);
      assert.deepEqual(problems.splice(0), [], 'the console is silent, and no other host is asked');
      console.log(`ok    ${name}: ${title}`);
    } catch (error) {
      failures += 1;
      console.log(`FAILED ${name}: ${title}\n${error.stack}`);
    }
  }
  if (screenshots) await pictures(browser, address, name, screenshots);
  await context.close();
  return failures;
}

const text = (page, selector) => page.locator(selector).first().innerText();
const press = (page, button) => page.locator('section:not([hidden])').getByRole('button', { name: button, exact: true }).click();

const TESTS = {
  async 'the page paints within a second'({ page, go }) {
    await go('network');
    const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
    assert.ok(paint < 1000, `first paint after ${paint} ms`);
  },

  async 'the graph of the first example has 88, 140 and 24'({ page, go }) {
    await go('graph');
    assert.equal(await text(page, '[data-value]'), '88');
    assert.equal(await text(page, '[data-gradient=x]'), '140');
    assert.equal(await text(page, '[data-gradient=y]'), '24');
    assert.match(await text(page, '#panel-graph .story'), /x gets 11 · 12 = 132/);
  },

  async 'a sweep can be stepped through, in both modes'({ page, go }) {
    await go('graph');
    const slider = page.getByLabel('Step of the sweep');
    await slider.fill('1');
    assert.match(await text(page, '#panel-graph .story'), /^Step 1 of 4\. v5 = v2 \* v4 passes on/);
    assert.equal(await page.locator('#panel-graph svg .active path, #panel-graph svg path.active').count(), 2);
    await press(page, 'Step forward');
    assert.match(await text(page, '#panel-graph .story'), /^Step 2 of 4/);
    await press(page, 'Forward');
    assert.match(await text(page, '#panel-graph .story'), /its tangent .* = 140\.$/);
    assert.match(page.url(), /mode=forward/);
  },

  async 'a formula that is wrong is explained, and one with new variables is drawn'({ page, go }) {
    await go('graph');
    const formula = page.getByLabel('Formula', { exact: true });
    await formula.fill('sine(x)');
    await page.getByRole('alert').filter({ hasText: 'unknown function' }).waitFor();
    await formula.fill('a*b + sin(c)');
    await page.locator('[data-gradient=c]').waitFor();
    assert.equal(await text(page, '[data-gradient=a]'), '1');
    assert.equal(await text(page, '#panel-graph .bars b'), '21 operations');
  },

  async 'the point can be moved with the keyboard'({ page, go }) {
    await go('graph');
    await page.locator('#panel-graph canvas.pad').press('ArrowRight');
    await page.waitForFunction(() => document.querySelector('[data-value]').textContent !== '88');
    // x^3 (x + 3y) at (2.1, 3).
    assert.equal(await text(page, '[data-value]'), '102.7971');
  },

  async 'optimizers descend, and the set-up is in the address'({ page, go }) {
    await go('descent');
    const value = await text(page, '[data-optimizer=sgd]');
    assert.match(value, /^value 1\.50e−13$/);
    await press(page, 'Saddle');
    await page.waitForFunction(() => location.hash.includes('y^4') || location.hash.includes('y%5E4'));
    await page.getByLabel('Add an optimizer').selectOption('rmsprop');
    await page.locator('[data-optimizer=rmsprop]').waitFor();
    await page.reload();
    await page.locator('[data-optimizer=rmsprop]').filter({ hasText: 'value' }).waitFor();
  },

  async 'a network trains to the numbers of the program'(shell) {
    const { page, go, program, isNative } = shell;
    await go(`network?${new URLSearchParams(RUN)}`);
    await press(page, '▶ Train');
    await page.getByText('All epochs are over.').waitFor();
    const shown = await page.evaluate(async () => {
      const { ask } = await import('./engine.js');
      const { header, arrays } = await ask({ do: 'picture', slot: 0, view: { side: 2, window: [0, 1, 0, 1] } });
      return { train: header.train, validation: header.validation, parameters: [...arrays.parameters.data] };
    });
    const folder = mkdtempSync(path.join(tmpdir(), 'wengert-playground-'));
    const model = path.join(folder, 'model.safetensors');
    const report = JSON.parse(execFileSync(program, [...COMMAND.split(' '), '--save', model], { encoding: 'utf8' }));
    const parameters = ['hidden.0.weight', 'hidden.0.bias', 'out.weight', 'out.bias'].flatMap((name) => savedTensor(model, name));
    rmSync(folder, { recursive: true });
    for (const part of ['train', 'validation']) {
      const [ours, theirs] = [shown[part].loss, report[`${part}_loss`]];
      if (isNative) assert.equal(ours, theirs, `${part}, bit for bit`);
      else assert.ok(Math.abs(ours - theirs) < 1e-5, `${part}: ${ours} and ${theirs}`);
    }
    const hash = createHash('sha256').update(Buffer.from(Float32Array.from(shown.parameters).buffer)).digest('hex');
    if (isNative) assert.equal(hash, report.params_sha256, 'the parameters, bit for bit');
    assert.equal(shown.parameters.length, parameters.length);
    const farthest = Math.max(...parameters.map((value, i) => Math.abs(value - shown.parameters[i])));
    assert.ok(isNative ? farthest === 0 : farthest < 1e-5, `a parameter differs by ${farthest}`);
    const percent = `${(100 * report.train_accuracy).toFixed(1)} %`;
    assert.equal(await text(page, '[data-figure=train]'), percent);
  },

  async 'a set-up that is wrong is explained, and can be changed'({ page, go }) {
    await go('network?hidden=12,8');
    const error = page.locator('#panel-network .error');
    assert.match(await error.innerText(), /hidden=12,8: .*such as 8-8/);
    await press(page, 'Circles');
    assert.match(await error.innerText(), /such as 8-8/);
    await go('network?data=moons&hidden=99999');
    assert.match(await error.innerText(), /99999/);
  },

  async 'replies have the order of the requests'({ page, go }) {
    await go('network?data=moons');
    const steps = await page.evaluate(async () => {
      const { ask } = await import('./engine.js');
      const replies = await Promise.all(Array.from({ length: 8 }, () => ask({ do: 'advance', slot: 0, steps: 50 })));
      return replies.map(({ header }) => header.step);
    });
    assert.deepEqual(steps, [50, 100, 150, 200, 250, 300, 350, 400]);
  },

  async 'the picture follows the training, the theme and the data'({ page, go }) {
    await go('network?data=moons&epochs=100000');
    const pictures = new Set();
    const look = async () => pictures.add(await page.locator('#panel-network canvas.output').evaluate((canvas) => canvas.toDataURL()));
    await look();
    await press(page, '▶ Train');
    await page.getByText(/^step [\d,]+, [\d,]+ steps per second$/).waitFor();
    await press(page, '❚❚ Pause');
    await page.getByText(/^step [\d,]+$/).waitFor();
    await look();
    await page.getByLabel('Change between light and dark').click();
    await look();
    await page.getByLabel('Change between light and dark').click();
    await press(page, 'Circles');
    await page.getByText('step 0', { exact: true }).waitFor();
    await look();
    assert.equal(pictures.size, 4);
  },

  async 'going back gives the numbers of before'({ page, go }) {
    await go(`network?${new URLSearchParams({ ...RUN, epochs: 50 })}`);
    const loss = () => text(page, '[data-figure=loss]');
    await press(page, '1 epoch');
    await page.getByText(/^step 29/).waitFor();
    const before = await loss();
    await press(page, '1 epoch');
    await page.getByText(/^step 58/).waitFor();
    assert.notEqual(await loss(), before);
    await page.getByLabel('Go back to an earlier step').fill('29');
    await page.getByText(/^step 29/).waitFor();
    assert.equal(await loss(), before);
  },

  async 'points can be drawn, and a table can be opened'({ page, go }) {
    await go('network?data=draw');
    const output = page.locator('#panel-network canvas.output');
    await output.click({ position: { x: 40, y: 40 } });
    await page.waitForFunction(() => location.hash.includes('points='));
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 9},${i % 7},${['no', 'yes'][i % 2]}`).join('\n');
    await page.getByLabel('CSV file').setInputFiles({ name: 'own.csv', mimeType: 'text/csv', buffer: Buffer.from(`size,age,sold\n${rows}\n`) });
    await page.getByLabel('Column to predict').waitFor();
    await page.locator('#panel-network .legend').filter({ hasText: 'yes' }).waitFor();
    assert.deepEqual(await page.locator('#panel-network .legend span').allInnerTexts(), ['no', 'yes', 'training', 'validation']);
  },

  async 'the exports can be taken'({ page, go }) {
    await go('network?data=moons&hidden=4');
    await press(page, 'Command');
    assert.match(await text(page, 'dialog pre'), /^wengert train moons --hidden 4 /);
    await press2(page, 'Close');
    for (const [button, file] of [['Model (ONNX)', 'model.onnx'], ['Weights (safetensors)', 'model.safetensors'], ['Data (CSV)', 'data.csv']]) {
      const download = page.waitForEvent('download');
      await press(page, button);
      assert.equal((await download).suggestedFilename(), file);
    }
  },

  async 'a curve is fitted'({ page, go }) {
    await go('network?data=sine&activation=relu');
    await press(page, '1 epoch');
    await page.getByText(/^step \d/).waitFor();
    assert.match(await text(page, '#panel-network .figures'), /validation loss/);
  },

  async 'both linear classifiers learn the clusters, and the network reads a digit'({ page, go }) {
    await go('classifier');
    await press(page, '▶ Train both');
    await page.waitForFunction(() => [...document.querySelectorAll('#panel-classifier .hint')].filter((p) => /: (9[5-9]|100)\.\d % of the training/.test(p.textContent)).length === 2);
    await press(page, '❚❚ Pause');
    await page.getByText(/The network reads 9\d\.\d % of the digits/).waitFor({ timeout: 60000 });
    const pad = page.locator('canvas.digit');
    await pad.scrollIntoViewIfNeeded();
    const box = await pad.boundingBox();
    await page.mouse.move(box.x + 140, box.y + 30);
    await page.mouse.down();
    await page.mouse.move(box.x + 140, box.y + 250, { steps: 12 });
    await page.mouse.up();
    await page.locator('[data-read=Network]').waitFor();
    assert.equal(await text(page, '[data-read=Network]'), '1');
    await page.getByLabel('Data', { exact: true }).selectOption('digits');
    await page.getByText('speaks for the digit').first().waitFor();
  },

  async 'each chapter opens its set-up'({ page, go }) {
    await go('graph');
    const chapters = await page.evaluate(async () => (await import('./chapters.js')).CHAPTERS);
    assert.ok(chapters.length > 20);
    for (const [setUp, , title] of chapters) {
      const [tab, query = ''] = setUp.split('?');
      await go(setUp);
      const panel = page.locator(`#panel-${tab}`);
      assert.equal(await panel.isVisible(), true, title);
      assert.deepEqual(await panel.getByRole('alert').filter({ hasText: /\S/ }).allInnerTexts(), [], title);
      // What the page does not know, or has as its default, is not in its address.
      const shown = new URLSearchParams(new URL(page.url()).hash.split('?')[1] ?? '');
      for (const [name, value] of new URLSearchParams(query)) assert.equal(shown.get(name), value, `${title}: ${name}`);
      assert.equal(await panel.getByRole('link', { name: title, exact: true }).count(), 1, title);
    }
    await page.getByRole('link', { name: 'Set-up of Separable data' }).click();
    await page.waitForFunction(() => location.hash === '#classifier?rate=1');
  },

  async 'the tabs work with the keyboard'({ page, go }) {
    await go('graph');
    await page.getByRole('tab', { name: 'Graph' }).focus();
    for (const tab of ['descent', 'network', 'classifier', 'graph']) {
      await page.keyboard.press('ArrowRight');
      await page.waitForSelector(`body[data-ready=${tab}]`);
      assert.equal(await page.locator(`#panel-${tab}`).isVisible(), true);
    }
  },

  async 'nothing is wider than a phone'({ page, go }) {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const tab of TABS) {
      await go(tab);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, tab);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  },
};

const press2 = (page, button) => page.locator('dialog').getByRole('button', { name: button, exact: true }).click();

/** Looks for faults of accessibility in all tabs, in both themes. */
async function accessible({ page, go }, axe) {
  const found = [];
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const tab of TABS) {
      await go(tab);
      // Not as an element: the page allows no script but its own.
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => axe.run());
      const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
      found.push(...serious.map(({ id, nodes }) => `${tab}, ${colorScheme}: ${id} at ${nodes.map((node) => node.target).slice(0, 4).join(', ')}`));
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  assert.deepEqual(found, []);
}

/** Pictures of all tabs, after some training. */
async function pictures(browser, address, name, folder) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 390]) {
      const page = await browser.newPage({ viewport: { width, height: width === 390 ? 844 : 900 }, colorScheme });
      for (const tab of TABS) {
        await page.goto('about:blank');
        await page.goto(`${address}#${tab}`);
        await page.waitForSelector(`body[data-ready=${tab}]`);
        const play = page.locator('section:not([hidden]) .primary').first();
        if (tab === 'network' || tab === 'classifier') await play.click();
        await page.waitForTimeout(tab === 'network' ? 8000 : 1500);
        await page.screenshot({ path: path.join(folder, `${name}-${tab}-${width}-${colorScheme}.png`), fullPage: width === 390 });
      }
      await page.close();
    }
  }
}
