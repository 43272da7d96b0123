//! For every code of a message, a small site that has it.

/// A site, a call, and the code of the messages that are shown.
pub struct Sample {
    pub code: &'static str,
    pub files: &'static [(&'static str, &'static str)],
    pub args: &'static [&'static str],
}

const BUILD: &[&str] = &["build", "--no-cache"];

/// A build with one wrong page.
const fn page(code: &'static str, files: &'static [(&'static str, &'static str)]) -> Sample {
    Sample {
        code,
        files,
        args: BUILD,
    }
}

/// A page on which nothing is wrong.
const FINE: (&str, &str) = ("docs/install.md", "# Install\n\nText.\n");

/// Settings of a book.
const BOOK: (&str, &str) = (
    "docproof.yaml",
    "docsets: [{ id: book, docs: src, route: \"\", dialect: mdbook }]\n",
);

/// A doc of an old site.
const WARP: (&str, &str) = ("docs/warp.md", "---\nid: warp\n---\nTie it.\n");

/// An import of an old site.
const fn import(code: &'static str, files: &'static [(&'static str, &'static str)]) -> Sample {
    Sample {
        code,
        files,
        args: &["import", "docusaurus-v1", "--check"],
    }
}

/// A look at one page.
const fn lint(code: &'static str, files: &'static [(&'static str, &'static str)]) -> Sample {
    Sample {
        code,
        files,
        args: &["lint"],
    }
}

