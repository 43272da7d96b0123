//! `docproof.yaml`: sound places, and settings that are usable whatever was written.

use docproof::config::{SiteConfig, parse};
use docproof::diagnostic::Severity;

use crate::shared;

/// Checks one configuration.
pub fn check(text: &str) {
    let (sources, id, text) = shared::source("docproof.yaml", text);
    let (config, problems) = parse(&text);
    shared::problems(&problems, &text, &sources, id);
    places(&config, &text);
    usable(&config);
    if problems.iter().all(|p| p.severity != Severity::Error) {
        sensible(&config);
    }
}

fn places(config: &SiteConfig, text: &str) {
    let theme = &config.theme;
    let placed = theme.logo.iter().chain(&theme.favicon).chain(&theme.css);
    for placed in placed {
        shared::sound(text, &placed.place, placed);
    }
    for link in &config.header_links {
        shared::sound(text, &link.place, link);
    }
    for redirect in &config.redirects {
        shared::sound(text, &redirect.place, redirect);
    }
    for docset in &config.docsets {
        shared::sound(text, &docset.place, docset);
        for version in &docset.versions {
            shared::sound(text, &version.place, version);
            for removed in &version.removed {
                shared::sound(text, &removed.place, removed);
            }
        }
    }
}

/// Holds even when there are errors, because later phases go on with what they get.
fn usable(config: &SiteConfig) {
    let base = &config.base_url;
    assert!(base.starts_with('/') && base.ends_with('/'), "{base}");
    assert!(!base.contains("//"), "{base}");
    assert!(!config.docsets.is_empty() && !config.output.is_empty());
    if let Some(url) = &config.url {
        assert!(!url.ends_with('/') && url.contains("://"), "{url}");
    }
    let folders = config.docsets.iter().map(|d| &d.path);
    for folder in folders.chain([&config.output, &config.copy_root]) {
        let inside = folder.split('/').all(|p| !matches!(p, "." | ".."));
        assert!(inside && !folder.starts_with('/'), "{folder}");
        assert!(!folder.ends_with('/') && !folder.contains("//"), "{folder}");
    }
    for docset in &config.docsets {
        let route = &docset.route;
        assert!(!route.starts_with('/') && !route.ends_with('/'), "{route}");
        assert!(route.split('/').all(|p| !matches!(p, "." | "..")));
    }
    for redirect in &config.redirects {
        let from = &redirect.from;
        assert!(!from.starts_with('/'), "{from}");
        assert!(from.split('/').all(|p| !matches!(p, "." | "..")));
    }
}

/// Holds when nothing was complained about.
fn sensible(config: &SiteConfig) {
    let output = format!("{}/", config.output);
    for folder in config.source_folders() {
        let source = format!("{folder}/");
        let apart = !source.starts_with(&output) && !output.starts_with(&source);
        assert!(apart, "{output} and {source}");
    }
    for (at, docset) in config.docsets.iter().enumerate() {
        for other in &config.docsets[..at] {
            assert!(docset.id != other.id && docset.route != other.route);
        }
    }
}
