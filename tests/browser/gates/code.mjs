// code.mjs: what readers do with code: copy what they see or the whole program, reveal lines, unfold, scroll by keyboard.

const PAGE = '/docs/everything';
const VISIBLE = `fn main() {
    let celsius: f64 = 96.5; // not quite
    println!("{celsius} degrees");
}
`;
const COMPLETE = `use std::fmt::Write as _;
fn main() {
    let celsius: f64 = 96.5; // not quite
    println!("{celsius} degrees");
    let mut text = String::new();
    write!(text, "{celsius}").expect("text takes text");
}
`;
const program = (page) => page.locator('figure.code', { hasText: 'src/main.rs' });
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());
const READS = { permissions: ['clipboard-read', 'clipboard-write'] };

const copied = async (page, { hold }) => {
  const figure = program(page);
  const press = async (name, wanted, what) => {
    await figure.getByRole('button', { name, exact: true }).click();
    await page.waitForFunction(() => document.activeElement.textContent === 'Copied');
    hold(await clipboard(page) === wanted, `${what} copies ${JSON.stringify(await clipboard(page))}`);
    hold(await page.locator('body > [role=status]').textContent() === 'Copied', `${what} is not announced`);
  };
  const hidden = figure.locator('.hidden-line').first();
  await press('Copy', VISIBLE, 'Copy');
  await press('Copy complete program', COMPLETE, 'Copy complete program');
  hold(!await hidden.isVisible(), 'hidden lines are shown');
  await figure.getByRole('button', { name: 'Show hidden lines' }).press('Enter');
  hold(await hidden.isVisible(), 'hidden lines are not revealed');
  await figure.getByRole('button', { name: 'Hide hidden lines' }).waitFor();
  await figure.getByRole('button', { name: 'Copy', exact: true }).click();
  await page.waitForFunction(async (wanted) => await navigator.clipboard.readText() === wanted, COMPLETE);
  // Line numbers are no part of the text.
  const numbered = page.locator('figure.code.numbers', { hasText: 'echo done' });
  await numbered.getByRole('button', { name: 'Copy' }).click();
  await numbered.getByText('Copied', { exact: true }).waitFor();
  hold((await clipboard(page)).startsWith('kettle --fill'), `numbers are copied: ${await clipboard(page)}`);
};

const copiedWithoutInterface = async (page, { hold }, address) => {
  await program(page).getByRole('button', { name: 'Copy', exact: true }).click();
  await program(page).getByText('Copied', { exact: true }).waitFor();
  hold(await page.evaluate(() => document.activeElement.matches('.copy')), 'the focus is lost');
  const reader = await page.context().newPage();
  await reader.goto(address + '/docs/plain');
  hold(await clipboard(reader) === VISIBLE, `copies ${JSON.stringify(await clipboard(reader))}`);
};

const selectedByHand = async (page, { hold }) => {
  const figure = page.locator('figure.code', { hasText: 'pub struct Kettle' });
  await figure.locator('pre').evaluate((pre) => getSelection().selectAllChildren(pre));
  await page.keyboard.press('Control+c');
  const text = await clipboard(page);
  hold(text.includes('litres: f32,\n}\n\nimpl'), `an empty line is lost or doubled: ${JSON.stringify(text.slice(0, 220))}`);
};

const unfolded = async (page, { hold }) => {
  const figure = page.locator('figure.code.collapse'), shown = () => figure.locator('.line:visible').count();
  hold(await shown() === 30, `${await shown()} lines of a folded block are shown`);
  await figure.getByRole('button', { name: 'Show all 36 lines' }).click();
  hold(await shown() === 36, `${await shown()} lines of an unfolded block are shown`);
  hold(await page.locator('.verdict').count() > 0, 'no block has a verdict');
  hold(/verified with .*rustc/.test(await page.locator('.verdict').first().textContent()), `the verdict is ${await page.locator('.verdict').first().textContent()}`);
  hold((await program(page).locator('.captured').textContent()).includes('96.5 degrees'), 'what was printed is not shown');
};

const scrolled = async (page, { hold }) => {
  await page.waitForFunction(() => document.querySelector('pre[tabindex]'));
  for (const box of await page.locator('main pre:visible, .table-scroll:visible').all()) {
    const [scrolls, stop, named] = await box.evaluate((one) => [one.scrollWidth > one.clientWidth + 1, one.tabIndex === 0, Boolean(one.ariaLabel && one.role)]);
    hold(scrolls === stop && scrolls === named, `a box that ${scrolls ? 'scrolls' : 'does not scroll'}: in the order of focus ${stop}, named ${named}`);
  }
  const box = page.locator('pre[tabindex]').first();
  await box.focus();
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction((one) => one.scrollLeft > 0, await box.elementHandle());
};

export default async (bench) => {
  const address = await bench.site('fixture');
  const noInterface = (page) => page.addInitScript(() => {
    if (location.pathname.endsWith('everything')) Object.defineProperty(navigator, 'clipboard', { value: undefined });
  });
  // One clipboard for all: one after the other.
  await bench.open('fixture', PAGE, { state: 'copied', context: READS }, copied);
  await bench.open('fixture', PAGE, { state: 'copied without the Clipboard API', context: READS, before: noInterface }, (page, about) => copiedWithoutInterface(page, about, address));
  await bench.open('fixture', PAGE, { state: 'selected by hand', context: READS }, selectedByHand);
  await bench.open('fixture', PAGE, { state: 'unfolded' }, unfolded);
  await bench.each([360, 1280], (width) => bench.open('fixture', PAGE, { state: 'scrolled', width }, scrolled));
};
