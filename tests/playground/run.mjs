// Opens the playground in a real, headless Chromium, from the native server and as a static folder with WebAssembly,
// goes through its tabs, and compares its numbers with those of the program.
//
//   node tests/playground/run.mjs [--install] [--if-possible]
//
// needs `cargo build --features playground` (or --release), for the static folder `crates/playground/build-wasm.sh`,
// and a Chromium: that of the system, or of the variable CHROMIUM. --install installs playwright-core and axe-core in
// `target/playground-tests`; with --if-possible, what is missing ends the test without a failure. --screenshots FOLDER
// writes pictures of all tabs. --static and --native test one of both.

import { checks } from './checks.mjs';
import { axe, opened, options, program, shells } from './shells.mjs';

const screenshots = options.includes('--screenshots') ? options[options.indexOf('--screenshots') + 1] : null;
const browser = await opened();
let failures = 0;
for (const [name, start] of shells) {
  const { address, end } = await start();
  try {
    failures += await checks({ browser, address, name, axe, program, screenshots });
  } finally {
    end();
  }
}
await browser.close();
console.log(failures ? `${failures} checks failed` : 'all checks passed');
process.exit(failures ? 1 : 0);
