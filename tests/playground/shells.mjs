// The playground in a real, headless Chromium: the browser, and the two shells that it opens, as `wengert playground` and as
// a static folder with WebAssembly. `run.mjs` checks what they show, `frames.mjs` measures how fast they are.

import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '..', '..');
const target = process.env.CARGO_TARGET_DIR ?? path.join(root, 'target');
const packages = path.join(target, 'playground-tests');
export const options = process.argv.slice(2);

function giveUp(reason) {
  console.log(`the playground is not opened in a browser: ${reason}`);
  process.exit(options.includes('--if-possible') ? 0 : 1);
}

if (options.includes('--install')) {
  mkdirSync(packages, { recursive: true });
  copyFileSync(path.join(here, 'package.json'), path.join(packages, 'package.json'));
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent'], { cwd: packages, stdio: 'inherit' });
  } catch {
    console.log('npm cannot install the packages');
  }
}

const chromium = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => file && existsSync(file));
if (!chromium) giveUp('there is no Chromium');
if (!existsSync(path.join(packages, 'node_modules/playwright-core'))) giveUp('playwright-core is not installed; run with --install');
const require = createRequire(path.join(packages, 'package.json'));
const playwright = require('playwright-core');
/** The text of axe-core. */
export const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
/** The program with the playground. */
export const program = ['release', 'debug'].map((profile) => path.join(target, profile, 'wengert')).find((file) => existsSync(file) && canServe(file));
if (!program) giveUp('there is no program; run cargo build --features playground');

/** Whether a program was compiled with the playground. */
function canServe(file) {
  try {
    execFileSync(file, ['playground', '--request', '{"do":"lists"}'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The address of a static server of a folder. Modules that a small page has in one file are those of its source. */
function served(folder) {
  const kinds = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', wasm: 'application/wasm', json: 'application/json' };
  const server = createServer((request, response) => {
    const name = path.normalize(new URL(request.url, 'http://x').pathname).replace(/\/$/, '/index.html');
    const file = [folder, path.join(root, 'crates/playground/page')].map((place) => path.join(place, name)).find((file) => existsSync(file));
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': kinds[path.extname(file).slice(1)] ?? 'text/plain' }).end(readFileSync(file));
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done({ address: `http://127.0.0.1:${server.address().port}/`, end: () => server.close() })));
}

/** The address of the program's own server. */
async function native() {
  const child = spawn(program, ['playground', '--no-open'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const address = await new Promise((done, failed) => {
    lines.once('line', done);
    child.once('exit', () => failed(new Error('the server ended')));
  });
  return { address, end: () => child.kill() };
}

/** The names of the shells, and what starts them: their address, and how to end them. */
export const shells = [];
const folder = path.join(target, 'playground');
if (!options.includes('--static')) shells.push(['native', native]);
if (options.includes('--native')) console.log('the static folder is left out');
else if (existsSync(path.join(folder, 'engine.wasm'))) shells.push(['WebAssembly', () => served(folder)]);
else console.log('the static folder is not opened: run crates/playground/build-wasm.sh');

/** A Chromium without a window. */
export const opened = () => playwright.chromium.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
