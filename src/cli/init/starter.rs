//! The texts of a new site.

use crate::build::front_text::scalar;

/// `docproof.yaml`.
pub fn config(title: &str, tagline: Option<&str>, output: &str) -> String {
    let tagline = match tagline {
        Some(tagline) => format!("tagline: {}\n", scalar(tagline)),
        None => "# tagline: One line about it\n".to_owned(),
    };
    let output = if output == "build" {
        String::new()
    } else {
        format!("output: {output}\n")
    };
    format!(
        "# The settings of this site. Each has a default; these are the ones that most sites want.\n\
         title: {}\n\
         {tagline}\
         # url: https://docs.example.com    # where it is published: for canonical links and the sitemap\n\
         {output}\
         header:\n\
        \x20 links:\n\
        \x20   - {{ doc: introduction, label: Docs }}\n\
         # theme: {{ accent: \"#0b57c5\" }}    # the colour of links\n",
        scalar(title)
    )
}

/// `sidebars.json`.
pub const SIDEBARS: &str =
    "{\n  \"docs\": {\n    \"Start\": [\"introduction\", \"writing\"]\n  }\n}\n";

/// `docs/introduction.md`, where there is no README.
pub fn introduction(title: &str, tagline: Option<&str>) -> String {
    let description = tagline
        .map(|tagline| format!("description: {}\n", scalar(tagline)))
        .unwrap_or_default();
    let first = tagline.map_or_else(
        || "Say here what this is, whom it is for, and what a reader can do with it in five minutes.".to_owned(),
        |tagline| format!("{tagline}{}", if tagline.ends_with('.') { "" } else { "." }),
    );
    format!(
        "---\nid: introduction\ntitle: {}\n{description}---\n\n{first}\n\n\
         ## Where things are\n\n\
         | File | What it holds |\n|---|---|\n\
         | `docs/` | the pages, in Markdown |\n\
         | `sidebars.json` | which pages the sidebar lists, and in what order |\n\
         | `docproof.yaml` | the settings of the site |\n\n\
         The next page shows [what a page can hold](writing.md).\n",
        scalar(title)
    )
}

/// `docs/writing.md`.
pub const WRITING: &str = r#"---
id: writing
title: Writing a page
description: Tabs, callouts and marked lines of code, on one page.
---

A page is a Markdown file. The lines between `---` at its top name it; the rest is what readers see.

## Code

What follows the language on the first line of a block gives it a title and marks lines.

```json title="settings.json" {2}
{
  "marked": true
}
```

`docproof verify` compiles and runs Rust code.

```rust
let names = ["Ada", "Grace"];
assert_eq!(names.len(), 2);
```

## Tabs

:::tabs
== Cargo

```toml title="Cargo.toml"
[dependencies]
example = "1.0"
```

== Shell

```bash
cargo add example
```
:::

## Callouts

:::tip
The other kinds are `note`, `important`, `warning`, `caution` and `danger`.
:::

## Links

Link to a page by its file, as in `[Introduction](introduction.md)`: [Introduction](introduction.md). A link
that leads nowhere is an error, so none is ever published.
"#;
