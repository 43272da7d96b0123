// chromium.mjs: one Chromium for all gates. Prints where gates reach it, and ends it when standard input closes: so it never
// outlives the test that started it, however that ends. The installed one is taken; nothing is downloaded.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Says what is missing and ends with the code that means "left out". */
export const missing = (what) => {
  console.log(`left out: ${what}`);
  process.exit(3);
};

/** The driver; from npm, so perhaps not there. */
export const driver = () => import('playwright-core').then(({ chromium }) => chromium)
  .catch(() => missing('playwright-core is not installed: npm ci --prefix tests/browser'));

const installed = () => {
  const folders = (process.env.PATH ?? '').split(delimiter);
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    for (const folder of folders) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch { /* not here */ }
    }
  }
  return missing('there is no Chromium on the search path');
};

/** How it is started: in a container it is root's, and shared memory is small. */
export const options = () => ({
  executablePath: installed(), headless: true, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
});

if (process.argv[2] === 'serve') {
  const server = await (await driver()).launchServer(options());
  console.log(server.wsEndpoint());
  process.stdin.resume().on('end', () => server.close().then(() => process.exit(0)));
}
