//! Code blocks of the old site, in the languages that it has: shaped like real samples, and different from each other.
//!
//! In: a block of the plan and a seed. Out: its lines, marks included. Patterns have holes for words: `@n` a noun, `@N` the
//! same with a capital, `@v` a verb, `@p` a phrase, `@k` a number. Every block has its own number in it, so that no two are
//! the same.

use super::counts::FENCES;
use super::plan::{Code, Flaw};
use crate::random::Random;
use crate::words::{NOUNS, VERBS, capital, phrase};

/// How a block of one language is made: a start, some of the lines, an end.
struct Pattern {
    head: &'static str,
    lines: &'static [&'static str],
    tail: &'static str,
}

const JS: Pattern = Pattern {
    head: "let @N = require(\"@n-node\");\nlet { @v@N } = require(\"@n-node/recipe/@n@k\");\n\n@N.init({\n    appInfo: {\n        apiDomain: \"https://api@k.example.com\",\n        appName: \"@p\",\n    },\n",
    lines: &[
        "    @n: { @v: true, every: @k },",
        "    // @p",
        "    @v@N: async (input) => {\n        let userId = input.userId;\n        return @v@N(userId, @k);\n    },",
        "    @vList: [\n        @N.init({ @n: `${base}/@n/@k` }),\n        @v@N.init(),\n    ],",
        "    on@N: (context) => {\n        if (context.action === \"@v\") {\n            console.log(\"@p\", context.@n);\n        }\n    },",
        "    override: {\n        functions: (originalImplementation) => {\n            return {\n                ...originalImplementation,\n                @v@N: async function (input) {\n                    return await originalImplementation.@v@N(input);\n                },\n            };\n        },\n    },",
        "    pattern: /^[a-z]+-@k\\/(\\w+)$/i,",
    ],
    tail: "});\n",
};
const TS: Pattern = Pattern {
    head: "import express from \"express\";\nimport { @N, @vRequest } from \"@n-node/@n\";\n\nexport interface @N@k {\n    @n: string;\n    @v?: (name: string) => Promise<@N[]>;\n}\n\nlet app = express();\n",
    lines: &[
        "app.get(\"/@n/@k\", @v@N(), async (req: @vRequest, res) => {\n    let @n = req.session!.getUserId();\n    res.send({ @n });\n});",
        "type @N = \"@n\" | \"@v\" | number;",
        "const @n@k: Record<string, number> = { @v: @k };",
        "// @p",
        "export function @v@N<T extends object>(value: T): T | undefined {\n    return value as unknown as T;\n}",
    ],
    tail: "app.listen(@k);\n",
};
const JAVA: Pattern = Pattern {
    head: "import android.app.Application;\nimport com.example.@n.@N;\n\npublic class @N@k extends Application {\n    @Override\n    public void onCreate() {\n        super.onCreate();\n",
    lines: &[
        "        new @N.Builder(this, \"https://api.example.com/@n/@k\")\n            .@v@N(true)\n            .build();",
        "        // @p",
        "        String @n = @N.get@N(this).getString(\"@v\", \"@p\");",
        "        if (@n != null && @n.length() > @k) {\n            throw new IllegalStateException(\"@p\");\n        }",
    ],
    tail: "    }\n}\n",
};
const PYTHON: Pattern = Pattern {
    head: "from example_python import init, InputAppInfo\nfrom example_python.recipe import @n\n\ninit(\n    app_info=InputAppInfo(app_name=\"@p\", api_domain=\"https://api@k.example.com\"),\n    recipe_list=[@n.init()],\n)\n\n",
    lines: &[
        "async def @v_@n(user_id: str, limit: int = @k) -> dict[str, int]:\n    return {\"@n\": limit}\n",
        "# @p",
        "@n_list = [name.@v() for name in names if len(name) > @k]",
        "if not @n_list:\n    raise Exception(f\"@p {limit!r}\")",
    ],
    tail: "print(@v_@n(\"@n\", @k))\n",
};
const GO: Pattern = Pattern {
    head: "import (\n    \"net/http\"\n\n    \"github.com/example/@n-golang/recipe/@n@k\"\n)\n\nfunc main() {\n    apiBasePath := \"/@n\"\n",
    lines: &[
        "    err := @n.Init(@n.TypeInput{\n        AppName: \"@p\",\n        BasePath: &apiBasePath,\n    })\n    if err != nil {\n        panic(err.Error())\n    }",
        "    // @p",
        "    http.HandleFunc(\"/@n/@k\", func(rw http.ResponseWriter, r *http.Request) {\n        @v@N(rw, r)\n    })",
        "    @n@k := map[string]interface{}{\"@v\": @k}",
    ],
    tail: "    http.ListenAndServe(\":@k\", nil)\n}\n",
};
const PHP: Pattern = Pattern {
    head: "<?php\nuse Example\\@N\\Http\\@N@k;\n\n",
    lines: &[
        "Route::get('/@n/@k', function (Request $request) {\n    $@n = $request->@n->get@N();\n    return response()->json(['@v' => $@n]);\n});",
        "// @p",
        "$@n = new @N(['@v' => @k, 'name' => '@p']);",
        "if (!isset($@n)) {\n    throw new Exception('@p');\n}",
    ],
    tail: "return $@n;\n",
};
const BASH: Pattern = Pattern {
    head: "docker run -p @k:3567 -d \\\n    -e @n_URI=\"mysql://user:pass@localhost:3306/@n@k\" \\\n    registry.example.com/@n/@n-core\n",
    lines: &[
        "curl --location --request POST 'http://localhost:@k/@n/@v' --header 'Content-Type: application/json'",
        "npm i -s @n-node@@k",
        "# @p",
        "export @n_KEY=\"${@v:-@k}\" && @n start --with-@v",
    ],
    tail: "@n list | grep @v\n",
};
const SQL: Pattern = Pattern {
    head: "CREATE TABLE IF NOT EXISTS @n_@v@k (\n    @n_id CHAR(36) NOT NULL,\n",
    lines: &[
        "    @v_@n VARCHAR(@k),",
        "    @n_at BIGINT UNSIGNED NOT NULL, -- @p",
        "    is_@n BOOLEAN DEFAULT FALSE,",
    ],
    tail: "    PRIMARY KEY (@n_id)\n);\n",
};
const YAML: Pattern = Pattern {
    head: "version: '3'\n\nservices:\n  @n@k:\n    image: registry.example.com/@n-core:latest\n",
    lines: &[
        "    # @p",
        "    environment:\n      @n_PORT: @k\n      @v: \"@p\"",
        "    ports:\n      - @k:@k",
        "    depends_on: [@n, @v]",
    ],
    tail: "    restart: unless-stopped\n",
};
const BATCH: Pattern = Pattern {
    head: "@echo off\nset @n=@k\n",
    lines: &[
        "@n start --@v=%@n%",
        "rem @p",
        "if not exist C:\\@n\\@v mkdir C:\\@n\\@v",
    ],
    tail: "@n list\n",
};
const HTML: Pattern = Pattern {
    head: "<!DOCTYPE html>\n<html>\n  <head>\n    <script src=\"https://cdn.example.com/@n/@k.js\"></script>\n  </head>\n  <body>\n",
    lines: &[
        "    <div id=\"@n-@k\" class=\"@v\">@p</div>",
        "    <script>\n      @n.init({ @v: \"@p\" });\n    </script>",
        "    <!-- @p -->",
    ],
    tail: "  </body>\n</html>\n",
};
const SWIFT: Pattern = Pattern {
    head: "import UIKit\nimport @N@k\n\nclass AppDelegate: UIResponder, UIApplicationDelegate {\n",
    lines: &[
        "    var @n: String? = \"@p\"",
        "    func @v@N(limit: Int = @k) throws -> [String] {\n        guard let @n = @n else { return [] }\n        return [@n]\n    }",
        "    // @p",
    ],
    tail: "}\n",
};
const KOTLIN: Pattern = Pattern {
    head: "class @N@k(val @n: String) {\n",
    lines: &[
        "    fun @v@N(limit: Int = @k): List<String> = listOf(@n).filter { it.length > limit }",
        "    // @p",
    ],
    tail: "}\n",
};
const JSX: Pattern = Pattern {
    head: "import React from \"react\";\n\nexport default function @N@k() {\n    const [@n, set@N] = React.useState(@k);\n    return (\n        <div className=\"@n\">\n",
    lines: &[
        "            <@N @v={() => set@N(@k)} label=\"@p\" />",
        "            {@n.map((each) => <li key={each}>{each}</li>)}",
    ],
    tail: "        </div>\n    );\n}\n",
};
const PLAIN: Pattern = Pattern {
    head: "GET /@n/@k HTTP/1.1\n",
    lines: &["x-@n-@v: @p", "@v @n: @k", "  @p"],
    tail: "200 OK\n",
};