pub const SAMPLES: &[Sample] = &[
    lint(
        "fence-language",
        &[("docs/use.md", "# Use\n\n~~~\nlet a = 1;\n~~~\n")],
    ),
    lint(
        "heading-level",
        &[("docs/use.md", "# Use\n\n## First\n\n#### Second\n")],
    ),
    lint(
        "image-alt",
        &[
            ("docs/use.md", "# Use\n\n![](assets/window.png)\n"),
            ("docs/assets/window.png", ""),
        ],
    ),
    lint("orphan-file", &[FINE, ("static/old-logo.svg", "<svg/>\n")]),
    lint(
        "sample-syntax",
        &[(
            "docs/use.md",
            "# Use\n\n```js\ncreate({ ... }, {\n  name: 'Ada'\n  age: 36,\n});\n```\n",
        )],
    ),
    lint(
        "unused-page",
        &[
            FINE,
            ("docs/use.md", "# Use\n\nText.\n"),
            (
                "sidebars.json",
                "{ \"docs\": { \"Start\": [\"install\"] } }\n",
            ),
        ],
    ),
    import(
        "import",
        &[
            WARP,
            (
                "website/siteConfig.js",
                "module.exports = {\n  title: 'Loom'\n  tagline: 'Threads in order',\n};\n",
            ),
        ],
    ),
    import(
        "import-computed",
        &[
            WARP,
            (
                "website/siteConfig.js",
                "module.exports = {\n  copyright: `© ${new Date().getFullYear()} Loom`,\n};\n",
            ),
        ],
    ),
    import(
        "import-missing-docs",
        &[
            WARP,
            (
                "website/siteConfig.js",
                "module.exports = { title: 'Loom' };\n",
            ),
            (
                "website/sidebars.json",
                "{ \"docs\": { \"Weaving\": [\"warp\", \"weft\", \"selvage\"] } }\n",
            ),
        ],
    ),
    import(
        "import-no-counterpart",
        &[
            WARP,
            (
                "website/siteConfig.js",
                "module.exports = {\n  gaTrackingId: 'UA-1',\n};\n",
            ),
        ],
    ),
    import(
        "import-same-route",
        &[
            ("a/docs/warp.md", WARP.1),
            (
                "a/website/siteConfig.js",
                "module.exports = { baseUrl: '/' };\n",
            ),
            ("b/docs/warp.md", WARP.1),
            (
                "b/website/siteConfig.js",
                "module.exports = { baseUrl: '/' };\n",
            ),
        ],
    ),
    page(
        "broken-anchor",
        &[
            FINE,
            (
                "docs/use.md",
                "# Use\n\n## First steps\n\nSee [below](#first-step).\n",
            ),
        ],
    ),
    page(
        "broken-image",
        &[(
            "docs/install.md",
            "# Install\n\n![The window](assets/window.png)\n",
        )],
    ),
    page(
        "broken-link",
        &[
            FINE,
            (
                "docs/use.md",
                "# Use\n\nRead [how to install](instal.md) first.\n",
            ),
        ],
    ),
    page(
        "changelog",
        &[
            FINE,
            (
                "docproof.yaml",
                "url: https://example.com\ndocsets: [{ id: docs, changelog: CHANGELOG.md }]\n",
            ),
            (
                "CHANGELOG.md",
                "# Changelog\n\n## 1.1.0\n\nMore.\n\n## 1.0.0 (2026-02-30)\n\nThe first.\n",
            ),
        ],
    ),
    page(
        "config",
        &[
            FINE,
            (
                "docproof.yaml",
                "titel: Shop\nbase_url: docs\nurls: pretty\ntheme: { accent: blue }\n",
            ),
        ],
    ),
    page(
        "container",
        &[(
            "docs/use.md",
            "# Use\n\n:::wraning\nThis deletes the database.\n:::\n",
        )],
    ),
    page(
        "include",
        &[
            BOOK,
            ("src/SUMMARY.md", "- [Use](use.md)\n"),
            (
                "src/use.md",
                "# Use\n\n{{#include ../main.rs:strat}}\n\n{{#include ../mian.rs}}\n",
            ),
            (
                "main.rs",
                "// ANCHOR: start\nfn main() {}\n// ANCHOR_END: start\n",
            ),
        ],
    ),
    page(
        "mdbook",
        &[
            BOOK,
            ("src/SUMMARY.md", "- [Use](use.md)\n"),
            (
                "src/use.md",
                "# Use\n\nThis is about version {{#VERSION}}.\n",
            ),
        ],
    ),
    page(
        "summary",
        &[
            BOOK,
            (
                "src/SUMMARY.md",
                "- [Use](use.md)\n- [Install](instal.md)\n- [Use again](use.md)\n",
            ),
            ("src/use.md", "# Use\n"),
        ],
    ),
    page(
        "copy-docs",
        &[
            FINE,
            (
                "docs/use.md",
                "# Use\n\n<!-- COPY DOCS -->\n<!-- ./docs/instal.md -->\n",
            ),
            (
                "docs/upgrade.md",
                "# Upgrade\n\n<!-- COPY DOCS -->\n\nText.\n",
            ),
        ],
    ),
    page(
        "duplicate-id",
        &[FINE, ("docs/setup.md", "---\nid: install\n---\nText.\n")],
    ),
    Sample {
        code: "failure",
        files: &[("notes.txt", "No docs here.\n")],
        args: BUILD,
    },
    page(
        "fence",
        &[(
            "docs/use.md",
            "# Use\n\n```js nubmers {3-1} /tokn/\nconst token = 1;\n```\n",
        )],
    ),
    page(
        "file",
        &[
            (
                "src/main.rs",
                "// region start\nfn main() {}\n// endregion\n",
            ),
            (
                "docs/use.md",
                "# Use\n\n```rust file=src/mian.rs\n```\n\n```rust file=src/main.rs region=stop\n```\n",
            ),
        ],
    ),
    page(
        "footnote",
        &[("docs/use.md", "# Use\n\nText.\n\n[^1]: A note.\n")],
    ),
    page(
        "front-matter",
        &[
            (
                "docs/a.md",
                "---\ntitle: 2026\ndraft: maybe\ntags: [new]\n---\nText.\n",
            ),
            ("docs/b.md", "---\ntitle: Shop: the guide\n---\nText.\n"),
            ("docs/c.md", "---\ntitle: Use\n\nText.\n"),
        ],
    ),
    page(
        "header",
        &[
            FINE,
            (
                "docproof.yaml",
                "header:\n  links:\n    - { doc: instal, label: Docs }\n",
            ),
        ],
    ),
    page(
        "heading-id",
        &[(
            "docs/use.md",
            "# Use\n\n## On Linux {#linux}\n\nText.\n\n## On other Unixes {#linux}\n\nText.\n",
        )],
    ),
    page(
        "highlight",
        &[(
            "docs/use.md",
            "# Use\n\n```js\n__HIGHLIGHT__ const size = 12;\n```\n\n```js\nconst limit = 10; __END_HIGHLIGHT__\n```\n",
        )],
    ),
    page("highlighting", &[("docs/use.md", HUGE)]),
    page(
        "language",
        &[("docs/use.md", "# Use\n\n```pyhton\nprint(1)\n```\n")],
    ),
    page(
        "last-updated",
        &[FINE, ("docproof.yaml", "last_updated: true\n")],
    ),
    page(
        "redirect",
        &[
            (
                "docproof.yaml",
                "redirects:\n  /docs/install: /docs/use\n  /old: /docs/uses\n",
            ),
            FINE,
            ("docs/use.md", "# Use\n\nText.\n"),
        ],
    ),
    Sample {
        code: "removed-docs",
        files: &[
            FINE,
            ("versions.json", "[\"1.0.X\"]\n"),
            (
                "versioned_docs/version-1.0.X/gone.md",
                "---\nid: version-1.0.X-gone\noriginal_id: gone\ntitle: Gone\n---\nText.\n",
            ),
        ],
        args: &["version", "cut", "2.0.X", "--force"],
    },
    page(
        "route",
        &[
            FINE,
            ("docs/Install.md", "# Install, too\n\nText.\n"),
            ("docs/con.md", "# Console\n\nText.\n"),
        ],
    ),
    page(
        "settings",
        &[
            FINE,
            (
                "sidebars.json",
                "{ \"docs\": { \"Start\": [\"install\" } }\n",
            ),
        ],
    ),
    page(
        "sidebar",
        &[
            FINE,
            ("docs/use.md", "# Use\n\nText.\n"),
            (
                "sidebars.json",
                "{ \"docs\": {\n  \"Start\": [\"instal\", \"use\"],\n  \"Then\": [\"use\", { \"type\": \"lnik\" }]\n} }\n",
            ),
        ],
    ),
    page(
        "stale-copy",
        &[
            ("docs/use.md", "# Use\n\nPress the red button.\n"),
            (
                "docs/reuse.md",
                "# Use again\n\n<!-- COPY DOCS -->\n<!-- ./docs/use.md -->\n\nPress the green button.\n",
            ),
        ],
    ),
    page(
        "tabs",
        &[(
            "docs/use.md",
            "# Use\n\n<!--DOCUSAURUS_CODE_TABS-->\nText.\n<!--Linux-->\nMore.\n<!--END_DOCUSAURUS_CODE_TABS-->\n\n:::tabs\n== Linux\nText.\n",
        )],
    ),
    page(
        "template",
        &[FINE, ("templates/doc.html", "<h1>{{ doc.titel }}</h1>\n")],
    ),
    page(
        "theme",
        &[FINE, ("docproof.yaml", "theme: { css: [custom.css] }\n")],
    ),
    page(
        "title",
        &[(
            "docs/use.md",
            "---\ntitle: How to use it\n---\n# Usage\n\nText.\n",
        )],
    ),
    Sample {
        code: "verified",
        files: &[(
            "docs/use.md",
            "# Use\n\n```rust\nassert_eq!(1 + 1, 2);\n```\n",
        )],
        args: &["build", "--no-cache", "--verified"],
    },
    Sample {
        code: "verify",
        files: &[(
            "docs/use.md",
            "# Use\n\n```rust,no_run,output\nprintln!(\"1\");\n```\n\n```text\n1\n```\n\n```rust,E0382\nlet a = 1;\n```\n",
        )],
        args: &["verify", "--list"],
    },
    page(
        "versions",
        &[
            FINE,
            ("versions.json", "[\"1.0.X\", \"1.0.X\"]\n"),
            (
                "versioned_docs/version-0.9.X/install.md",
                "# Install\n\nText.\n",
            ),
        ],
    ),
];

/// A block with a line that is too long to be highlighted.
const HUGE: &str = "@huge";

/// The text of a file.
pub fn text(text: &str) -> String {
    if text != HUGE {
        return text.to_owned();
    }
    let line = "1, ".repeat(2_000);
    format!("# Use\n\n```python\nall = [{line}]\n```\n")
}
