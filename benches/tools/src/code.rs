//! The code blocks of the test sites: programs that mean nothing but are shaped like real ones.
//!
//! In: a stream of numbers and the number of the block. Out: a language and its text. The number
//! stands in the text, so that no two blocks of a site are the same and nothing can be saved by
//! remembering one; the rest differs as well.

use crate::random::Random;
use crate::words::{NOUNS, VERBS, capital, phrase};
use std::fmt::Write as _;

/// One code block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The word after the fence.
    pub language: &'static str,
    /// The lines, each with its line break.
    pub text: String,
}

/// The three blocks of a page: Rust, JavaScript, and one of TOML, JSON, bash and Python in turn.
pub fn blocks_of_page(random: &mut Random, page: usize) -> [Code; 3] {
    let third: (&'static str, Writer) = match page % 4 {
        0 => ("toml", toml),
        1 => ("json", json),
        2 => ("bash", bash),
        _ => ("python", python),
    };
    let mut number = page * 3;
    [("rust", rust as Writer), ("javascript", javascript), third].map(|(language, write)| {
        let text = write(random, number);
        number += 1;
        Code { language, text }
    })
}

/// Writes a block with this number in it.
type Writer = fn(&mut Random, usize) -> String;

/// Appends one formatted line.
macro_rules! line {
    ($text:expr, $($format:tt)*) => {
        writeln!($text, $($format)*).expect("invariant: writing to a String cannot fail")
    };
}

fn rust(random: &mut Random, number: usize) -> String {
    let mut text = String::new();
    let (kind, field) = (
        format!("{}{number}", capital(random.pick(&NOUNS))),
        random.pick(&NOUNS),
    );
    line!(text, "use std::collections::HashMap;\n");
    line!(text, "/// Says {}.", phrase(random, 6));
    line!(
        text,
        "#[derive(Debug, Clone, Default)]\npub struct {kind}<'a> {{"
    );
    line!(
        text,
        "    {field}_names: Vec<&'a str>,\n    total: u64, // {}\n}}\n",
        phrase(random, 3)
    );
    line!(text, "impl<'a> {kind}<'a> {{");
    line!(
        text,
        "    pub fn {}_{field}(&mut self, limit: usize) -> Result<u64, Error> {{",
        random.pick(&VERBS)
    );
    for _ in 0..random.between(3, 4) {
        rust_statement(&mut text, random, field);
    }
    line!(text, "        Ok(self.total)\n    }}\n}}");
    text
}

fn rust_statement(text: &mut String, random: &mut Random, field: &str) {
    let (name, verb, amount) = (
        random.pick(&NOUNS),
        random.pick(&VERBS),
        random.between(2, 9000),
    );
    match random.below(5) {
        0 => line!(
            text,
            "        let {name}_count = self.{field}_names.iter().filter(|part| part.len() > {amount}).count();"
        ),
        1 => line!(
            text,
            "        if limit < {amount} {{\n            return Err(Error::new(\"{}\"));\n        }}",
            phrase(random, 4)
        ),
        2 => line!(
            text,
            "        for (index, {name}) in self.{field}_names.iter().enumerate() {{\n            self.total += {name}.len() as u64 * {amount}_u64 + index as u64;\n        }}"
        ),
        3 => line!(
            text,
            "        println!(\"{verb} {{}} of {{limit:>8}}\", self.total); // {}",
            phrase(random, 3)
        ),
        _ => line!(
            text,
            "        let {verb}_by: HashMap<String, u64> = HashMap::from([(String::from(\"{name}\"), 0x{amount:x})]);"
        ),
    }
}

fn javascript(random: &mut Random, number: usize) -> String {
    let mut text = String::new();
    let (kind, verb, field) = (
        format!("{}{number}", capital(random.pick(&NOUNS))),
        random.pick(&VERBS),
        random.pick(&NOUNS),
    );
    line!(
        text,
        "import {{ {verb} as start }} from \"./{field}.js\";\n"
    );
    line!(text, "// {}", phrase(random, 6));
    line!(
        text,
        "export class {kind} extends EventTarget {{\n  #{field} = new Map();\n"
    );
    line!(
        text,
        "  async {verb}{}(request, {{ limit = {} }} = {{}}) {{",
        capital(field),
        random.between(2, 900)
    );
    for _ in 0..random.between(3, 4) {
        javascript_statement(&mut text, random, field);
    }
    line!(
        text,
        "    return start([...this.#{field}.values()], {{ limit }});\n  }}\n}}"
    );
    text
}