fn pattern(language: &str) -> &'static Pattern {
    match language {
        "js" => &JS,
        "ts" => &TS,
        "java" => &JAVA,
        "python" => &PYTHON,
        "go" => &GO,
        "php" => &PHP,
        "bash" => &BASH,
        "sql" | "cql" => &SQL,
        "yaml" => &YAML,
        "batch" => &BATCH,
        "html" => &HTML,
        "swift" => &SWIFT,
        "kotlin" => &KOTLIN,
        "jsx" => &JSX,
        _ => &PLAIN,
    }
}

/// The block with its fences.
pub fn fenced(code: &Code, seed: u64) -> String {
    let (language, _) = FENCES[code.language];
    let mut random = Random::of(&[seed, 801, code.number as u64]);
    let pattern = pattern(language);
    let mut lines = lines_of(&mut random, pattern.head, code.number);
    let start = lines.len();
    for _ in 0..random.between(2, 6) {
        let line = random.pick(pattern.lines);
        lines.extend(lines_of(&mut random, line, code.number));
    }
    let end = lines.len();
    lines.extend(lines_of(&mut random, pattern.tail, code.number));
    match code.flaw {
        Some(Flaw::Placeholder) => lines.insert(start, "    ...".to_owned()),
        Some(Flaw::Mistake) => lines.insert(start, "    let = {(".to_owned()),
        None => {}
    }
    if code.range {
        mark_range(&mut random, &mut lines[start..end]);
    }
    if code.phrase {
        mark_phrase(&mut lines[end..], code.number);
    }
    format!("```{language}\n{}\n```\n", lines.join("\n"))
}

