//! Settings are read as far as they stand in the text, and samples are told from mistakes.

use std::fmt::Write as _;

use super::sample::{Language, check};
use super::{Module, Node, SyntaxError, Value, evaluate};

fn read(files: &[(&str, &str)]) -> Result<Module, SyntaxError> {
    let other = |path: &str| {
        let found = files.iter().find(|(name, _)| *name == path)?;
        Some(found.1.to_owned())
    };
    let (path, text) = files[0];
    evaluate(path, text, &other)
}

/// A value on one line; `?` before what is computed, with its sketch and default.
fn shown(node: &Node) -> String {
    match &node.value {
        Value::Nothing => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(shown).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Table(table) => {
            let entries = table
                .entries
                .iter()
                .map(|e| format!("{}: {}", e.key, shown(&e.node)));
            let unknown = table
                .unknown
                .iter()
                .map(|node| format!("...{}", shown(node)));
            let all: Vec<String> = entries.chain(unknown).collect();
            format!("{{{}}}", all.join(", "))
        }
        Value::Computed(computed) => {
            let mut text = format!("?({})", computed.why);
            if let Some(sketch) = &computed.sketch {
                let _ = write!(text, "~{sketch:?}");
            }
            if let Some(otherwise) = &computed.otherwise {
                let _ = write!(text, "|{}", shown(otherwise));
            }
            text
        }
    }
}

#[track_caller]
fn exports(text: &str, want: &str) {
    let module = read(&[("a/s.js", text)]).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    assert_eq!(shown(&module.exports), want, "{text}");
}

#[test]
fn literals_names_and_spreads_are_read() {
    exports(
        "module.exports = { a: 'x', b: [1, -2, true, null], 'c-d': `e` }",
        r#"{a: "x", b: [1, -2, true, null], c-d: "e"}"#,
    );
    exports(
        "const t = 'Loom'; const s = { t, u: `${t} ${1 + 1}` }; module.exports = s;",
        r#"{t: "Loom", u: "Loom 2"}"#,
    );
    exports(
        "const a = [1]; const o = { x: 1, y: 2 };\nmodule.exports = { ...o, y: [...a, 3] };",
        "{x: 1, y: [1, 3]}",
    );
    exports(
        "const o = { a: { b: ['z'] } }; module.exports = o.a['b'][0]",
        "\"z\"",
    );
    exports("exports.a = 1; module.exports.b = 2;", "{a: 1, b: 2}");
    exports(
        "const s = { c: { d: 1 } }; s.e = 'x'; s.c.d = 2; module.exports = s;",
        r#"{c: {d: 2}, e: "x"}"#,
    );
    exports(
        "export default { a: true && 'yes', b: null || 'no', c: 1 === 1 ? 'x' : 'y' }",
        r#"{a: "yes", b: "no", c: "x"}"#,
    );
    exports(
        "module.exports = ['a', 'b'].join('-') + ' ' + Object.assign({}, { x: 1 }).x",
        "\"a-b 1\"",
    );
}

#[test]
fn what_would_have_to_run_is_said() {
    exports(
        "module.exports = { a: process.env.BASE || '/x/', b: f(1) }",
        "{a: ?(`process.env.BASE` is set where the site is built)|\"/x/\", b: ?(`f(1)` is not run)}",
    );
    exports(
        "module.exports = `© ${new Date().getFullYear()} Loom`",
        "?(`new Date().getFullYear()` is not run)~\"© … Loom\"",
    );
    exports(
        "let a = 1; a = 2; module.exports = a",
        "?(`a`: the name is given a value more than once)",
    );
    exports(
        "const a = b; const b = a; module.exports = { a }",
        "{a: ?(`a` is made of itself)}",
    );
    exports(
        "module.exports = { ...f(), [k]: 1, m() {} }",
        "{m: ?(a function is not run), ...?(`f()` is not run), ...?(the key is computed)}",
    );
}

#[test]
fn statements_that_would_run_are_listed() {
    let text = "'use strict';\nconst s = {};\nif (x) { s.a = 1; }\nmodule.exports = s;\n";
    let module = read(&[("s.js", text)]).expect("it parses");
    let unread: Vec<&str> = module
        .unread
        .iter()
        .map(|u| &text[u.place.range.clone()])
        .collect();
    assert_eq!(unread, ["if (x) { s.a = 1; }"]);
}

