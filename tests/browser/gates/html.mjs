// html.mjs: the Nu HTML checker finds no error on any page of any of the sites. It needs Java.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { missing } from '../chromium.mjs';

const checked = (jar, folders) => new Promise((done, failed) => {
  // A run is over before Java's second compiler would pay; the first one wants a larger stack than the checker asks for.
  const child = spawn('java', ['-Xss8m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-jar', jar, '--format', 'json', '--stdout', '--exit-zero-always', '--skip-non-html', ...folders]);
  let said = '', trouble = '';
  child.on('error', () => missing('there is no Java for the HTML checker'));
  child.stdout.on('data', (part) => { said += part; });
  child.stderr.on('data', (part) => { trouble += part; });
  child.on('close', () => { try { done(JSON.parse(said)); } catch { failed(new Error(trouble || said)); } });
});

export default async (bench) => {
  const jar = join(dirname(createRequire(import.meta.url).resolve('vnu-jar/package.json')), 'build/dist/vnu.jar');
  const { messages } = await checked(jar, Object.values(bench.folders));
  for (const { type, subType, url, lastLine, firstColumn, message, extract } of messages) {
    const file = decodeURIComponent(new URL(url ?? 'file:///').pathname);
    const [name, folder] = Object.entries(bench.folders).find(([, folder]) => file.startsWith(folder)) ?? ['', '/'];
    const place = `${name} ${relative(folder, file)}:${lastLine ?? 0}:${firstColumn ?? 0}`;
    if (type === 'info' && process.env.DOCPROOF_WARNINGS) console.log(`${place} [${subType ?? type}]: ${message}  ${extract ?? ''}`);
    if (type !== 'info') bench.fail(place, type, `${message}  ${(extract ?? '').replace(/\s+/g, ' ')}`);
  }
};