/// Fills the holes of a pattern. The noun and the verb are the same on all of its lines, as names are in a real sample.
fn lines_of(random: &mut Random, pattern: &str, number: usize) -> Vec<String> {
    let (noun, verb) = (random.pick(&NOUNS), random.pick(&VERBS));
    let mut text = String::with_capacity(pattern.len() * 2);
    let mut parts = pattern.split('@');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (hole, rest) = part.split_at(part.len().min(1));
        match hole {
            "n" => text.push_str(noun),
            "N" => text.push_str(&capital(noun)),
            "v" => text.push_str(verb),
            "p" => text.push_str(&phrase(random, 4)),
            "k" => text.push_str(&format!("{}", 1_000 + number * 7)),
            _ => text.push_str(&format!("@{hole}")),
        }
        text.push_str(rest);
    }
    text.trim_end_matches('\n')
        .split('\n')
        .map(str::to_owned)
        .collect()
}

/// Marks one to three lines, in one of the ways that people write it.
fn mark_range(random: &mut Random, lines: &mut [String]) {
    let from = random.below(lines.len());
    let to = (from + random.below(3)).min(lines.len() - 1);
    let space = random.pick(&["", "", " "]);
    let indent = lines[from].len() - lines[from].trim_start().len();
    // Some have the marker before the indentation, others after it.
    let at = if random.below(2) == 0 { 0 } else { indent };
    lines[from].insert_str(at, &format!("__HIGHLIGHT__{space}"));
    lines[to].push_str(&format!("{space}__END_HIGHLIGHT__"));
}

/// Marks a word of the first line. One end marker of the site stands inside a word.
fn mark_phrase(lines: &mut [String], number: usize) {
    let line = &mut lines[0];
    let from = line.find(|c: char| !c.is_whitespace()).unwrap_or(0);
    let words = &line[from..];
    let whole = words.find(' ').unwrap_or(words.len());
    let length = if number.is_multiple_of(97) {
        whole.min(2)
    } else {
        whole
    };
    line.insert_str(from + length, "__END_HIGHLIGHT_PHRASE__");
    line.insert_str(from, "__HIGHLIGHT_PHRASE__");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(language: &str) -> Code {
        let language = FENCES
            .iter()
            .position(|(name, _)| *name == language)
            .expect("a language of the site");
        Code {
            language,
            number: 5,
            ..Code::default()
        }
    }

    #[test]
    fn every_language_has_a_pattern_whose_holes_are_filled() {
        for (language, _) in FENCES {
            let text = fenced(&code(language), 1);
            assert!(text.lines().count() > 4, "{language}: {text}");
            for hole in ["@N", "@v", "@p", "@k"] {
                assert!(!text.contains(hole), "{language}: {text}");
            }
        }
    }

    #[test]
    fn marks_are_balanced_and_flaws_stand_in_the_code() {
        let marked = Code {
            range: true,
            phrase: true,
            flaw: Some(Flaw::Placeholder),
            ..code("js")
        };
        let text = fenced(&marked, 1);
        for mark in ["HIGHLIGHT__", "HIGHLIGHT_PHRASE__"] {
            assert_eq!(text.matches(&format!("__{mark}")).count(), 1, "{text}");
            assert_eq!(text.matches(&format!("__END_{mark}")).count(), 1, "{text}");
        }
        assert!(text.contains("\n    ...\n"), "{text}");
    }

    #[test]
    fn blocks_of_other_numbers_are_other_blocks() {
        let other = Code {
            number: 6,
            ..code("go")
        };
        assert_ne!(fenced(&other, 1), fenced(&code("go"), 1));
    }
}
