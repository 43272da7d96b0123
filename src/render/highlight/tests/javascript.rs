//! What the highlighters for JavaScript, TypeScript and JSON make of plain and of tricky code.

use super::super::Highlighter;
use super::javascript_samples::SAMPLES;
use super::{check, shown};

#[test]
fn realistic_samples() {
    for (language, code, shown) in SAMPLES {
        check(language, code, shown);
    }
}

#[test]
fn functions() {
    check(
        "js",
        "function a() {} async function* b() {} export default function () {}",
        "[k function] [f a]() {} [k async] [k function]* [f b]() {} [k export] [k default] [k function] () {}",
    );
    check(
        "js",
        "const f = (a) => a, g = async b => b, h = function () {};",
        "[k const] [f f] = (a) => a, [f g] = [k async] b => b, [f h] = [k function] () {};",
    );
    check(
        "js",
        "this.go = () => {}; a.b.c = async function () {};",
        "[k this].[f go] = () => {}; a.b.[f c] = [k async] [k function] () {};",
    );
    check(
        "js",
        "a.b(c(d), e)?.f?.(g); new.target; super.x();",
        "a.[f b]([f c](d), e)?.[f f]?.(g); [k new].target; [k super].[f x]();",
    );
    check(
        "js",
        "const A = 1; run (x); if (x) (y);",
        "[k const] A = [n 1]; [f run] (x); [k if] (x) (y);",
    );
    check(
        "ts",
        "const f = <T,>(a: T): T[] => a; const g: Fn<A> = (x) => x;",
        "[k const] [f f] = <[t T],>(a: [t T]): [t T][] => a; [k const] [f g]: [t Fn]<[t A]> = (x) => x;",
    );
    check(
        "ts",
        "foo<Bar>(x); a < b; f(a < b, c > d); x.map<string>(y);",
        "[f foo]<[t Bar]>(x); a < b; [f f](a < b, c > d); x.[f map]<[t string]>(y);",
    );
}

#[test]
fn classes() {
    check(
        "js",
        "class A extends B { #p = 1; static q; get r() {} *s() {} static async t() {} }",
        "[k class] [t A] [k extends] [t B] { [p #p] = [n 1]; [k static] [p q]; [k get] [f r]() {} *[f s]() {} [k static] [k async] [f t]() {} }",
    );
    check(
        "js",
        "class A { static { this.of = 1; } constructor() { super(); } delete(x) {} 'quoted'() {} }",
        "[k class] [t A] { [k static] { [k this].of = [n 1]; } [k constructor]() { [k super](); } [f delete](x) {} [s 'quoted']() {} }",
    );
    check(
        "js",
        "class A { a = () => {}
  b
  c = 1 }",
        "[k class] [t A] { [f a] = () => {}
  [p b]
  [p c] = [n 1] }",
    );
    check(
        "js",
        "new Foo(); new foo(); new a.Bar(); x instanceof Foo; #p in this;",
        "[k new] [t Foo](); [k new] [t foo](); [k new] a.[t Bar](); x [k instanceof] [t Foo]; #p [k in] [k this];",
    );
    check(
        "ts",
        "class A<T extends { a: B }> implements C, D { private x?: string; y!: T; constructor(public z: any) {} }",
        "[k class] [t A]<[t T] [k extends] { [p a]: [t B] }> [k implements] [t C], [t D] { [k private] [p x]?: [t string]; [p y]!: [t T]; [k constructor]([k public] z: [t any]) {} }",
    );
    check(
        "ts",
        "@Component({ a: 1 }) class A { @Input() b: string; @ns.Dec c() {} }",
        "[a @Component]({ [p a]: [n 1] }) [k class] [t A] { [a @Input]() [p b]: [t string]; [a @ns.Dec] [f c]() {} }",
    );
}

