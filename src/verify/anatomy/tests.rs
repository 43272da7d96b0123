//! Texts and what they are made of. What concerns `main`, attributes and `(())` was seen in runs of rustdoc 1.95.

use super::*;

fn anatomy(text: &str) -> Anatomy {
    examine(&text.split('\n').collect::<Vec<_>>())
}

#[test]
fn main_counts_among_items_only() {
    for (text, expected) in [
        ("", false),
        ("fn main() {}", true),
        ("pub(crate) async unsafe extern \"C\" fn main() {}", true),
        (
            "#[tokio::main]\n/// Why.\nasync fn main() -> Result<(), E> { Ok(()) }",
            true,
        ),
        ("fn r#main() {}", false),
        ("fn main() {}\nlet x = 1;", false),
        ("fn main() {};", false),
        ("struct S;\nfn main() {}\nimpl S {}", true),
        ("mod a { fn main() {} }", false),
        ("fn f() { fn main() {} }", false),
        (
            "use a::{b, c};\nconst X: [u8; { 2 }] = { [1, 2] };\nstatic Y: u8 = 1;\nfn main() {}",
            true,
        ),
        ("const { 1 };\nfn main() {}", false),
        ("unsafe { f() }\nfn main() {}", false),
        (
            "struct T<const N: usize>([u8; N]);\nimpl A<{ 1 + 1 }> for B {}\nfn main() {}",
            true,
        ),
        (
            "fn f<const N: usize>() where [u8; { N }]: Sized, {}\nfn main() {}",
            true,
        ),
        ("union U { a: u8 }\nfn main() {}", true),
        ("union.f();\nfn main() {}", false),
        (
            "macro_rules! m { () => {} }\nm!();\nm! {}\na::b![];\nfn main() {}",
            true,
        ),
        ("m!()\n", false),
        ("fn main() {}\nm!()", false),
        ("fn main() {}\nm! {}.f();", false),
        ("m! { fn main() {} }", true),
        ("m!(fn main(););", true),
        ("m! { { fn main() {} } }", false),
        ("m! { fn main {} }", false),
        ("m! { fn f() {} }\nfn main() {}", true),
        ("if x {}\nfn main() {}", false),
        ("return;", false),
        ("// fn main() {}", false),
        ("let s = \"fn main() {}\";", false),
        ("#![allow(unused)]\nfn main() {}", true),
        ("#![feature(x)]\nfn main() {}", true),
        ("extern crate a;\nfn main() {}", true),
        (
            "type A = [u8; 1];\ntrait B { fn c(); }\nenum C { D }\nfn main() {}",
            true,
        ),
        (
            "unsafe impl A for B {}\nunsafe extern \"C\" { fn x(); }\nfn main() {}",
            true,
        ),
        ("fn main() { let x = ; }", true),
        ("fn main() {\n", true),
        ("fun main() {}", false),
    ] {
        assert_eq!(anatomy(text).has_main, expected, "{text}");
    }
}

#[test]
fn results_end_with_two_pairs_of_parentheses() {
    for (text, expected) in [
        ("Ok::<(), E>(())", true),
        ("Ok::<(), E>(()) // done\n/* really */\n", true),
        ("Ok(( ))", false),
        ("f(());", false),
        ("fn f() -> R { Ok(()) }", false),
        ("// (())", false),
    ] {
        assert_eq!(anatomy(text).result_tail, expected, "{text}");
    }
}

#[test]
fn attributes_of_the_crate_come_first() {
    let head = |text: &str| {
        let anatomy = anatomy(text);
        (anatomy.head, anatomy.head_end, anatomy.no_std)
    };
    for (text, expected) in [
        ("let x = 1;", (0, 0, false)),
        (
            "#![allow(unused)]\n#![deny(warnings)]\nlet x = 1;",
            (0, 0, false),
        ),
        (
            "#![allow(unused)]\n// so\n#![feature(x)]\n\nlet x = 1;",
            (3, 14, false),
        ),
        (
            "#![cfg_attr(a,\n  feature(b))]\n#![warn(c)]",
            (2, 14, false),
        ),
        ("  #![feature(é)] let x = 1;", (1, 16, false)),
        ("#![no_std] // why", (1, 10, true)),
        ("#![allow(internal_features)]", (1, 28, false)),
        ("fn f() { #![feature(x)] }", (0, 0, false)),
        ("#![feature(x)\nlet", (0, 0, false)),
        (
            "#[macro_use]\n  extern crate a; pub extern crate b;\nf();",
            (2, 37, false),
        ),
        (
            "#![x]\n\nextern crate a; // so\nlet x = 1;\nextern crate b;",
            (3, 15, false),
        ),
        ("extern crate a; f();", (1, 15, false)),
        ("f(); extern crate a;", (0, 0, false)),
    ] {
        assert_eq!(head(text), expected, "{text}");
    }
}

