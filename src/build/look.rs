//! Templates and theme files: the site's own over the default ones.
//!
//! In: loaded files and the theme settings. Out: a [`Theme`] that pages are rendered with, or what is wrong.

use super::Indexed;
use super::files::{File, Files};
use super::wiring::{hashed, under_route};
use crate::config::Placed;
use crate::diagnostic::Diagnostic;
use crate::render::templates::{SiteTemplate, Templates};
use crate::render::theme;
use crate::source::{ContentHash, SourceMap};

/// Templates and theme files, with the site's own over the default ones.
pub struct Theme {
    pub(super) templates: Templates,
    /// Name, published path, bytes or the site's file.
    pub(super) files: Vec<ThemeFile>,
    pub(super) extra_css: Vec<String>,
    /// The override of the accent colour.
    pub(super) accent: Option<(String, String)>,
    pub(super) logo: Option<String>,
    pub(super) favicon: String,
    /// Published path of the picture of link previews.
    pub(super) image: Option<String>,
    pub(super) hash: ContentHash,
}

pub(super) struct ThemeFile {
    pub(super) name: String,
    pub(super) published: String,
    pub(super) content: Content,
}

pub(super) enum Content {
    Own { path: String, hash: ContentHash },
    BuiltIn(&'static [u8]),
}

impl Theme {
    /// Loads templates and theme files. `None` when a template is broken; that is in the diagnostics then.
    pub fn load(
        files: &Files,
        sources: &SourceMap,
        indexed: &Indexed,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let mut hasher = blake3::Hasher::new();
        let own: Vec<SiteTemplate> = files
            .under("templates/")
            .filter_map(|(path, file)| {
                let File::Text(source) = file else {
                    return None;
                };
                let name = path.strip_prefix("templates/")?.to_owned();
                hasher.update(path.as_bytes());
                hasher.update(&sources.get(*source).hash.0);
                Some(SiteTemplate {
                    name,
                    source: *source,
                    text: sources.get(*source).text.clone(),
                })
            })
            .collect();
        let templates = match Templates::load(own) {
            Ok(templates) => Some(templates),
            Err(errors) => {
                diagnostics.extend(errors);
                None
            }
        };
        let mut theme_files: Vec<ThemeFile> = theme::STATIC
            .iter()
            .map(|(name, bytes)| theme_file(files, name, bytes))
            .collect();
        let mut find = |placed: &Placed, what: &str| {
            static_file(files, &theme_files, indexed, placed, what, diagnostics)
        };
        let settings = &indexed.config.theme;
        let logo = settings.logo.as_ref().and_then(|p| find(p, "logo"));
        let favicon = settings.favicon.as_ref().and_then(|p| find(p, "favicon"));
        let image = settings.image.as_ref().and_then(|p| find(p, "image"));
        let extra: Vec<String> = settings
            .css
            .iter()
            .filter_map(|p| find(p, "stylesheet"))
            .collect();
        let favicon = favicon.or_else(|| {
            theme_files
                .iter()
                .find(|f| f.name == "img/favicon.svg")
                .map(|f| f.published.clone())
        })?;
        // Pictures of the theme are published only where they are shown.
        theme_files.retain(|file| {
            theme::is_theme_code(&file.name)
                || file.published == favicon
                || image.as_ref() == Some(&file.published)
                || logo.as_ref() == Some(&file.published)
        });
        for file in &theme_files {
            hasher.update(file.published.as_bytes());
        }
        let accent = accent_css(settings.accent.as_deref(), settings.accent_dark.as_deref());
        let extra_css = accent
            .iter()
            .map(|(path, _)| path.clone())
            .chain(extra)
            .collect();
        Some(Self {
            templates: templates?,
            files: theme_files,
            extra_css,
            accent,
            logo,
            favicon,
            image,
            hash: ContentHash::from_hasher(&hasher),
        })
    }
}

fn theme_file(files: &Files, name: &str, bytes: &'static [u8]) -> ThemeFile {
    let path = format!("static/{name}");
    let (hash, content) = match files.all.get(&path) {
        Some(File::Bytes { hash, .. }) => (*hash, Content::Own { path, hash: *hash }),
        _ => (ContentHash::of(bytes), Content::BuiltIn(bytes)),
    };
    ThemeFile {
        name: name.to_owned(),
        published: hashed(name, &hash),
        content,
    }
}

/// The published path of a file that the theme settings name.
fn static_file(
    files: &Files,
    theme_files: &[ThemeFile],
    indexed: &Indexed,
    placed: &Placed,
    what: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
    let name = placed.text.trim_start_matches("./").trim_start_matches('/');
    let own = |(folder, route): &(String, &str)| {
        let path = under_route(name, route).map(|inner| format!("{folder}/{inner}"));
        path.is_some_and(|path| matches!(files.all.get(&path), Some(File::Bytes { .. })))
    };
    if indexed.config.static_folders().iter().any(own) {
        return Some(name.to_owned());
    }
    if let Some(file) = theme_files.iter().find(|f| f.name == name) {
        return Some(file.published.clone());
    }
    let mut diagnostic = Diagnostic::error(
        "theme",
        format!("the {what} `{}` does not exist", placed.text),
    )
    .hint(format!("put it at `static/{name}`"));
    diagnostic.place = super::wiring::config_span(indexed, &placed.place);
    diagnostics.push(diagnostic);
    None
}

/// A stylesheet that sets the owner's accent. The name carries its hash. Links in dark pages need a light
/// colour: without one of its own, the dark accent is mixed from the light one.
fn accent_css(light: Option<&str>, dark: Option<&str>) -> Option<(String, String)> {
    if light.is_none() && dark.is_none() {
        return None;
    }
    let light = light.unwrap_or("#0b57c5");
    let mixed = format!("color-mix(in oklab,{light} 45%,#fff)");
    let dark = dark.unwrap_or(&mixed);
    let css = format!(
        ":root{{--accent:light-dark({light},{dark});--accent-bg:light-dark(color-mix(in srgb,{light} 9%,#fff),color-mix(in srgb,{dark} 16%,#14161a))}}\n"
    );
    Some((hashed("accent.css", &ContentHash::of(css.as_bytes())), css))
}