#[test]
fn other_files_are_read_and_circles_seen() {
    let files = [
        (
            "site/s.js",
            "const p = require('../package.json'); module.exports = { v: p.version, l: require('./links'), c: require('./round.js') }",
        ),
        ("package.json", "{ \"version\": \"1.2.3\" }"),
        ("site/links.js", "module.exports = [{ href: '/' }]"),
        ("site/round.js", "module.exports = require('./s.js')"),
    ];
    let module = read(&files).expect("it parses");
    let want = r#"{v: "1.2.3", l: [{href: "/"}], c: ?(`site/s.js` names itself in a circle)}"#;
    assert_eq!(shown(&module.exports), want);
    exports(
        "module.exports = require('lodash')",
        "?(the package `lodash` is not read)",
    );
    exports(
        "module.exports = require('./gone')",
        "?(there is no file `a/gone`)",
    );
}

#[test]
fn what_does_not_parse_has_a_place() {
    let error = read(&[("s.js", "const a = {\n  b: 1\n  c: 2\n};\n")]).expect_err("a mistake");
    assert_eq!(error.place.range.start, 21, "{error:?}");
    let error = read(&[("s.js", "const a = 1;")]).expect_err("nothing to read");
    assert_eq!(error.message, "it exports nothing");
}

#[test]
fn bombs_and_depth_end_no_program() {
    let mut text = String::from("const a0 = ['x', 'y'];\n");
    for n in 1..60 {
        let _ = writeln!(text, "const a{n} = [...a{0}, ...a{0}];", n - 1);
    }
    text.push_str("module.exports = a59;");
    let module = read(&[("s.js", text.as_str())]).expect("it parses");
    assert!(shown(&module.exports).contains("too many"));
    let deep = format!("module.exports = {}{}", "[".repeat(250), "]".repeat(250));
    let module = read(&[("s.js", deep.as_str())]).expect("it parses");
    assert!(shown(&module.exports).contains("nested too deeply"));
    for part in ["[", "({a=", "!", "'}'+`${"] {
        let text = part.repeat(120_000 / part.len());
        assert!(check(&text, Language::TypeScript).is_some());
        assert!(read(&[("s.js", text.as_str())]).is_err());
    }
}

#[track_caller]
fn fine(language: &str, samples: &[&str]) {
    let language = Language::of(language).expect("a language");
    for sample in samples {
        assert_eq!(check(sample, language), None, "{sample}");
    }
}

#[test]
fn samples_need_not_be_files() {
    fine(
        "js",
        &[
            "import x from 'y';\nawait x();\n",
            "with (a) { b }\n",
            "return 1;\n",
            "{ a: 1, b: { c: 2 } }\n",
            "a: 1,\nb: 2\n",
            "onClick() { return 1 }\n",
            "const a = <div>Hi {name}</div>;\n",
            "<App>\n  <Page />\n</App>\n",
            "function (a) { return a; }\n",
            "",
        ],
    );
    fine(
        "ts",
        &[
            "let a = <string>b;\ninterface A { b: number }\n",
            "const a = <div />;\n",
            "type A = { b?: string };\n",
        ],
    );
    fine("tsx", &["const a: A = <div />;\n"]);
}

#[test]
fn dots_stand_for_code() {
    fine(
        "js",
        &[
            "f(...);\n",
            "f(a, ...);\n",
            "let a = ...;\n",
            "let a = { b: 1, ... };\n",
            "let a = {\n  ...\n  b: 1,\n};\n",
            "let a = {\n  b: 1,\n  ...\n  c: {...}\n};\n",
            "let a = {\n  b: 1\n  ...\n}\n",
            "app.get('/', (...) => {\n  ...\n});\n...\n",
            "import ... from 'a';\n",
            "if (...) { … }\n",
            "....\nf();\n....\n",
            "let a = [1, ...];\n",
            "f(...args, ...)\n",
            "class A { ... }\n",
            "<App ...>{...}</App>\n",
            "f({\n    a: {...},\n    b: [\n        C.init({...}),\n        ...\n    ]\n});\n",
        ],
    );
    fine(
        "ts",
        &[
            "interface A { ... }\n",
            "type A = ...;\n",
            "function f(...): A { ... }\n",
        ],
    );
}

#[test]
fn mistakes_have_a_place() {
    for (sample, at) in [
        ("let a = ;\n", 8),
        ("f(a;\nb();\n", 3),
        ("let a = { b: 1 c: 2 };\n", 15),
        ("f(...);\nlet = = 2;\n", 14),
        ("let a = 'open;\n", 8),
    ] {
        let mistake = check(sample, Language::JavaScript).unwrap_or_else(|| panic!("{sample}"));
        assert_eq!(mistake.at, at, "{sample}: {mistake:?}");
    }
}
