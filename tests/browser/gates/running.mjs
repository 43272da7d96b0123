// running.mjs: an open page of `docproof serve --allow-run` runs its samples and lets them be edited; the verdict of a saved sample and
// rustc's words appear under it and go when it is mended.
import { serving } from '../serving.mjs';

const kettle = (first) => `# Kettles

\`\`\`rust
# let cups = 4;
${first}
\`\`\`

\`\`\`text
no program
\`\`\`

\`\`\`rust
println!("on the fire");
loop { std::thread::yield_now(); }
\`\`\`
`;

// The endless sample is verified, too, whenever the page is edited.
const FILES = { 'docproof.yaml': 'title: Kitchen\nverify: { timeout: 1s }\n', 'docs/kettle.md': kettle('println!("{cups} cups");') };

/** What somebody does with samples, in order. */
const running = async ({ write, open, address, goAway, comeBack, hold }) => {
  const page = await open();
  await page.goto(`${address}/docs/kettle`);
  const figure = (n) => page.locator('article figure.code').nth(n);
  const press = (n, name) => figure(n).getByRole('button', { name, exact: true }).first().click();
  const says = (n, words) => figure(n).locator('.ended', { hasText: words }).waitFor();
  const output = (n) => figure(n).locator('.output').textContent();

  await press(0, 'Run');
  await says(0, 'ended well');
  hold(await output(0) === '4 cups\n', `Run: the output is ${await output(0)}`);
  hold(await figure(1).getByRole('button', { name: 'Run' }).count() === 0, 'Run: text has the button, too');

  await press(0, 'Edit');
  const field = figure(0).getByRole('textbox');
  hold(await field.inputValue() === '# let cups = 4;\nprintln!("{cups} cups");', `Edit: the field holds ${await field.inputValue()}`);
  hold(await field.evaluate((it) => it === it.getRootNode().activeElement), 'Edit: the field has no focus');
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\nif cups > 3 {\nprintln!("many");');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Home');
  await page.keyboard.type('}');
  hold((await field.inputValue()).endsWith('{\n    println!("many");\n}'), `Edit: the lines are not indented: ${await field.inputValue()}`);
  await page.keyboard.press('Control+Enter');
  await figure(0).locator('.output', { hasText: 'many' }).waitFor();
  await page.keyboard.press('Escape');
  hold(!await field.evaluate((it) => it === it.getRootNode().activeElement), 'Edit: Escape does not leave the field');
  await field.fill('let cups: u8 = "four";');
  await page.keyboard.press('Control+Enter');
  await says(0, 'failed to compile');
  hold(/error\[E0308\][^]*docs\/kettle\.md:4:16/.test(await figure(0).locator('.error').textContent()), `an error: rustc says ${await figure(0).locator('.error').textContent()}`);

  await press(2, 'Run');
  await figure(2).locator('.output', { hasText: 'on the fire' }).waitFor();
  hold(await figure(2).locator('.ended').textContent() === 'Running…', 'output comes at the end only');
  await press(2, 'Stop');
  await says(2, 'Stopped');

  // What is being edited outlives an edit of the page, and what is saved gets its verdict.
  write('docs/kettle.md', kettle('println!("{cups} cups");').replace('# Kettles', '# Kettles\n\nThey boil.'));
  await page.waitForSelector('text=They boil.');
  await page.waitForSelector('.verdict.passed');
  hold(await field.inputValue() === 'let cups: u8 = "four";', 'an edit of the file: the field has lost its text');
  await press(0, 'Close');
  hold(await figure(0).locator('> pre').isVisible(), 'Close: the code stays away');

  write('docs/kettle.md', kettle('println!("{cup} cups");'));
  await page.waitForSelector('.verdict.failed');
  const why = figure(0).getByRole('group', { name: 'Why this sample fails' });
  await why.waitFor();
  hold((await why.textContent()).includes('E0425'), 'a verdict without the words of rustc');
  hold(/^vscode:.*kettle\.md:5:\d+$/.test(await figure(0).locator('a').getAttribute('href')), 'a verdict: no link to its place');
  write('docs/kettle.md', kettle('println!("{cups} mugs");'));
  await why.waitFor({ state: 'detached' });

  // A server that comes back has another token.
  await goAway();
  await page.waitForSelector('docproof-problems .away', { state: 'attached' });
  await comeBack();
  await page.waitForSelector('docproof-problems', { state: 'detached' });
  await press(0, 'Run');
  await says(0, 'ended well');
  hold(await output(0) === '4 mugs\n', `a new server: the output is ${await output(0)}`);
};

export default (bench) => serving(bench, 'running', FILES, ['--allow-run'], running);
