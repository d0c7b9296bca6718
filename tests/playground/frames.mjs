// How fast the playground is in a real, headless Chromium, in both shells: a network 2-16-16-3 in training on the spiral,
// with batches of 32. Prints the first paint of a page that was never loaded before, the frames per second of the browser
// and the longest time between two of them, the pictures per second that the page draws, the time of its main thread per
// frame, and the training steps per second.
//
//   node tests/playground/frames.mjs [--install] [--static] [--native] [--profile FOLDER] [--screenshots FOLDER]
//
// needs what `run.mjs` needs, with `cargo build --release --features playground`. --profile writes where the main thread
// spends its time, for the developer tools of Chromium. The time of the main thread contains filling the pixels of the
// canvases: this Chromium has no GPU.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { opened, options, shells } from './shells.mjs';

const SET_UP = 'network?data=spiral&hidden=16-16&activation=relu&optimizer=adam&rate=0.01&batch=32&epochs=100000&validation=0&seed=7';
/** Seconds of training before the measurement, and of the measurement. */
const WARM_UP = 3;
const SECONDS = 10;

const option = (name) => (options.includes(name) ? options[options.indexOf(name) + 1] : null);

/** Counts the frames of the browser, and those for which the page asks: it draws a picture in each of them. */
function count() {
  const request = window.requestAnimationFrame.bind(window);
  const counts = { frames: 0, longest: 0, pictures: 0, drawing: 0, slowest: 0 };
  let last;
  const frame = (now) => {
    counts.frames += 1;
    if (last !== undefined) counts.longest = Math.max(counts.longest, now - last);
    last = now;
    request(frame);
  };
  request(frame);
  window.requestAnimationFrame = (draw) => request((now) => {
    const begin = performance.now();
    draw(now);
    const time = performance.now() - begin;
    counts.pictures += 1;
    counts.drawing += time;
    counts.slowest = Math.max(counts.slowest, time);
  });
  window.measured = () => ({ ...counts, at: performance.now() });
  window.forget = () => {
    Object.assign(counts, { frames: 0, longest: 0, pictures: 0, drawing: 0, slowest: 0 });
    return performance.now();
  };
}

const wait = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));

/** The step that the page shows, and the steps per second that it counts. */
async function shown(page) {
  const status = await page.getByText(/^step [\d,]+, [\d,]+ steps per second$/).innerText();
  return status.match(/[\d,]+/g).slice(0, 2).map((number) => Number(number.replaceAll(',', '')));
}

/** How long the main thread has been busy, in seconds, and the part of it in which it runs scripts. */
async function busy(developer) {
  const { metrics } = await developer.send('Performance.getMetrics');
  return ['TaskDuration', 'ScriptDuration'].map((name) => metrics.find((metric) => metric.name === name).value);
}

async function measure(browser, address, name) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(count);
  await page.goto(`${address}#${SET_UP}`);
  await page.waitForSelector('body[data-ready=network]');
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
  const ready = await page.evaluate(() => performance.now());
  await page.getByRole('button', { name: '▶ Train' }).click();
  await wait(WARM_UP);
  const developer = await context.newCDPSession(page);
  await developer.send('Performance.enable');
  if (option('--profile')) {
    await developer.send('Profiler.enable');
    await developer.send('Profiler.start');
  }
  const [before, [step]] = [await busy(developer), await shown(page)];
  const start = await page.evaluate(() => window.forget());
  await wait(SECONDS);
  const [after, [end, claimed]] = [await busy(developer), await shown(page)];
  const counts = await page.evaluate(() => window.measured());
  if (option('--profile')) {
    const { profile } = await developer.send('Profiler.stop');
    writeFileSync(path.join(option('--profile'), `frames-${name}.cpuprofile`), JSON.stringify(profile));
  }
  if (option('--screenshots')) await page.screenshot({ path: path.join(option('--screenshots'), `frames-${name}.png`) });
  await context.close();
  const seconds = (counts.at - start) / 1000;
  return {
    'first paint, ms': Math.round(paint),
    'ready to train, ms': Math.round(ready),
    'frames per second': (counts.frames / seconds).toFixed(1),
    'longest time between frames, ms': counts.longest.toFixed(1),
    'pictures per second': (counts.pictures / seconds).toFixed(1),
    'drawing, ms/picture': (counts.drawing / counts.pictures).toFixed(2),
    'longest drawing, ms': counts.slowest.toFixed(1),
    'scripts, ms/frame': ((1000 * (after[1] - before[1])) / counts.frames).toFixed(2),
    'main thread, ms/frame': ((1000 * (after[0] - before[0])) / counts.frames).toFixed(2),
    'steps per second': Math.round((end - step) / seconds),
    'steps per second that the page shows': claimed,
  };
}

const results = {};
for (const [name, start] of shells) {
  // A browser of its own, which has compiled nothing yet.
  const browser = await opened();
  const { address, end } = await start();
  try {
    results[name] = await measure(browser, address, name);
  } finally {
    end();
    await browser.close();
  }
}
const row = (title, values) => console.log(title.padEnd(38), ...values.map((value) => String(value).padStart(12)));
row('', Object.keys(results));
const [first = {}] = Object.values(results);
for (const title of Object.keys(first)) row(title, Object.values(results).map((result) => result[title]));