#[test]
fn objects() {
    check(
        "js",
        "const o = { a: 1, 'b-c': 2, d() {}, e: () => 1, get f() {}, async g() {}, [h]: 3, default: 4, i };",
        "[k const] o = { [p a]: [n 1], [p 'b-c']: [n 2], [f d]() {}, [f e]: () => [n 1], [k get] [f f]() {}, [k async] [f g]() {}, [h]: [n 3], [p default]: [n 4], i };",
    );
    check(
        "js",
        "const { a: b, ...c } = d; f({ x: y ? z : w });",
        "[k const] { [p a]: b, ...c } = d; [f f]({ [p x]: y ? z : w });",
    );
    check(
        "js",
        "{
  key: 1,
  other: { in: 2 },
}",
        "{
  [p key]: [n 1],
  [p other]: { [p in]: [n 2] },
}",
    );
    check(
        "js",
        "rules: [1],
name: 'x',",
        "[p rules]: [[n 1]],
[p name]: [s 'x'],",
    );
    check(
        "js",
        "outer: for (;;) { continue outer; }",
        "[l outer]: [k for] (;;) { [k continue] [l outer]; }",
    );
    check(
        "js",
        "switch (x) { case 'a': y; default: z; case B.c: { d() } }",
        "[k switch] (x) { [k case] [s 'a']: y; [k default]: z; [k case] B.c: { [f d]() } }",
    );
    check(
        "js",
        "const get = set.get, { of, from, as } = static_;",
        "[k const] get = set.get, { of, from, as } = static_;",
    );
}

#[test]
fn contextual_words() {
    check(
        "js",
        "import a, { b as c, default as d } from 'e'; export * as f from 'g';",
        "[k import] a, { b [k as] c, [k default] [k as] d } [k from] [s 'e']; [k export] * [k as] f [k from] [s 'g'];",
    );
    check(
        "js",
        "for (const a of b) {} for await (const [a] of b) {} Array.of(1); of(2);",
        "[k for] ([k const] a [k of] b) {} [k for] [k await] ([k const] [a] [k of] b) {} [t Array].[f of]([n 1]); [f of]([n 2]);",
    );
    check(
        "js",
        "async () => {}; async(1); async.map(); await x; yield* y;",
        "[k async] () => {}; [f async]([n 1]); async.[f map](); [k await] x; [k yield]* y;",
    );
    check(
        "js",
        "let type = 1; type = as.from('x');",
        "[k let] type = [n 1]; type = as.[f from]([s 'x']);",
    );
    check(
        "ts",
        "type A = B; export type { C }; import type D from 'd'; let type = type;",
        "[k type] [t A] = [t B]; [k export] [k type] { [t C] }; [k import] [k type] [t D] [k from] [s 'd']; [k let] type = type;",
    );
    check(
        "ts",
        "declare module 'x' { interface I {} namespace N {} } declare global {} abstract class K {}",
        "[k declare] [k module] [s 'x'] { [k interface] [t I] {} [k namespace] [t N] {} } [k declare] [k global] {} [k abstract] [k class] [t K] {}",
    );
    check(
        "ts",
        "let a = b as const satisfies C; function is(x: any): x is D {} as(1);",
        "[k let] a = b [k as] [k const] [k satisfies] [t C]; [k function] [f is](x: [t any]): x [k is] [t D] {} [f as]([n 1]);",
    );
    check(
        "ts",
        "type A = keyof B extends infer C ? readonly C[] : unique symbol;",
        "[k type] [t A] = [k keyof] [t B] [k extends] [k infer] [t C] ? [k readonly] [t C][] : [k unique] [t symbol];",
    );
}

