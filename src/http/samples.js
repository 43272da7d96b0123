// samples.js: what is known of the samples of a page of `docproof serve --allow-run`, under their blocks: that they are being verified, and
// why they fail. The server adds it to pages on the way out. It hears from live.js when there is something new. It must not make
// HTML from strings.
(() => {
  const page = document.querySelector('script[data-page]')?.dataset.page;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: block; position: relative; border-block-start: 1px solid var(--line, #777); font: .8125rem/1.5 var(--sans, system-ui, sans-serif); color: var(--text, inherit); }
    :host([hidden]) { display: none; }
    .quiet { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; }
    div, pre { padding: .375rem 1rem; margin: 0; }
    a { color: var(--accent, inherit); }
    pre { white-space: pre-wrap; overflow-wrap: anywhere; max-height: 24rem; overflow: auto; font: .8125rem/1.5 var(--mono, monospace);
      background: var(--danger-bg, none); border-inline-start: 3px solid var(--danger, #c00); tab-size: 4; }
    :focus-visible { outline: 2px solid var(--accent, currentColor); outline-offset: -2px; }
    @media print { :host { display: none; } }
  `);
  const make = (name, text = '', attributes = {}) => {
    const element = Object.assign(document.createElement(name), attributes);
    element.textContent = text;
    return element;
  };

  /** What stands at the end of a block's figure. */
  const panelOf = (figure) => {
    const there = figure.querySelector(':scope > docproof-sample');
    if (there) return there.shadowRoot;
    const host = document.createElement('docproof-sample'), tree = host.attachShadow({ mode: 'open' });
    tree.adoptedStyleSheets = [sheet];
    const status = make('div', '', { id: 'status' });
    status.setAttribute('role', 'status');
    const said = make('section', '', { id: 'said' });
    tree.append(status, said);
    host.hidden = true;
    figure.append(host);
    return tree;
  };

  const draw = (figure, block, verifying) => {
    const tree = panelOf(figure), [status, said] = ['status', 'said'].map((id) => tree.getElementById(id));
    const failed = block.last && block.passed === false, waits = block.last && verifying && block.passed === null;
    const words = waits ? 'Verifying…' : failed && block.message ? 'Fails: ' + block.outcome : '';
    if (status.textContent !== words) status.textContent = words;
    status.hidden = !words;
    // The mark of the page says it, but not when it comes.
    status.className = !waits && figure.querySelector(':scope > .verdict') ? 'quiet' : '';
    said.replaceChildren();
    if (failed && block.message) {
      if (block.href) {
        const line = make('div');
        line.append(make('a', 'Open ' + block.path + ':' + block.line, { href: block.href }));
        said.append(line);
      }
      const message = make('pre', block.message, { tabIndex: 0 });
      message.setAttribute('role', 'region');
      message.setAttribute('aria-label', 'Why this sample fails');
      said.append(message);
    }
    tree.host.hidden = !words && !said.firstChild;
  };

  const load = async () => {
    const answer = await fetch('/~docproof/samples?page=' + encodeURIComponent(page), { cache: 'no-store' });
    const known = answer.ok ? await answer.json() : null;
    // While the site has errors nothing is known that fits what the page shows.
    if (!known) return;
    const figures = [...document.querySelectorAll('article figure.code')];
    for (const panel of document.querySelectorAll('docproof-sample')) panel.hidden = true;
    for (const block of known.blocks) if (figures[block.block]) draw(figures[block.block], block, known.verifying);
    document.documentElement.dataset.samples = known.verifying ? 'verifying' : 'known';
  };
  // One after the other, and of several that wait only the last.
  let loading = Promise.resolve(), waiting = false;
  const update = () => {
    if (waiting) return;
    waiting = true;
    loading = loading.then(() => { waiting = false; return load(); }).catch(() => {});
  };
  document.addEventListener('docproof-samples', update);
  update();
})();