#[test]
fn names_of_crates() {
    for (text, expected) in [
        ("#![crate_name = \"a_1\"]", Some("a_1")),
        ("#![crate_name = \"../a\"]", None),
        ("#![crate_name = \"\"]", None),
        ("#![crate_name]", None),
        ("#![crate_name = a]", None),
        ("let crate_name = \"a\";", None),
    ] {
        assert_eq!(anatomy(text).crate_name.as_deref(), expected, "{text}");
    }
}

#[test]
fn extern_crates_have_places() {
    let spans = |text: &str| -> String {
        let found = anatomy(text).extern_crates;
        found
            .iter()
            .map(|(a, b)| format!("{}:{}-{}:{} ", a.line, a.column, b.line, b.column))
            .collect()
    };
    assert_eq!(spans("let x = 1;\nextern crate alloc as é;x"), "1:0-1:24 ");
    assert_eq!(
        spans("x;#[macro_use]\n  extern crate a; pub extern crate b;\nfn f() { extern crate c; }"),
        "0:2-1:17 1:18-1:37 "
    );
    assert_eq!(spans("extern crate a"), "");
    assert_eq!(spans("#[x] struct S; extern crate a;"), "0:15-0:30 ");
}

#[test]
fn what_needs_a_crate_of_its_own() {
    for (text, expected) in [
        ("#![allow(unused)]\nstruct S { pub(crate) x: u8 }", ""),
        ("#![feature(x)]", "an attribute of the crate"),
        ("extern crate core;", "`extern crate`"),
        ("use crate::S;", "`crate::`"),
        ("pub(in crate::a) fn f() {}", "`crate::`"),
        ("m!(crate::S);", "`crate::`"),
        ("macro_rules! m { () => { $crate::f() } }", "`$crate`"),
        ("// crate::S\nlet s = \"crate::S\";", ""),
        ("use super::S;", "`super::`"),
        ("mod a { use super::S; pub(super) fn f() {} }", ""),
        ("mod a { use super::super::S; }", "`super::`"),
        ("mod a { mod b { use super::super::S; } }", ""),
        (
            "#[macro_export]\nmacro_rules! m { () => {} }",
            "`#[macro_export]`",
        ),
        ("#[unsafe(no_mangle)] fn f() {}", "`#[no_mangle]`"),
        ("#[cfg_attr(a, no_mangle)] fn f() {}", "`#[no_mangle]`"),
        ("let path = 1; let link = path;", ""),
        ("#[serde(path = \"x\", link)] struct S;", ""),
        (
            "#[global_allocator] static A: B = B;",
            "`#[global_allocator]`",
        ),
        ("std::any::type_name::<u8>();", "`type_name`"),
        ("module_path!();", "`module_path!`"),
        ("unsafe { asm!(\"nop\") }", "`asm!`"),
        ("include!(\"a.rs\");", "`include!`"),
        ("include_str!(\"a.rs\");", ""),
        ("extern \"C\" { fn f(); }", "an `extern` block"),
        ("unsafe extern { fn f(); }", "an `extern` block"),
        ("extern \"C\" fn f() {}", ""),
        ("mod a;", "a module in a file of its own"),
        ("m! { fn main() {} }", "a `main` made by a macro"),
        ("m! { fn main() {} }\nfn main() {}", ""),
        ("async fn main() {}", "an unusual `main`"),
        ("#[tokio::main] async fn main() {}", ""),
        ("fn main(x: u8) {}", "an unusual `main`"),
        ("fn main<T>() {}", "an unusual `main`"),
        ("fn main() -> impl T { S }", "an unusual `main`"),
        ("pub fn main() -> Result<(), E> { Ok(()) }", ""),
        ("async fn main() {}\nmain();", ""),
    ] {
        assert_eq!(anatomy(text).own_crate.unwrap_or(""), expected, "{text}");
    }
}

