// bench.mjs: what gates are written with. Opens pages of the built sites, watches what every page must never do (an error on the
// console, a blocked script or style, a request to another host), and collects failures, each with its page and state.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serve } from './server.mjs';

/** A name that says how a page is looked at. */
const described = ({ width, scheme }) => `${width} px, ${scheme}`;

export class Bench {
  /** `sites`: name -> folder. */
  constructor(browser, sites) {
    this.browser = browser;
    this.folders = sites;
    this.addresses = {};
    this.failures = [];
    this.opened = 0;
  }

  /** The address of a site, served from the first time that it is asked for. */
  site(name) {
    if (!this.folders[name] || !existsSync(join(this.folders[name], '404.html'))) throw new Error(`there is no built site ${name}`);
    return this.addresses[name] ??= serve(this.folders[name]);
  }

  /** Notes a failure: where, in which state, what. */
  fail(page, state, what) {
    this.failures.push(`${page} [${state}]: ${what}`);
  }

  /** Fails unless it holds. */
  hold(condition, page, state, what) {
    if (!condition) this.fail(page, state, what);
  }

  /**
   * Opens `path` of a site, hands the page to `use` and closes it. Options: `width`, `height`, `scheme` (light or dark), `state` (for
   * messages), `context` (more options of Playwright's newContext), `before` (called with the page before it loads), `status` (expected),
   * `quiet` (a pattern of console errors that are meant).
   */
  async open(site, path, { width = 1280, height = 800, scheme = 'light', state = '', context = {}, before, status = 200, quiet } = {}, use) {
    const address = await this.site(site);
    const name = `${site} ${path}`, told = [state, described({ width, scheme })].filter(Boolean).join(', ');
    const fail = (what) => this.fail(name, told, what);
    const surroundings = await this.browser.newContext({ viewport: { width, height }, colorScheme: scheme, ...context });
    surroundings.setDefaultTimeout(10_000);
    try {
      const page = await surroundings.newPage();
      await this.watch(page, address, status, quiet, fail);
      await before?.(page);
      await page.goto(address + path);
      this.opened += 1;
      return await use?.(page, { fail, hold: (condition, what) => { if (!condition) fail(what); } });
    } catch (error) {
      // The line of the gate that waited in vain is what one needs.
      const at = /\((.*\/(?:gates\/|states).*)\)/.exec(error.stack ?? '');
      return fail(`${String(error.message ?? error).split('\nCall log')[0]} ${at ? `at ${at[1]}` : ''}`);
    } finally {
      await surroundings.close();
    }
  }

  /** What no page may do. */
  async watch(page, address, status, quiet, fail) {
    page.on('console', (message) => {
      const text = message.text();
      const expected = quiet?.test(text) || status !== 200 && /Failed to load resource.* 404 /.test(text);
      if (['error', 'warning'].includes(message.type()) && !expected) fail(`console: ${text} (${message.location().url})`);
    });
    page.on('pageerror', (error) => fail(`error: ${error.stack ?? error}`));
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(address + '/') && !/^(data|blob|file):/.test(url)) fail(`request to another host: ${url}`);
    });
    page.on('response', (response) => {
      const wanted = response.request().isNavigationRequest() ? status : 200;
      if (response.status() !== wanted && response.status() !== 304 && !quiet) fail(`${response.status()} for ${response.url()}`);
    });
    await page.exposeFunction('reportBlocked', (what) => fail(`blocked by the policy: ${what}`));
    await page.addInitScript(() => document.addEventListener('securitypolicyviolation', (event) => {
      globalThis.reportBlocked(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`);
    }));
  }

  /** Runs `work` for each of the list, a few at once. */
  async each(list, work, together = 3) {
    const rest = [...list];
    await Promise.all(Array.from({ length: together }, async () => {
      while (rest.length) await work(rest.shift());
    }));
  }
}
