//! What the Rust highlighter makes of plain and of tricky code.

use super::super::{Class, Highlighter, Language};
use super::{check, shown};

fn rust(code: &str, expected: &str) {
    check("rust", code, expected);
}

#[test]
fn functions() {
    rust("fn main() {}", "[k fn] [f main]() {}");
    rust(
        "pub async unsafe fn r#try() {}",
        "[k pub] [k async] [k unsafe] [k fn] [f r#try]() {}",
    );
    rust("a.b(c(d), e)", "a.[f b]([f c](d), e)");
    rust("size_of::<u8>()", "[f size_of]::<[t u8]>()");
    rust(
        "iter.collect::<Vec<_>>()",
        "iter.[f collect]::<[t Vec]<_>>()",
    );
    rust(
        "let f: fn(u8) -> u8 = g;",
        "[k let] f: [k fn]([t u8]) -> [t u8] = g;",
    );
    rust(
        "pub(crate) const fn x()",
        "[k pub]([k crate]) [k const] [k fn] [f x]()",
    );
    rust("if (a) { return (b) }", "[k if] (a) { [k return] (b) }");
}

#[test]
fn types_and_constants() {
    rust("struct IO<T>(T);", "[k struct] [t IO]<[t T]>([t T]);");
    rust("Some(MAX_LEN)", "[t Some](MAX_LEN)");
    rust("impl Trait for _Foo", "[k impl] [t Trait] [k for] [t _Foo]");
    rust("Self::new(self)", "[k Self]::[f new]([k self])");
    rust("str::from_utf8(&b)", "[t str]::[f from_utf8](&b)");
    rust("x.bool, y.u8()", "x.bool, y.[f u8]()");
    rust("std::io::Result<()>", "std::io::[t Result]<()>");
    rust("type Größe = usize;", "[k type] [t Größe] = [t usize];");
}