#[test]
fn types() {
    check(
        "ts",
        "function f(a: string, b?: number[], ...c: any): void {} void 0;",
        "[k function] [f f](a: [t string], b?: [t number][], ...c: [t any]): [t void] {} [k void] [n 0];",
    );
    check(
        "ts",
        "let x: Map<string, number | null>; const string = number; string.trim();",
        "[k let] x: [t Map]<[t string], [t number] | [k null]>; [k const] string = number; string.[f trim]();",
    );
    check(
        "ts",
        "interface A<T = string> extends B { a: T; b?(): void; [k: string]: unknown; readonly c: never }",
        "[k interface] [t A]<[t T] = [t string]> [k extends] [t B] { [p a]: [t T]; [f b]?(): [t void]; [k: [t string]]: [t unknown]; [k readonly] [p c]: [t never] }",
    );
    check(
        "ts",
        "type A = { a: string; b: (x: boolean) => bigint } | [number, string];",
        "[k type] [t A] = { [p a]: [t string]; [f b]: (x: [t boolean]) => [t bigint] } | [[t number], [t string]];",
    );
    check(
        "ts",
        "enum E { A = 1, B, C = 'x' } const enum F { D }",
        "[k enum] [t E] { [p A] = [n 1], [p B], [p C] = [s 'x'] } [k const] [k enum] [t F] { [p D] }",
    );
    check(
        "ts",
        "const x = <string>y; const z = `a${b}`; type T = `a-${string}`;",
        "[k const] x = <[t string]>y; [k const] z = [s `a]${b}[s `]; [k type] [t T] = [s `a-]${[t string]}[s `];",
    );
}

#[test]
fn literals() {
    check(
        "js",
        "0xff 1_000n .5 1e-3 0b11 1..toFixed() a[0].b 10.5.c",
        "[n 0xff] [n 1_000n] [n .5] [n 1e-3] [n 0b11] [n 1]..[f toFixed]() a[[n 0]].b [n 10.5].c",
    );
    check(
        "js",
        r#"'a\'b' "c\"d" 'e\\' f"#,
        r#"[s 'a\'b'] [s "c\"d"] [s 'e\\'] f"#,
    );
    check(
        "js",
        "true false null undefined NaN Infinity this",
        "[k true] [k false] [k null] [k undefined] [k NaN] [k Infinity] [k this]",
    );
    check(
        "js",
        r"'a\
b'; 'open
let x",
        r"[s 'a\]
[s b']; [s 'open]
[k let] x",
    );
    check(
        "js",
        "it's; let y = \"open;\r\nz",
        "it[s 's; let y = \"open;]\r\nz",
    );
}