#[test]
fn errors_that_hide_others() {
    let problem = |text: &str| {
        let problem = anatomy(text).lex_problem;
        problem.map_or_else(String::new, |p| {
            format!("{}:{} {}", p.spot.line, p.spot.column, p.message)
        })
    };
    for (text, expected) in [
        ("fn f() {}", ""),
        ("é\nfn f() {", "1:7 unclosed delimiter `{`"),
        ("fn f() }", "0:7 unexpected closing delimiter `}`"),
        ("f([1)];", "0:4 mismatched closing delimiter `)`"),
        ("f(\"", "0:2 unterminated string literal"),
        ("let c = 'é", ""),
        ("let c = ';", "0:8 unterminated character literal"),
        ("let c = b'x;", "0:8 unterminated byte constant"),
        ("r##\"a\"#", "0:0 unterminated raw string literal"),
        ("a /* b /* c */", "0:2 unterminated block comment"),
        // rustc says so and reads on.
        ("let x = ¬1; let y = foo\"a\"; let z = 0b;", ""),
    ] {
        assert_eq!(problem(text), expected, "{text}");
    }
    assert!(anatomy("let x = 1;").parses && anatomy("Ok::<(), ()>(())").parses);
    assert!(!anatomy("let x = ;").parses && !anatomy("f(").parses);
}

#[test]
fn lines_that_must_not_be_indented() {
    let inside = |text: &str| -> String {
        let inside = anatomy(text).inside_literal;
        inside.iter().map(|i| if *i { 'x' } else { '.' }).collect()
    };
    assert_eq!(inside("let s = \"a\nb\nc\";\nd"), ".xx.");
    assert_eq!(inside("let s = \"a\\\nb\\\\\nc\";\nd"), "..x.");
    assert_eq!(inside("let s = r\"a\\\nb\";"), ".x");
    assert_eq!(inside("/* a\nb */\n/** c\nd */\n// e\nf"), "...x..");
    assert_eq!(inside("let s = \"\n"), ".x");
    assert_eq!(inside("b\"\n\"; c\"\n\";"), ".xx");
}

#[test]
fn places_and_files() {
    for (text, expected) in [
        ("line!()", true),
        ("dbg!(x)", true),
        ("let line = 1; column(line);", false),
        ("Location::caller()", true),
        ("#[track_caller] fn f() {}", true),
        ("\"dbg!(x)\"", false),
    ] {
        assert_eq!(anatomy(text).placed, expected, "{text}");
    }
    let files = |text: &str| -> String {
        let anatomy = anatomy(text);
        let paths = anatomy
            .includes
            .iter()
            .map(|i| format!("{}:{}-{} {} ", i.line, i.start, i.end, i.path));
        format!("{}{}", paths.collect::<String>(), anatomy.reads_files)
    };
    for (text, expected) in [
        ("include_str(\"a\")", "false"),
        (
            "x;\né = include_str!(\"../a.txt\");",
            "1:17-27 ../a.txt true",
        ),
        ("m!(include_bytes![r#\"a\"b\"#])", "0:18-26 a\"b true"),
        ("include_str!(\"a\\\\b\\\"c\")", "0:13-22 a\\b\"c true"),
        (
            "include_str!(\"/a\"); include_str!(\"C:/a\"); include_str!(\"\\x41\")",
            "true",
        ),
        ("include_str!(concat!(env!(\"A\"), \"/b\"))", "true"),
        ("option_env!(\"A\")", "true"),
    ] {
        assert_eq!(files(text), expected, "{text}");
    }
}

#[test]
fn deep_and_long_texts() {
    let nested = |open: &str, close: &str, times: usize| open.repeat(times) + &close.repeat(times);
    let repeated = [
        "&",
        "!",
        "|x| ",
        "x = ",
        "if x {} else ",
        "return ",
        "let x: &",
        "<",
        "let x: fn() -> ",
        "if let x = ",
        "impl A<",
        "A<B, ",
        "let x: impl A<B=",
        "break 'a ",
        "move || ",
        "use a::",
        "let x = 1;\n",
        "#[a] ",
        "x.y().",
        "a < ",
        "while ",
        "match x { _ => ",
    ];
    let pairs = [
        ("(", ")"),
        ("{", "}"),
        ("[", "]"),
        ("fn f() {", "}"),
        ("mod a {", "}"),
        ("let x: A<{", "}>;"),
        ("let x: [u8; {", "}]"),
        ("Box<", ">"),
        ("f(", ")"),
        ("S{a:", "}"),
        ("let x: Box<Box<Box<", ">>>"),
        ("use {", "};"),
        ("#[a(", ")]"),
        ("f(|x| {", "});"),
    ];
    for times in [100, 400, 5_000] {
        for text in repeated {
            let _ = anatomy(&text.repeat(times));
            let _ = anatomy(&("let x: ".to_owned() + &text.repeat(times)));
        }
        for (open, close) in pairs {
            let _ = anatomy(&nested(open, close, times));
            let _ = anatomy(&("let x: ".to_owned() + &nested(open, close, times)));
        }
    }
}