#[test]
fn literals() {
    rust(r##"r#"a " b"# "##, r##"[s r#"a " b"#] "##);
    rust(
        "b\"x\" c\"y\" b'z' br\"w\"",
        "[s b\"x\"] [s c\"y\"] [s b'z'] [s br\"w\"]",
    );
    rust(
        "1_u8 0xffu32 1e3 2.5f64 1..2",
        "[n 1_u8] [n 0xffu32] [n 1e3] [n 2.5f64] [n 1]..[n 2]",
    );
    rust("t.0.1", "t.[n 0.1]");
    rust("\"a\\\"b\" '\\'' '\"'", "[s \"a\\\"b\"] [s '\\''] [s '\"']");
    rust("\"a\nb\"", "[s \"a]\n[s b\"]");
    rust("\"a\r\nb\";", "[s \"a]\r\n[s b\"];");
    rust("true && !false", "[k true] && ![k false]");
}

#[test]
fn lifetimes_and_characters() {
    rust(
        "&'a str, 'b', '_, 'static",
        "&[l 'a] [t str], [s 'b'], [l '_], [l 'static]",
    );
    rust(
        "'outer: loop { break 'outer; }",
        "[l 'outer]: [k loop] { [k break] [l 'outer]; }",
    );
    rust(
        "fn f<'a, 'b: 'a>()",
        "[k fn] [f f]<[l 'a], [l 'b]: [l 'a]>()",
    );
    rust("'r#a", "[l 'r#a]");
}

#[test]
fn macros() {
    rust("println!(\"{}\", a)", "[m println!]([s \"{}\"], a)");
    rust("std::vec![1; 2]", "std::[m vec!][[n 1]; [n 2]]");
    rust("a!=b; a != b; if !x {}", "a!=b; a != b; [k if] !x {}");
    rust(
        "macro_rules! m { ($x:expr, $($y:tt)*) => { $crate::n!($x) } }",
        "[k macro_rules!] [m m] { ($x:[t expr], $($y:[t tt])*) => { [k $crate]::[m n!]($x) } }",
    );
    rust("try!(x)", "[m try!](x)");
}

#[test]
fn attributes() {
    rust(
        "#[derive(Debug)] struct A;",
        "[a #[derive(Debug)]] [k struct] [t A];",
    );
    rust("#![allow(x[0])]", "[a #![allow(x[0])]]");
    rust("#[doc = \"]\"] fn a()", "[a #[doc = \"]\"]] [k fn] [f a]()");
    rust("#[cfg(\n  a\n)]\nx", "[a #[cfg(]\n[a   a]\n[a )]]\nx");
    rust("#[never closed", "#[never closed");
    rust("# [ spaced ]", "[a # [ spaced ]]");
}

#[test]
fn comments() {
    rust(
        "/// doc `x`\nfn a() {} // b",
        "[c /// doc `x`]\n[k fn] [f a]() {} [c // b]",
    );
    rust("/* a /* b */ c */ d", "[c /* a /* b */ c */] d");
    rust("/** x\n y */ z", "[c /** x]\n[c  y */] z");
    rust("//! inner\r\nx", "[c //! inner]\r\nx");
    rust("/* open", "[c /* open]");
    rust("f /* c */ (x)", "f [c /* c */] (x)");
}

#[test]
fn contextual_keywords() {
    rust("union U { a: u8 }", "[k union] [t U] { a: [t u8] }");
    rust("let union = a.union(b);", "[k let] union = a.[f union](b);");
    rust("&raw const x; raw(y)", "&[k raw] [k const] x; [f raw](y)");
    rust(
        "auto trait A {} let auto = 1;",
        "[k auto] [k trait] [t A] {} [k let] auto = [n 1];",
    );
    rust(
        "gen { yield 1 } rng.gen()",
        "[k gen] { [k yield] [n 1] } rng.[f gen]()",
    );
    rust(
        "safe fn a(); let safe = b;",
        "[k safe] [k fn] [f a](); [k let] safe = b;",
    );
    rust("try { a? }", "[k try] { a? }");
    rust(
        "default fn x() {} default()",
        "[k default] [k fn] [f x]() {} [f default]()",
    );
    rust(
        "x.await?; dyn Fn() + 'a",
        "x.[k await]?; [k dyn] [t Fn]() + [l 'a]",
    );
    rust("async move |x| x", "[k async] [k move] |x| x");
    rust("k#fn a", "[k k#fn] a");
    rust("r#match(r#struct)", "[f r#match](r#struct)");
}

#[test]
fn heads_of_files() {
    rust(
        "#!/usr/bin/env run\nfn a() {}",
        "[c #!/usr/bin/env run]\n[k fn] [f a]() {}",
    );
    rust("#![feature(x)]\n", "[a #![feature(x)]]\n");
    rust(
        "---\n[package]\n---\nfn a() {}",
        "[c ---]\n[c [package]]\n[c ---]\n[k fn] [f a]() {}",
    );
}

#[test]
fn code_that_is_no_code() {
    rust("fn a() { ... }", "[k fn] [f a]() { ... }");
    rust(
        "let x = \"open;\nfn b() {}",
        "[k let] x = [s \"open;]\n[k fn] [f b]() {}",
    );
    rust("r#\"open\nfn b() {}", "[s r#\"open]\n[k fn] [f b]() {}");
    rust("it's … 😀 №", "it[l 's] … 😀 №");
    rust("#\"guarded\"# ##", "#[s \"guarded\"]# ##");
    rust("f\"x\"", "f[s \"x\"]");
    rust("", "");
    rust("\0 \u{feff}x", "\0 \u{feff}x");
}

/// Every prefix of a tricky text, and every text with one byte cut out, still gives whole tokens.
#[test]
fn any_text_is_covered() {
    let text = "#!x\n#[a]fn é<'a>(){r#\"z\"#;\"…\\\"\";b'\\'';/*/**/*/m!{$x:ty}'q:0x1_u8..2.e}---\r\n//c\r\n#[[\"";
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let highlighter = Highlighter::new();
    for (&from, &to) in places.iter().zip(&places[1..]) {
        for code in [
            text[..from].to_owned(),
            text[to..].to_owned(),
            format!("{}{}", &text[..from], &text[to..]),
        ] {
            shown(&code, &highlighter.highlight(Language::Rust, &code));
        }
    }
}

/// Text made to be slow: each must be done in linear time, which a test in debug mode would feel.
#[test]
fn hostile_text_is_fast() {
    let started = std::time::Instant::now();
    for piece in [
        "#[", "r#\"", "\"\n", "/*", "'", "a!", "##", "((((", "fn ", "union ", "r#a", "b'",
    ] {
        let code = piece.repeat(20_000);
        shown(&code, &Highlighter::new().highlight(Language::Rust, &code));
    }
    assert!(started.elapsed().as_secs() < 20);
}

#[test]
fn css_names_differ() {
    let mut names: Vec<_> = super::super::class::ALL
        .iter()
        .map(|class| class.css())
        .collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), super::super::class::ALL.len());
    for (index, class) in super::super::class::ALL.iter().enumerate() {
        assert_eq!(*class as usize, index);
    }
    assert_eq!(Class::Tag.css(), "g");
}
