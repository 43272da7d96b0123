//! The default theme, embedded in the program.
//!
//! Out: the names and bytes of its templates and static files. A site's own file of the same name takes the
//! place of one of these.

/// A file of the theme: its name under `templates/` or `static/`, and its bytes.
pub type File = (&'static str, &'static [u8]);

macro_rules! files {
    ($folder:literal: $($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("../../", $folder, "/", $name)).as_slice())),*]
    };
}

/// The default templates.
pub const TEMPLATES: [File; 8] = files!("templates": "base.html", "doc.html", "home.html", "versions.html", "contents.html", "404.html", "redirect.html", "sidebar.html");

/// The default static files.
pub const STATIC: [File; 6] = files!("static": "docproof.css", "docproof.js", "search.js", "theme.js", "img/logo.svg", "img/favicon.svg");

/// Whether a file of the site's `static/` replaces one of the theme's that is published under a hashed name.
pub fn is_theme_code(name: &str) -> bool {
    matches!(
        name,
        "docproof.css" | "docproof.js" | "search.js" | "theme.js"
    )
}
