// gate.mjs: runs one gate, `gates/NAME.mjs`, against sites that are built: `node gate.mjs NAME own=FOLDER fixture=FOLDER ...`.
// A gate exports a function that gets a Bench. Ends with 0 when the gate holds, 1 when it does not, 3 when a tool is missing.
// With DOCPROOF_CHROMIUM, an address from chromium.mjs, that browser is used, and else one of its own.
import { Bench } from './bench.mjs';
import { driver, options } from './chromium.mjs';

const [name, ...pairs] = process.argv.slice(2);
const chromium = await driver();
const shared = process.env.DOCPROOF_CHROMIUM;
const browser = shared ? await chromium.connect(shared) : await chromium.launch(options());
const bench = new Bench(browser, Object.fromEntries(pairs.map((pair) => pair.split('='))));
const start = performance.now();
try {
  const { default: gate } = await import(`./gates/${name}.mjs`);
  await gate(bench);
} catch (error) {
  bench.fail(name, 'the gate itself', error.stack ?? error);
}
await browser.close();
const failures = [...new Set(bench.failures)];
for (const failure of failures.slice(0, 100)) console.log(failure);
console.log(`${name}: ${failures.length} failures, ${bench.opened} pages, ${((performance.now() - start) / 1000).toFixed(1)} s`);
process.exit(failures.length ? 1 : 0);
