// remarkable.mjs: what remarkable 1.7.4 makes of texts, with the options that Docusaurus 1.12 gives it.
// A list of texts comes in as JSON, a list of HTML goes out. Ends with 3 when the package is missing.
import { readFileSync } from 'node:fs';

let Remarkable;
try {
  ({ default: Remarkable } = await import('remarkable'));
} catch {
  console.log('left out: run `npm ci --prefix tests/browser`');
  process.exit(3);
}
const markdown = new Remarkable({ html: true, linkify: true, langPrefix: 'hljs css language-' });
// Some texts are too much for it.
const rendered = (text) => {
  try {
    return markdown.render(text);
  } catch (error) {
    return `<p>remarkable threw: ${error.message}</p>`;
  }
};
const texts = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(texts.map(rendered)));
