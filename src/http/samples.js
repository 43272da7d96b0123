// samples.js: the samples of a page of `docproof serve --allow-run`, at the end of their blocks: that they are being verified, why they fail, and
// Run and Edit. The server adds it to pages on the way out. It hears from live.js when there is something new. It must not make HTML
// from strings. Panels are shadow trees inside the figures: the theme's styles stay out, and a patch of the page finds what it expects.
(() => {
  const page = document.querySelector('script[data-page]')?.dataset.page;
  let token = document.currentScript.dataset.token;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: block; position: relative; border-block-start: 1px solid var(--line, #777); font: .8125rem/1.5 var(--sans, system-ui, sans-serif); color: var(--text, inherit); }
    :host([hidden]), [hidden] { display: none !important; }
    .quiet { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; }
    div, pre { padding: .375rem 1rem; margin: 0; }
    a { color: var(--accent, inherit); }
    button { font: inherit; color: inherit; background: var(--raised, none); border: 1px solid var(--control, #777); border-radius: .25rem; padding: .125rem .75rem; margin-inline-end: .5rem; cursor: pointer; }
    pre, textarea { font: .8125rem/1.5 var(--mono, monospace); tab-size: 4; color: inherit; }
    pre { white-space: pre-wrap; overflow-wrap: anywhere; max-height: 24rem; overflow: auto; }
    pre.error { white-space: pre; background: var(--danger-bg, none); border-inline-start: 3px solid var(--danger, #c00); }
    pre b { font-weight: inherit; color: var(--danger, #c00); }
    textarea { display: block; width: 100%; box-sizing: border-box; padding: .75rem 1rem; border: 0; background: var(--bg, field); resize: vertical; white-space: pre; overflow: auto;
      field-sizing: content; min-height: 7lh; max-height: 32lh; }
    small { color: var(--text-2, inherit); }
    :focus-visible { outline: 2px solid var(--accent, currentColor); outline-offset: -2px; }
    button:focus-visible { outline-offset: 2px; }
    @media print { :host { display: none !important; } }
  `);
  const make = (name, text = '', attributes = {}, ...inside) => {
    const element = Object.assign(document.createElement(name), attributes);
    element.textContent = text;
    element.append(...inside);
    return element;
  };
  const button = (text, onclick) => make('button', text, { type: 'button', onclick });
  const show = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
    element.hidden = !text;
  };

  /** The lines of an answer, as they come. */
  const lines = async function* (answer) {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const whole = (rest + value).split('\n');
      rest = whole.pop();
      for (const line of whole) yield JSON.parse(line);
    }
  };
  /** The token of a server that was started anew. */
  const newToken = async () => {
    const text = await (await fetch(location.pathname, { cache: 'no-store' })).text();
    return new DOMParser().parseFromString(text, 'text/html').querySelector('script[data-token]')?.dataset.token;
  };
  const ask = (body, signal) => fetch('/~docproof/run', {
    method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Docproof-Token': token }, body: JSON.stringify(body), signal,
  });
  const STEPS = { waiting: 'Waiting for other samples…', preparing: 'Building the library…', compiling: 'Compiling…', running: 'Running…' };

  /** The panel of one block, and all that somebody has done in it. */
  class Panel {
    block = {};
    stop = null;
    field = null;
    constructor() {
      this.host = make('docproof-sample');
      const tree = this.host.attachShadow({ mode: 'open' });
      tree.adoptedStyleSheets = [sheet];
      this.status = make('div', '', { className: 'status' });
      this.status.setAttribute('role', 'status');
      this.said = make('section');
      this.editor = make('section', '', { hidden: true });
      this.ended = make('div', '', { className: 'ended', hidden: true });
      this.ended.setAttribute('role', 'status');
      this.printed = make('pre', '', { tabIndex: 0, hidden: true, className: 'output' });
      this.printed.setAttribute('role', 'group');
      this.printed.setAttribute('aria-label', 'Output');
      this.errors = make('pre', '', { tabIndex: 0, hidden: true, className: 'error' });
      this.errors.setAttribute('role', 'group');
      this.errors.setAttribute('aria-label', 'What rustc says');
      tree.append(this.status, this.said, this.editor, this.ended, this.printed, this.errors);
      this.run = button('Run', () => this.stop ? this.stop.abort() : this.start());
      this.edit = button('Edit', () => this.field ? this.close() : this.open());
      for (const pressed of [this.run, this.edit]) pressed.className = 'docproof-sample';
    }

    /** Whether somebody would miss something. */
    get used() { return Boolean(this.stop || this.field || !this.ended.hidden); }

    /** Puts the panel to its figure, and its buttons to the theme's. */
    attach(figure) {
      this.figure = figure;
      if (this.host.parentNode !== figure) figure.append(this.host);
      const runs = this.block.mode !== 'file';
      const place = figure.querySelector('.actions') ?? figure.querySelector('figcaption');
      if (runs && place && this.run.parentNode !== place) place.prepend(this.run, this.edit);
      this.cover();
    }

    /** While it is edited, the code itself is not shown. */
    cover() {
      const code = this.figure?.querySelector(':scope > pre');
      if (code) code.style.display = this.field ? 'none' : '';
    }

    /** What is known of the sample. */
    draw({ verifying, building }) {
      const { block, status, said } = this;
      const failed = block.last && block.passed === false && block.message, waits = block.last && verifying && block.passed === null;
      // The marks of the page come when all of its samples are done.
      const early = block.last && verifying && block.passed && !this.figure.querySelector(':scope > .verdict');
      // Most of the time Cargo has nothing to do. When it has, it may take minutes.
      clearTimeout(this.slow);
      if (waits && building) this.slow = setTimeout(() => show(status, 'Cargo is building the library…'), 1500);
      const wait = building && status.textContent.startsWith('Cargo') ? status.textContent : 'Verifying…';
      show(status, waits ? wait : early ? '✓ verified' : failed ? 'Fails: ' + block.outcome : '');
      // The mark of the page says it, but not when it comes.
      status.classList.toggle('quiet', !waits && Boolean(this.figure.querySelector(':scope > .verdict')));
      said.replaceChildren();
      if (failed) {
        if (block.href) said.append(make('div', '', {}, make('a', 'Open ' + block.path + ':' + block.line, { href: block.href })));
        const message = make('pre', block.message.trimEnd(), { tabIndex: 0, className: 'error' });
        message.setAttribute('role', 'group');
        message.setAttribute('aria-label', 'Why this sample fails');
        said.append(message);
      }
      this.fold();
    }

    fold() {
      this.host.hidden = [this.status, this.editor, this.ended].every((part) => part.hidden) && !this.said.firstChild;
    }

    open() {
      const { code } = this.block;
      this.field = make('textarea', code, { value: code, rows: Math.min(30, code.split('\n').length + 1), spellcheck: false, autocapitalize: 'off', wrap: 'off' });
      this.field.setAttribute('aria-label', 'The code of this sample. Tab indents, Escape leaves, Control and Enter run it');
      this.field.addEventListener('keydown', (event) => this.key(event));
      const again = button('Run', () => this.start()), reset = button('Reset', () => { this.field.value = this.block.code; this.field.focus(); });
      const keys = make('small', 'Tab indents, Esc leaves, Ctrl+Enter runs. Lines that begin with “# ” are hidden on the page. Nothing is saved.');
      this.editor.replaceChildren(this.field, make('div', '', {}, again, reset, button('Close', () => this.close()), keys));
      this.editor.hidden = false;
      this.edit.textContent = 'Close';
      this.leave = again;
      this.cover();
      this.fold();
      this.field.focus();
    }

    close() {
      this.field = null;
      this.editor.hidden = true;
      this.edit.textContent = 'Edit';
      this.cover();
      this.fold();
      this.edit.focus();
    }

    /** What a plain field lacks. It must not keep the keyboard: Escape leaves it. */
    key(event) {
      const { field } = this, { key } = event;
      // Undo knows of what is put in like this.
      const put = (text) => document.execCommand('insertText', false, text);
      if (key === 'Enter' && (event.ctrlKey || event.metaKey)) this.start();
      else if (key === 'Escape') this.leave.focus();
      else if (key === 'Tab' && !event.shiftKey && !event.ctrlKey && !event.altKey) put('    ');
      else if (key === 'Enter' && !event.shiftKey) {
        const line = field.value.slice(0, field.selectionStart).split('\n').at(-1);
        put('\n' + /^\s*/.exec(line)[0] + (/[{([]\s*$/.test(line) ? '    ' : ''));
      } else return;
      event.preventDefault();
      event.stopPropagation();
    }

    print(text, error) {
      const { printed } = this, atEnd = printed.scrollTop + printed.clientHeight > printed.scrollHeight - 8;
      printed.append(error ? make('b', text) : text);
      printed.hidden = false;
      if (atEnd) printed.scrollTop = printed.scrollHeight;
    }

    take(line) {
      if (line.step) show(this.ended, STEPS[line.step]);
      if (line.out) this.print(line.out);
      if (line.err) this.print(line.err, true);
      if (line.message) show(this.errors, line.message.trimEnd());
      if (line.end) {
        const time = line.ms ? ` in ${line.ms} ms` : '', cut = line.cut ? '. It printed more than is kept' : '';
        show(this.ended, (line.passed ? '✓ ' : '✗ ') + line.end + time + cut);
      }
      this.fold();
    }

    async start() {
      this.stop?.abort();
      const stop = this.stop = new AbortController();
      this.run.textContent = 'Stop';
      this.printed.replaceChildren();
      this.printed.hidden = true;
      show(this.errors, '');
      this.take({ step: 'preparing' });
      try {
        const body = { page, block: this.block.block, ...(this.field ? { code: this.field.value } : {}) };
        let answer = await ask(body, stop.signal);
        if (answer.status === 403) {
          token = await newToken();
          answer = await ask(body, stop.signal);
        }
        if (!answer.ok) throw new Error(await answer.text());
        for await (const line of lines(answer)) if (this.stop === stop) this.take(line);
      } catch (error) {
        if (this.stop === stop) show(this.ended, stop.signal.aborted ? 'Stopped' : '✗ ' + error.message);
      }
      if (this.stop !== stop) return;
      this.stop = null;
      this.run.textContent = 'Run';
    }
  }

  let panels = [];
  /** The panels of these blocks: a block that has stayed what it was keeps its own, wherever it stands now. */
  const match = (blocks) => {
    const left = [...panels];
    const take = (is) => {
      const at = left.findIndex(is);
      return at < 0 ? null : left.splice(at, 1)[0];
    };
    const found = blocks.map((block) => take((panel) => panel.block.code === block.code && panel.block.mode === block.mode));
    return found.map((panel, n) => panel ?? take((other) => other.used && other.block.block === blocks[n].block) ?? new Panel());
  };

  const load = async () => {
    const answer = await fetch('/~docproof/samples?page=' + encodeURIComponent(page), { cache: 'no-store' });
    const known = answer.ok ? await answer.json() : null;
    // While the site has errors, or is being read, nothing is known that fits what the page shows.
    if (!known) {
      if (!panels.length) setTimeout(update, 1000);
      return;
    }
    const figures = [...document.querySelectorAll('article figure.code')];
    const blocks = known.blocks.filter((block) => figures[block.block]);
    const next = match(blocks);
    for (const panel of panels) {
      if (next.includes(panel)) continue;
      panel.stop?.abort();
      for (const part of [panel.host, panel.run, panel.edit]) part.remove();
    }
    panels = next;
    panels.forEach((panel, n) => {
      panel.block = blocks[n];
      panel.attach(figures[blocks[n].block]);
      panel.draw(known);
    });
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
