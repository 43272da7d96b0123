// serving.mjs: a site in a temporary folder that a test writes in, and `docproof serve` for it. DOCPROOF names the program.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A site, and how to write its files. */
const makeSite = (files) => {
  const folder = mkdtempSync(join(tmpdir(), 'docproof-serve-'));
  const write = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    // At once, as most editors save: of a file that is written in place a busy machine may show the half.
    const [to, made] = [join(folder, path), join(folder, '.new')];
    writeFileSync(made, text);
    renameSync(made, to);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { folder, write };
};

/** The program on a free port, or on this one. */
const start = (folder, options, port = 0) => new Promise((resolve, reject) => {
  const words = ['serve', '--site', folder, '--port', String(port), '--editor', 'vscode', ...options];
  const child = spawn(process.env.DOCPROOF, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => {
    said += data;
    const address = /serving (http:\S+)\//.exec(said)?.[1];
    if (address) resolve({ child, address, port: Number(address.split(':').at(-1)) });
  });
  child.on('exit', () => reject(new Error(`serve has ended: ${said}`)));
});

const stop = ({ child }) => new Promise((resolve) => {
  if (child.exitCode !== null || child.signalCode !== null) resolve();
  child.on('exit', resolve);
  child.kill('SIGINT');
});

/**
 * Serves a site for `body`, which gets how to write files, pages that fail the gate when a script fails, the server's address, what goes away
 * and comes back, and how to hold.
 */
export const serving = async (bench, gate, files, options, body) => {
  if (!process.env.DOCPROOF) throw new Error('DOCPROOF does not name the program');
  const { folder, write } = makeSite(files);
  let server = await start(folder, options);
  const context = await bench.browser.newContext({ viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(20_000);
  const hold = (condition, what) => bench.hold(condition, 'serve', gate, what);
  const open = async () => {
    const page = await context.newPage();
    page.on('pageerror', (error) => bench.fail('serve', gate, `error: ${error.stack ?? error}`));
    page.on('dialog', (dialog) => { bench.fail('serve', gate, 'a script of the text ran'); dialog.dismiss(); });
    bench.opened += 1;
    return page;
  };
  const goAway = () => stop(server);
  const comeBack = async () => { server = await start(folder, options, server.port); };
  try {
    await body({ write, open, address: server.address, goAway, comeBack, hold });
  } catch (error) {
    const at = /\((.*\/gates\/.*)\)/.exec(error.stack ?? '');
    bench.fail('serve', gate, `${String(error.message ?? error).split('\nCall log')[0]} ${at ? `at ${at[1]}` : ''}`);
  } finally {
    await context.close();
    await stop(server);
    rmSync(folder, { recursive: true });
  }
};
