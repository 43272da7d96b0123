//! Realistic samples of JavaScript and its kin with what is shown for them, read and found right. After
//! a change on purpose, read the difference and paste the new text.

/// Language, code, and what is shown for it.
pub(super) const SAMPLES: &[(&str, &str, &str)] = &[
    (
        "js",
        "const express = require('express');
const app = express();

app.use(express.json({ limit: '1mb' }));
app.get('/users/:id', async (req, res, next) => {
  try {
    const user = await db.users.findOne({ _id: req.params.id, active: true });
    if (!user) return res.status(404).json({ error: 'not found' });
    res.json(user);
  } catch (err) {
    next(err);
  }
});
app.listen(process.env.PORT || 3000, () => console.log(`on ${app.get('port')}`));
module.exports = { app, close() { app.close(); } };
",
        "[k const] express = [f require]([s 'express']);
[k const] app = [f express]();

app.[f use](express.[f json]({ [p limit]: [s '1mb'] }));
app.[f get]([s '/users/:id'], [k async] (req, res, next) => {
  [k try] {
    [k const] user = [k await] db.users.[f findOne]({ [p _id]: req.params.id, [p active]: [k true] });
    [k if] (!user) [k return] res.[f status]([n 404]).[f json]({ [p error]: [s 'not found'] });
    res.[f json](user);
  } [k catch] (err) {
    [f next](err);
  }
});
app.[f listen]([t process].[t env].PORT || [n 3000], () => [t console].[f log]([s `on ]${app.[f get]([s 'port'])}[s `]));
[t module].[t exports] = { app, [f close]() { app.[f close](); } };
",
    ),
    (
        "jsx",
        r#"import React, { useState, useEffect } from 'react';

export default function List({ items = [], onPick, ...rest }) {
  const [open, setOpen] = useState(false);
  const count = items.length / 2;
  useEffect(() => {
    document.title = `${count} of ${items.length}`;
    return () => { document.title = ''; };
  }, [count]);
  if (items.length < 1 && count > 0) return null;
  return (
    <ul className="list" {...rest}>
      {/* it's a comment */}
      {items.map((item) => (
        <li key={item.id} style={{ color: 'red', flex: 1 }} onClick={() => onPick(item)}>
          <Icon.Star size={12} hidden /> {item.name}'s &copy; {open ? <b>yes</b> : 'no'}
        </li>
      ))}
      <>
        <input disabled value={open} data-x='1' aria-label="it's > all" />
      </>
    </ul>
  );
}
"#,
        r#"[k import] [t React], { useState, useEffect } [k from] [s 'react'];

[k export] [k default] [k function] [f List]({ items = [], onPick, ...rest }) {
  [k const] [open, setOpen] = [f useState]([k false]);
  [k const] count = items.length / [n 2];
  [f useEffect](() => {
    [t document].title = [s `]${count}[s  of ]${items.length}[s `];
    [k return] () => { [t document].title = [s '']; };
  }, [count]);
  [k if] (items.length < [n 1] && count > [n 0]) [k return] [k null];
  [k return] (
    <[g ul] [a className]=[s "list"] {...rest}>
      {[c /* it's a comment */]}
      {items.[f map]((item) => (
        <[g li] [a key]={item.id} [a style]={{ [p color]: [s 'red'], [p flex]: [n 1] }} [a onClick]={() => [f onPick](item)}>
          <[g Icon.Star] [a size]={[n 12]} [a hidden] /> {item.name}'s &copy; {open ? <[g b]>yes</[g b]> : [s 'no']}
        </[g li]>
      ))}
      <>
        <[g input] [a disabled] [a value]={open} [a data-x]=[s '1'] [a aria-label]=[s "it's > all"] />
      </>
    </[g ul]>
  );
}
"#,
    ),
    (
        "ts",
        "export interface Repository<T extends { id: string }, K = keyof T> {
  readonly name: string;
  find(id: T['id']): Promise<T | undefined>;
  all?: (filter?: Partial<T>) => AsyncIterable<T>;
  [key: string]: unknown;
}
type Result<T, E = Error> = { ok: true; value: T } | { ok: false; error: E };
type Name = `user-${string}`;
const cache = new Map<string, Array<Result<number>>>();
export async function load<T>(url: string, init: RequestInit = {}): Promise<Result<T>> {
  const response = (await fetch(url, init)) as unknown as Response;
  const handler: (x: number) => void = (x) => console.log(x!);
  for (const [k, v] of Object.entries(init)) if (k < v && v > k) return { ok: false, error: new Error(k) };
  return { ok: true, value: <T>(await response.json()) };
}
declare global { interface Window { app: App } }
enum Level { Low = 1, High = Low << 2 }
function assertIs(x: any): asserts x is string {}
export const pick = <T, K extends keyof T>(o: T, ...ks: K[]): Pick<T, K> => ks.reduce((a, k) => ({ ...a, [k]: o[k] }), {} as Pick<T, K>);
",
        "[k export] [k interface] [t Repository]<[t T] [k extends] { [p id]: [t string] }, [t K] = [k keyof] [t T]> {
  [k readonly] [p name]: [t string];
  [f find](id: [t T][[s 'id']]): [t Promise]<[t T] | [k undefined]>;
  [f all]?: (filter?: [t Partial]<[t T]>) => [t AsyncIterable]<[t T]>;
  [key: [t string]]: [t unknown];
}
[k type] [t Result]<[t T], [t E] = [t Error]> = { [p ok]: [k true]; [p value]: [t T] } | { [p ok]: [k false]; [p error]: [t E] };
[k type] [t Name] = [s `user-]${[t string]}[s `];
[k const] cache = [k new] [t Map]<[t string], [t Array]<[t Result]<[t number]>>>();
[k export] [k async] [k function] [f load]<[t T]>(url: [t string], init: [t RequestInit] = {}): [t Promise]<[t Result]<[t T]>> {
  [k const] response = ([k await] [f fetch](url, init)) [k as] [t unknown] [k as] [t Response];
  [k const] [f handler]: (x: [t number]) => [t void] = (x) => [t console].[f log](x!);
  [k for] ([k const] [k, v] [k of] [t Object].[f entries](init)) [k if] (k < v && v > k) [k return] { [p ok]: [k false], [p error]: [k new] [t Error](k) };
  [k return] { [p ok]: [k true], [p value]: <[t T]>([k await] response.[f json]()) };
}
[k declare] [k global] { [k interface] [t Window] { [p app]: [t App] } }
[k enum] [t Level] { [p Low] = [n 1], [p High] = [t Low] << [n 2] }
[k function] [f assertIs](x: [t any]): [k asserts] x [k is] [t string] {}
[k export] [k const] [f pick] = <[t T], [t K] [k extends] [k keyof] [t T]>(o: [t T], ...ks: [t K][]): [t Pick]<[t T], [t K]> => ks.[f reduce]((a, k) => ({ ...a, [k]: o[k] }), {} [k as] [t Pick]<[t T], [t K]>);
",
    ),
    (
        "js",
        "async function* pages(url) {
  let next = url;
  while (next) {
    const { items, link: following } = await get(next);
    yield* items;
    next = following ?? null;
  }
}
for await (const item of pages('/a')) {
  if (item.done) break;
}
const it = { async *[Symbol.asyncIterator]() { yield 1; }, get size() { return 2; }, set size(v) {} };
",
        "[k async] [k function]* [f pages](url) {
  [k let] next = url;
  [k while] (next) {
    [k const] { items, [p link]: following } = [k await] [f get](next);
    [k yield]* items;
    next = following ?? [k null];
  }
}
[k for] [k await] ([k const] item [k of] [f pages]([s '/a'])) {
  [k if] (item.done) [k break];
}
[k const] it = { [k async] *[[t Symbol].asyncIterator]() { [k yield] [n 1]; }, [k get] [f size]() { [k return] [n 2]; }, [k set] [f size](v) {} };
",
    ),
    (
        "js",
        r"const email = /^[\w.+-]+@[a-z\d-]+(\.[a-z]+)*$/i;
const path = s.replace(/\/+/g, '/').split(/[/\\]/);
const ratio = width / height / 2, half = (a + b) / 2, x = arr[0] / 3;
if (/^\s*#/.test(line)) continue;
if (ok) /x/.exec(y);
const m = /(?<year>\d{4})-(?<month>\d\d)/u.exec(text) || [];
return /a/.test(b) ? c / d / e : /f/;
i++ / 2; const o = {} / 2;
",
        r"[k const] email = [s /^[\w.+-]+@[a-z\d-]+(\.[a-z]+)*$/][k i];
[k const] path = s.[f replace]([s /\/+/][k g], [s '/']).[f split]([s /[/\\]/]);
[k const] ratio = width / height / [n 2], half = (a + b) / [n 2], x = arr[[n 0]] / [n 3];
[k if] ([s /^\s*#/].[f test](line)) [k continue];
[k if] (ok) [s /x/].[f exec](y);
[k const] m = [s /(?<year>\d{4})-(?<month>\d\d)/][k u].[f exec](text) || [];
[k return] [s /a/].[f test](b) ? c / d / e : [s /f/];
i++ / [n 2]; [k const] o = {} / [n 2];
",
    ),
    (
        "js",
        r#"const page = html`
  <ul class="${cls}">
    ${items.map((i) => `<li id="${i.id}">${i.n > 1 ? `<b>${i.n}</b>` : ''}</li>`).join('\n')}
  </ul>
  \` \${no} $5
`;
const q = sql`select * from ${table}`, s = 'it\'s', t = "a\
b";
"#,
        r#"[k const] page = [f html][s `]
[s   <ul class="]${cls}[s ">]
[s     ]${items.[f map]((i) => [s `<li id="]${i.id}[s ">]${i.n > [n 1] ? [s `<b>]${i.n}[s </b>`] : [s '']}[s </li>`]).[f join]([s '\n'])}
[s   </ul>]
[s   \` \${no} $5]
[s `];
[k const] q = [f sql][s `select * from ]${table}[s `], s = [s 'it\'s'], t = [s "a\]
[s b"];
"#,
    ),
    (
        "js",
        r"// webpack.config.js
const path = require('path');
/** @type {import('webpack').Configuration} */
module.exports = (env, argv) => ({
  mode: argv.mode === 'production' ? 'production' : 'development',
  entry: { main: './src/index.js', 'a-b': './b.js' },
  output: { path: path.resolve(__dirname, 'dist'), filename: '[name].[contenthash].js' },
  module: {
    rules: [
      { test: /\.(j|t)sx?$/, exclude: /node_modules/, use: ['babel-loader'] },
      ...
    ],
  },
  optimization: { splitChunks: { chunks: (chunk) => chunk.name !== 'x' } },
  devServer: { port: 8080, hot: true, default: null },
});
",
        r"[c // webpack.config.js]
[k const] path = [f require]([s 'path']);
[c /** @type {import('webpack').Configuration} */]
[t module].[t exports] = (env, argv) => ({
  [p mode]: argv.mode === [s 'production'] ? [s 'production'] : [s 'development'],
  [p entry]: { [p main]: [s './src/index.js'], [p 'a-b']: [s './b.js'] },
  [p output]: { [p path]: path.[f resolve](__dirname, [s 'dist']), [p filename]: [s '[name].[contenthash].js'] },
  [p module]: {
    [p rules]: [
      { [p test]: [s /\.(j|t)sx?$/], [p exclude]: [s /node_modules/], [p use]: [[s 'babel-loader']] },
      ...
    ],
  },
  [p optimization]: { [p splitChunks]: { [f chunks]: (chunk) => chunk.name !== [s 'x'] } },
  [p devServer]: { [p port]: [n 8080], [p hot]: [k true], [p default]: [k null] },
});
",
    ),
    (
        "ts",
        "@Injectable()
export class Counter<T = number> extends Base<T> implements OnInit, Other {
  static #instances = 0;
  #count = 0n;
  private readonly items: T[] = [];
  protected name?: string;
  @Input({ required: true }) label!: string;
  onClick = async (e: MouseEvent): Promise<void> => { await this.#save(e); };

  constructor(@Inject(TOKEN) private readonly http: HttpClient, public id: number) {
    super();
    Counter.#instances += 1;
  }
  static { this.of = 1; }
  get count(): bigint { return this.#count; }
  static of<T>(...xs: T[]) { return new Counter<T>(xs); }
  delete(id: string): void { this.items.splice(0); }
  async #save(e: Event) { throw new TypeError(`bad ${e.type}`, { cause: e }); }
  abstract render(): JSX.Element | null;
}
",
        "[a @Injectable]()
[k export] [k class] [t Counter]<[t T] = [t number]> [k extends] [t Base]<[t T]> [k implements] [t OnInit], [t Other] {
  [k static] [p #instances] = [n 0];
  [p #count] = [n 0n];
  [k private] [k readonly] [p items]: [t T][] = [];
  [k protected] [p name]?: [t string];
  [a @Input]({ [p required]: [k true] }) [p label]!: [t string];
  [f onClick] = [k async] (e: [t MouseEvent]): [t Promise]<[t void]> => { [k await] [k this].[f #save](e); };

  [k constructor]([a @Inject](TOKEN) [k private] [k readonly] http: [t HttpClient], [k public] id: [t number]) {
    [k super]();
    [t Counter].#instances += [n 1];
  }
  [k static] { [k this].of = [n 1]; }
  [k get] [f count](): [t bigint] { [k return] [k this].#count; }
  [k static] [f of]<[t T]>(...xs: [t T][]) { [k return] [k new] [t Counter]<[t T]>(xs); }
  [f delete](id: [t string]): [t void] { [k this].items.[f splice]([n 0]); }
  [k async] [f #save](e: [t Event]) { [k throw] [k new] [t TypeError]([s `bad ]${e.type}[s `], { [p cause]: e }); }
  [k abstract] [f render](): JSX.[t Element] | [k null];
}
",
    ),
    (
        "tsx",
        "type Props<T> = { items: readonly T[]; render?: (item: T) => React.ReactNode };
export const List = <T,>({ items, render }: Props<T>) => {
  const ref = useRef<HTMLDivElement>(null);
  const [state, set] = React.useState<string | null>(null);
  const ok = items.length < 3 || a < b;
  return (
    <Ctx.Provider value={{ state, set }}>
      <Select<string> onChange={(v: string) => set(v as string)} />
      {ok && <div ref={ref}>a &lt; b {items.map((i) => render?.(i))}</div>}
    </Ctx.Provider>
  );
};
",
        "[k type] [t Props]<[t T]> = { [p items]: [k readonly] [t T][]; [f render]?: (item: [t T]) => [t React].[t ReactNode] };
[k export] [k const] [f List] = <[t T],>({ items, render }: [t Props]<[t T]>) => {
  [k const] ref = [f useRef]<[t HTMLDivElement]>([k null]);
  [k const] [state, set] = [t React].[f useState]<[t string] | [k null]>([k null]);
  [k const] ok = items.length < [n 3] || a < b;
  [k return] (
    <[g Ctx.Provider] [a value]={{ state, set }}>
      <[g Select]<string> [a onChange]={(v: [t string]) => [f set](v [k as] [t string])} />
      {ok && <[g div] [a ref]={ref}>a &lt; b {items.[f map]((i) => [f render]?.(i))}</[g div]>}
    </[g Ctx.Provider]>
  );
};
",
    ),
    (
        "json",
        r#"{
  // comment
  "name": "@acme/site", "version": "1.2.0", "private": true,
  "scripts": { "build": "tsc && vite build", "test": "node --test \"x\"" },
  "exports": { ".": { "import": "./a.js" } },
  "files": ["dist", 1e-3, -2, null], ...
  loose: 'x', /* b */ trailing: [Infinity,],
}
"#,
        r#"{
  [c // comment]
  [p "name"]: [s "@acme/site"], [p "version"]: [s "1.2.0"], [p "private"]: [k true],
  [p "scripts"]: { [p "build"]: [s "tsc && vite build"], [p "test"]: [s "node --test \"x\""] },
  [p "exports"]: { [p "."]: { [p "import"]: [s "./a.js"] } },
  [p "files"]: [[s "dist"], [n 1e-3], [n -2], [k null]], ...
  [p loose]: [s 'x'], [c /* b */] [p trailing]: [[k Infinity],],
}
"#,
    ),
    (
        "js",
        r#"const token = <YOUR_TOKEN>;
const x = { ... };
fetch(<your url>, { headers: { Authorization: `Bearer ${token}` }, ... })
  .then(r => r.json())
  .catch(console.error);
const o = { a, b: { ...c }, [`k${1}`]: 2, "x-y": f(), new: 1 };
label: 'top',
switch (a) { case 'x': { foo: 1 } break; case Y.Z: default: return; }
var s = 'unterminated
let t = 1; /* never
closed` here
"#,
        r#"[k const] token = <YOUR_TOKEN>;
[k const] x = { ... };
[f fetch](<[g your] [a url]>, { [p headers]: { [p Authorization]: [s `Bearer ]${token}[s `] }, ... })
  .[f then](r => r.[f json]())
  .[f catch]([t console].error);
[k const] o = { a, [p b]: { ...c }, [[s `k]${[n 1]}[s `]]: [n 2], [p "x-y"]: [f f](), [p new]: [n 1] };
[p label]: [s 'top'],
[k switch] (a) { [k case] [s 'x']: { [p foo]: [n 1] } [k break]; [k case] Y.Z: [k default]: [k return]; }
[k var] s = [s 'unterminated]
[k let] t = [n 1]; [c /* never]
closed[s ` here]
"#,
    ),
];