fn javascript_statement(text: &mut String, random: &mut Random, field: &str) {
    let (name, verb, amount) = (
        random.pick(&NOUNS),
        random.pick(&VERBS),
        random.between(2, 9000),
    );
    match random.below(5) {
        0 => line!(
            text,
            "    const {name} = await fetch(`/{verb}/${{request.{field}}}?page={amount}`, {{ method: \"POST\" }});"
        ),
        1 => line!(
            text,
            "    if (request.{name} === undefined) {{\n      throw new TypeError(\"{}\");\n    }}",
            phrase(random, 4)
        ),
        2 => line!(
            text,
            "    for (const [key, {name}] of Object.entries(request.{verb} ?? {{}})) {{\n      this.#{field}.set(key, {name} * {amount});\n    }}"
        ),
        3 => line!(
            text,
            "    const {verb}Pattern = /^[a-z]+-{amount}\\/(\\w+)$/gi; // {}",
            phrase(random, 3)
        ),
        _ => line!(
            text,
            "    request.items.map((item) => item.{name}).filter(Boolean).forEach(({name}) => this.{verb}({name}, {amount}));"
        ),
    }
}

fn toml(random: &mut Random, number: usize) -> String {
    let mut text = String::new();
    line!(
        text,
        "# {}\n[{}.{}-{number}]",
        phrase(random, 5),
        random.pick(&NOUNS),
        random.pick(&NOUNS)
    );
    for row in 0..random.between(8, 11) {
        let name = format!("{}-{}-{row}", random.pick(&VERBS), random.pick(&NOUNS));
        match random.below(4) {
            0 => line!(text, "{name} = \"{}\"", phrase(random, 3)),
            1 => line!(text, "{name} = {}", random.between(1, 90_000)),
            2 => line!(
                text,
                "{name} = [\"{}\", \"{}\"]",
                random.pick(&NOUNS),
                random.pick(&NOUNS)
            ),
            _ => line!(
                text,
                "{name} = {{ every = {}, strict = {} }}",
                random.between(1, 60),
                random.below(2) == 0
            ),
        }
    }
    text
}

fn json(random: &mut Random, number: usize) -> String {
    let mut text = String::new();
    line!(text, "{{\n  \"{}{number}\": {{", random.pick(&NOUNS));
    for row in 0..random.between(7, 10) {
        let name = format!("{}_{}_{row}", random.pick(&VERBS), random.pick(&NOUNS));
        match random.below(4) {
            0 => line!(text, "    \"{name}\": \"{}\",", phrase(random, 3)),
            1 => line!(
                text,
                "    \"{name}\": {}.{},",
                random.between(1, 900),
                random.between(1, 99)
            ),
            2 => line!(
                text,
                "    \"{name}\": [\"{}\", null, {}],",
                random.pick(&NOUNS),
                random.between(1, 99)
            ),
            _ => line!(
                text,
                "    \"{name}\": {{ \"strict\": {} }},",
                random.below(2) == 0
            ),
        }
    }
    line!(text, "    \"last\": true\n  }}\n}}");
    text
}

fn bash(random: &mut Random, number: usize) -> String {
    let mut text = String::new();
    let name = format!("{}_{number}", random.pick(&NOUNS));
    line!(
        text,
        "#!/usr/bin/env bash\nset -euo pipefail\n{name}=\"${{1:-{}}}\"",
        random.pick(&NOUNS)
    );
    for _ in 0..random.between(5, 7) {
        let (verb, noun) = (random.pick(&VERBS), random.pick(&NOUNS));
        match random.below(4) {
            0 => line!(
                text,
                "{verb} --{noun} \"${name}\" | sort -n > \"/tmp/{noun}.txt\""
            ),
            1 => line!(
                text,
                "if [[ -z \"${{{}:-}}\" ]]; then\n  echo \"{}\" >&2\nfi",
                verb.to_uppercase(),
                phrase(random, 4)
            ),
            2 => line!(
                text,
                "for part in {noun} {verb}; do echo \"$part: $((RANDOM % {}))\"; done",
                random.between(2, 900)
            ),
            _ => line!(text, "# {}", phrase(random, 6)),
        }
    }
    text
}

fn python(random: &mut Random, number: usize) -> String {
    let mut text = String::new();
    let field = random.pick(&NOUNS);
    line!(
        text,
        "from dataclasses import dataclass\n\n\n@dataclass\nclass {}{number}:",
        capital(random.pick(&NOUNS))
    );
    line!(
        text,
        "    \"\"\"Says {}.\"\"\"\n\n    {field}: int = {}\n",
        phrase(random, 5),
        random.between(1, 900)
    );
    line!(
        text,
        "    def {}(self, names: list[str]) -> dict[str, int]:",
        random.pick(&VERBS)
    );
    for _ in 0..random.between(2, 3) {
        let (verb, noun) = (random.pick(&VERBS), random.pick(&NOUNS));
        match random.below(3) {
            0 => line!(
                text,
                "        {noun} = [name.{verb}() for name in names if len(name) > {}]",
                random.between(1, 90)
            ),
            1 => line!(
                text,
                "        if not names:\n            raise ValueError(f\"{} {{self.{field}!r}}\")",
                phrase(random, 3)
            ),
            _ => line!(
                text,
                "        print(\"{verb}\", {noun}={}, end=\"\")  # {}",
                random.between(1, 900),
                phrase(random, 3)
            ),
        }
    }
    line!(
        text,
        "        return {{name: self.{field} for name in names}}"
    );
    text
}