#[test]
fn templates() {
    check(
        "js",
        "`a${b}c` `${d}${e}` ``",
        "[s `a]${b}[s c`] [s `]${d}${e}[s `] [s ``]",
    );
    check(
        "js",
        "`a${`b${`c${d({ e: `f` })}`}`}g` h",
        "[s `a]${[s `b]${[s `c]${[f d]({ [p e]: [s `f`] })}[s `]}[s `]}[s g`] h",
    );
    check(
        "js",
        r"html`<a>${b}
</a>` \u0041",
        r"[f html][s `<a>]${b}
[s </a>`] \u0041",
    );
    check("js", r"`\`${a}\${b}$c`", r"[s `\`]${a}[s \${b}$c`]");
    check(
        "js",
        "`open ${a}
let b = 1;",
        "[s `open ${a}]
[k let] b = [n 1];",
    );
    check(
        "js",
        "`a${b
let c = `d`;",
        "[s `a]${b
[k let] c = [s `d`];",
    );
}

#[test]
fn regular_expressions() {
    check(
        "js",
        "a / b / c; x = /d/g; f(/e/, [/f/], !/g/)",
        "a / b / c; x = [s /d/][k g]; [f f]([s /e/], [[s /f/]], ![s /g/])",
    );
    check(
        "js",
        "if (a) /b/.test(c); (a) / b / c; a[0] / 1 / 2; }
/x/.y",
        "[k if] (a) [s /b/].[f test](c); (a) / b / c; a[[n 0]] / [n 1] / [n 2]; }
[s /x/].y",
    );
    check(
        "js",
        "return /a/; typeof /b/; i++ / 2 / 3; this / 1 / 2; x.return / 1 / 2",
        "[k return] [s /a/]; [k typeof] [s /b/]; i++ / [n 2] / [n 3]; [k this] / [n 1] / [n 2]; x.return / [n 1] / [n 2]",
    );
    check(
        "js",
        r"/[/]\/(?<n>x)/u.exec(y); a = / b; c = 1",
        r"[s /[/]\/(?<n>x)/][k u].[f exec](y); a = / b; c = [n 1]",
    );
    check(
        "js",
        "() => /a/; a ? /b/ : /c/; `${/}/}`",
        "() => [s /a/]; a ? [s /b/] : [s /c/]; [s `]${[s /}/]}[s `]",
    );
}

#[test]
fn comments() {
    check(
        "js",
        "#!/usr/bin/env node
// a
b /* c
 d */ e /** f */",
        "[c #!/usr/bin/env node]
[c // a]
b [c /* c]
[c  d */] e [c /** f */]",
    );
    check(
        "js",
        "glob('src/**'); /* open
let a",
        "[f glob]([s 'src/**']); [c /* open]
[k let] a",
    );
    check("js", "a // b\r\nc", "a [c // b]\r\nc");
    check(
        "json",
        "// a
/* b
c */ 1 /* open",
        "[c // a]
[c /* b]
[c c */] [n 1] [c /* open]",
    );
}

#[test]
fn elements() {
    check(
        "jsx",
        r#"<a b="c" d={e} {...f} g>h {i} <J.K l='m' /></a>"#,
        r#"<[g a] [a b]=[s "c"] [a d]={e} {...f} [a g]>h {i} <[g J.K] [a l]=[s 'm'] /></[g a]>"#,
    );
    check(
        "jsx",
        "return <><A>it's // no /* comment */ {/* c */}</A></>; x / 2 / 3",
        "[k return] <><[g A]>it's // no /* comment */ {[c /* c */]}</[g A]></>; x / [n 2] / [n 3]",
    );
    check(
        "jsx",
        "x = a ? <b /> : <c>d</c>; e < f > g",
        "x = a ? <[g b] /> : <[g c]>d</[g c]>; e < f > g",
    );
    check(
        "jsx",
        "(a) => <p>{b.map((c) => <q key={c}>{`d${<r>e</r>}`}</q>)}</p>",
        "(a) => <[g p]>{b.[f map]((c) => <[g q] [a key]={c}>{[s `d]${<[g r]>e</[g r]>}[s `]}</[g q]>)}</[g p]>",
    );
    check(
        "jsx",
        r#"<my-el a-b:c="d > e" f="g
h" onX={() => { g(); }}></my-el>
<B />
<C></C>"#,
        r#"<[g my-el] [a a-b:c]=[s "d > e"] [a f]=[s "g]
[s h"] [a onX]={() => { [f g](); }}></[g my-el]>
<[g B] />
<[g C]></[g C]>"#,
    );
    check(
        "js",
        "const a = <YOUR_KEY>; b(<p>not closed);
let c;",
        "[k const] a = <YOUR_KEY>; [f b](<p>not closed);
[k let] c;",
    );
    check(
        "js",
        "a < b && c > d; for (let i = 0; i<n; i++) x[i]<y",
        "a < b && c > d; [k for] ([k let] i = [n 0]; i<n; i++) x[i]<y",
    );
    check(
        "tsx",
        "const f = <T,>(a: T) => a; const g = <T extends B>(c) => <D<string> e={a as F} />;",
        "[k const] [f f] = <[t T],>(a: [t T]) => a; [k const] [f g] = <[t T] [k extends] [t B]>(c) => <[g D]<string> [a e]={a [k as] [t F]} />;",
    );
    check(
        "tsx",
        "useState<string>(''); x as Y<Z>; a < b; <A>{c < d}</A>",
        "[f useState]<[t string]>([s '']); x [k as] [t Y]<[t Z]>; a < b; <[g A]>{c < d}</[g A]>",
    );
    check(
        "ts",
        "const x = <Foo>bar; if (a <b) {}",
        "[k const] x = <[t Foo]>bar; [k if] (a <b) {}",
    );
    check(
        "jsx",
        "<a><b></a> c = 1",
        "<[g a]><[g b]></[g a]> c = [n 1]",
    );
    check(
        "jsx",
        r#"<a b="open>
let c = 'd'"#,
        r#"<[g a] [a b]=[s "open>]
[a let] [a c] = [s 'd']"#,
    );
}

#[test]
fn code_that_is_no_code() {
    check(
        "js",
        "const a = { ... }; f(...); [...]; { … } № 😀 ‘x’",
        "[k const] a = { ... }; [f f](...); [...]; { … } № 😀 ‘x’",
    );
    check("js", ") } ] a } ) b", ") } ] a } ) b");
    check(
        "js",
        "f({ a: [1, 2 ); let b = 1",
        "[f f]({ [p a]: [[n 1], [n 2] ); [k let] b = [n 1]",
    );
    check("js", "", "");
    check(
        "js",
        "\0 \u{feff}x größe() ñ: 1",
        "\0 \u{feff}x [f größe]() ñ: [n 1]",
    );
}

#[test]
fn json() {
    check(
        "json",
        r#"{ "a": "b", 'c': 1, d: -2.5e+3, "e" : [true, null, +Infinity, .5] }"#,
        r#"{ [p "a"]: [s "b"], [p 'c']: [n 1], [p d]: [n -2.5e+3], [p "e"] : [[k true], [k null], +[k Infinity], [n .5]] }"#,
    );
    check(
        "json",
        r#"{ "a\"b": "c\\", "open: 1
 "d": ... } …"#,
        r#"{ [p "a\"b"]: [s "c\\"], [s "open: 1]
 [p "d"]: ... } …"#,
    );
    check(
        "json",
        r#"{"a":1}
{"a":2}"#,
        r#"{[p "a"]:[n 1]}
{[p "a"]:[n 2]}"#,
    );
    check(
        "json",
        "é: 0xff, \"x\"\r\n: 1 // c\r\n",
        "[p é]: [n 0xff], [p \"x\"]\r\n: [n 1] [c // c]\r\n",
    );
}

fn cover(name: &str, code: &str) {
    let language = Highlighter::language(name).expect("invariant: tests name known languages");
    let highlighted = Highlighter::new().highlight(language, code);
    assert_eq!(highlighted.plain, None);
    shown(code, &highlighted);
}

/// Prefixes, suffixes and random slices of the samples, and samples with a character cut out, give
/// whole tokens in every language.
#[test]
fn any_slice_is_covered() {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    for (_, sample, _) in SAMPLES {
        let code = format!("{sample}é…\r\n😀`'\\");
        let places: Vec<usize> = code.char_indices().map(|(at, _)| at).collect();
        for name in ["js", "jsx", "ts", "tsx", "json"] {
            for _ in 0..200 {
                let (a, b) = (places[next(places.len())], places[next(places.len())]);
                let (from, to) = (a.min(b), a.max(b));
                cover(name, &code[from..to]);
                cover(name, &code[..to]);
                cover(name, &code[from..]);
                cover(name, &format!("{}{}", &code[..from], &code[to..]));
            }
        }
    }
}

/// Text made to be slow: each must be done in linear time, which a test in debug mode would feel.
#[test]
fn hostile_text_is_fast() {
    let started = std::time::Instant::now();
    for piece in [
        "([{",
        "`${",
        "`${a(",
        "a<",
        "<a>",
        "<a b={",
        "</a>",
        "/[",
        "/a[ ",
        "=/x\\",
        "\"\\\"",
        "<a b=\" ",
        "/* ",
        "async(",
        "a=(b):c<",
        "const a:",
        "<a b='\n",
        "<a><b><c></b>",
        "`\\`",
        "))}}]]",
        "{(`${<a>{[</a>",
        "@a.",
        "\"a\"      ",
        "{ * * ",
        "{ get get ",
        "a.",
        "<a ",
    ] {
        let code = piece.repeat(100_000 / piece.len());
        for name in ["js", "ts", "tsx", "json"] {
            cover(name, &code);
        }
    }
    assert!(started.elapsed().as_secs() < 30);
}
