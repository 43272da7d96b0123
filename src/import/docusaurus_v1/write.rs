//! A site as the text of a `docproof.yaml`.

use std::fmt::Write as _;

use super::settings::{Got, LinkTarget};
use super::site::{Docset, Line, Link, Site};
use crate::import::yaml_text::{comment, scalar};

/// Writes the configuration. Where a value is not known, a comment stands in its place.
pub fn write(site: &Site) -> String {
    let mut out = String::from(
        "# Made by `docproof import docusaurus-v1`. The old sites stay as they are.\n\
         # `by hand` marks what is computed there and has to be written here.\n",
    );
    line(&mut out, "", "title", &site.title);
    line(&mut out, "", "tagline", &site.tagline);
    line(&mut out, "", "url", &site.url);
    line(&mut out, "", "base_url", &site.base_url);
    let urls = if site.clean { "clean" } else { "html" };
    put(
        &mut out,
        &format!("output: {}\nurls: {urls}\n", scalar(&site.output)),
    );
    if site.clean {
        put(
            &mut out,
            "index_twins: true    # old addresses that end in `/` stay good\n",
        );
    }
    put(
        &mut out,
        "links: warn          # `error`, as soon as the old ones are mended\n",
    );
    if site.update_time {
        put(&mut out, "last_updated: true\n");
    }
    if !site.copy_root.is_empty() {
        put(
            &mut out,
            &format!("copy_root: {}\n", scalar(&site.copy_root)),
        );
    }
    header(&mut out, &site.links);
    theme(&mut out, site);
    put(&mut out, "\ndocsets:\n");
    site.docsets.iter().for_each(|set| docset(&mut out, set));
    out
}

fn put(out: &mut String, text: &str) {
    out.push_str(text);
}

/// `key: value`, or a comment that asks for it.
fn line(out: &mut String, indent: &str, key: &str, value: &Line) {
    let written = match value {
        Got::Absent => return,
        Got::Known(text) => writeln!(out, "{indent}{key}: {}", scalar(text)),
        Got::ByHand(Some(sketch)) => {
            writeln!(
                out,
                "{indent}# by hand: {key}: {}",
                comment(&scalar(sketch))
            )
        }
        Got::ByHand(None) => writeln!(out, "{indent}# by hand: {key}: …"),
    };
    written.expect("invariant: writing to a string");
}

fn header(out: &mut String, links: &[Link]) {
    if links.is_empty() {
        return;
    }
    put(out, "\nheader:\n  links:\n");
    for link in links {
        let (key, value) = match &link.target {
            LinkTarget::Doc(id) => ("doc", id),
            LinkTarget::Page(page) => ("page", page),
            LinkTarget::Href(href) => ("href", href),
        };
        let mut parts = vec![format!("{key}: {}", scalar(value))];
        parts.extend(
            link.docset
                .iter()
                .map(|id| format!("docset: {}", scalar(id))),
        );
        parts.extend(
            link.label
                .iter()
                .map(|label| format!("label: {}", scalar(label))),
        );
        if !link.only.is_empty() {
            let only: Vec<String> = link.only.iter().map(|id| scalar(id)).collect();
            parts.push(format!("only: [{}]", only.join(", ")));
        }
        put(out, &format!("    - {{ {} }}\n", parts.join(", ")));
    }
}

fn theme(out: &mut String, site: &Site) {
    let mut inner = String::new();
    line(&mut inner, "  ", "accent", &site.accent);
    for (key, file) in [
        ("logo", &site.logo),
        ("favicon", &site.favicon),
        ("image", &site.image),
    ] {
        if let Some(file) = file {
            put(&mut inner, &format!("  {key}: {}\n", scalar(file)));
        }
    }
    let listed = |all: &[String]| {
        let all: Vec<String> = all.iter().map(|path| scalar(path)).collect();
        all.join(", ")
    };
    if !site.css.is_empty() {
        put(&mut inner, &format!("  css: [{}]\n", listed(&site.css)));
    }
    if !site.old_css.is_empty() {
        let sheets = comment(&listed(&site.old_css));
        put(
            &mut inner,
            &format!("  # These were part of every page: {sheets}\n"),
        );
    }
    line(&mut inner, "  ", "footer", &site.footer);
    if inner.is_empty() {
        return;
    }
    // A table of nothing but comments would be empty.
    let only_comments = inner.lines().all(|line| line.trim_start().starts_with('#'));
    put(
        out,
        if only_comments {
            "\n# theme:\n"
        } else {
            "\ntheme:\n"
        },
    );
    put(out, &inner);
}

fn docset(out: &mut String, docset: &Docset) {
    put(out, &format!("  - id: {}\n", scalar(&docset.id)));
    let mut set = |key: &str, value: &str| put(out, &format!("    {key}: {}\n", scalar(value)));
    if let Some(title) = &docset.title {
        set("title", title);
    }
    set("path", &docset.path);
    set("layout", "docusaurus-v1");
    set("dialect", "docusaurus-v1");
    if docset.website != "website" {
        set("website", &docset.website);
    }
    if docset.docs != "docs" {
        set("docs", &docset.docs);
    }
    if docset.made_up {
        put(
            out,
            &format!(
                "    route: {}    # by hand: `baseUrl` is computed\n",
                scalar(&docset.route)
            ),
        );
    } else {
        put(out, &format!("    route: {}\n", scalar(&docset.route)));
    }
    if !docset.static_route.is_empty() {
        put(
            out,
            &format!("    static_route: {}\n", scalar(&docset.static_route)),
        );
    }
    line(out, "    ", "edit_url", &docset.edit_url);
    if docset.removed.is_empty() {
        return;
    }
    put(out, "    versions:\n");
    for (version, ids) in &docset.removed {
        let ids: Vec<String> = ids.iter().map(|id| scalar(id)).collect();
        put(
            out,
            &format!(
                "      {}: {{ removed: [{}] }}\n",
                scalar(version),
                ids.join(", ")
            ),
        );
    }
}
