//! How a place in the site is written as a URL.
//!
//! In: a path under `base_url` and the page that links to it. Out: the text of an `href`.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::config::{SiteConfig, UrlStyle};

/// Characters that are escaped in the path of a URL.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'%')
    .add(b'\\')
    .add(b'^')
    .add(b'|');

/// The rules of one site.
#[derive(Clone, Debug)]
pub struct Urls {
    /// How links are written.
    pub style: UrlStyle,
    /// Starts and ends with `/`.
    pub base: String,
    /// Scheme and host.
    pub origin: Option<String>,
}

impl Urls {
    /// The rules of a configuration.
    pub fn new(config: &SiteConfig) -> Self {
        Self {
            style: config.urls,
            base: config.base_url.clone(),
            origin: config.url.clone(),
        }
    }

    /// What stands before a path in links of a page at `route`: `base_url`, or the way up to the root.
    pub fn prefix(&self, from: &str) -> String {
        match self.style {
            UrlStyle::Clean => self.base.clone(),
            UrlStyle::Html => way_up(from),
        }
    }

    /// A page's path as it stands after the prefix.
    pub fn page_path(&self, route: &str) -> String {
        page_path(self.style, route)
    }

    /// A link from the page at route `from` to another page.
    pub fn page(&self, from: &str, route: &str) -> String {
        format!("{}{}", self.prefix(from), self.page_path(route))
    }

    /// A link from the page at route `from` to a file.
    pub fn file(&self, from: &str, path: &str) -> String {
        format!("{}{}", self.prefix(from), encode(path))
    }

    /// The address of a page for other sites; none without `url`.
    pub fn canonical(&self, route: &str) -> Option<String> {
        let origin = self.origin.as_ref()?;
        let path = match self.style {
            UrlStyle::Clean => self.page_path(route),
            UrlStyle::Html if route == "index" => String::new(),
            UrlStyle::Html => self.page_path(route),
        };
        Some(format!("{origin}{}{path}", self.base))
    }

    /// The address of a file for other sites; none without `url`.
    pub fn canonical_file(&self, path: &str) -> Option<String> {
        let origin = self.origin.as_ref()?;
        Some(format!("{origin}{}{}", self.base, encode(path)))
    }

    /// What stands before a path in links of a text that is read away from the site: the site's address, or without
    /// `url` the way up to the root from a file beside the page at `route`.
    pub fn absolute_prefix(&self, route: &str) -> String {
        match &self.origin {
            Some(origin) => format!("{origin}{}", self.base),
            None => way_up(route),
        }
    }

    /// The file of a page.
    pub fn output(route: &str) -> String {
        format!("{route}.html")
    }
}

/// The way from the folder of a file up to the root.
fn way_up(from: &str) -> String {
    match from.matches('/').count() {
        0 => "./".to_owned(),
        depth => "../".repeat(depth),
    }
}

/// A page's path as it stands after the prefix of a link.
pub fn page_path(style: UrlStyle, route: &str) -> String {
    let path = encode(route);
    match style {
        UrlStyle::Html => path + ".html",
        UrlStyle::Clean if route == "index" => String::new(),
        UrlStyle::Clean => match path.strip_suffix("/index") {
            Some(folder) => format!("{folder}/"),
            None => path,
        },
    }
}

/// Percent-encodes a path.
pub fn encode(path: &str) -> String {
    let encoded: std::borrow::Cow<'_, str> = utf8_percent_encode(path, PATH).into();
    encoded.into_owned()
}

/// Percent-decodes a path; text that is not UTF-8 afterwards is left as it is.
pub fn decode(path: &str) -> String {
    percent_decode_str(path)
        .decode_utf8()
        .map_or_else(|_| path.to_owned(), std::borrow::Cow::into_owned)
}

/// Joins a folder and a relative path, resolving `.` and `..`. `None` when it leaves the root.
pub fn join_relative(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folder of a path: what stands before its last `/`.
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(style: UrlStyle) -> Urls {
        Urls {
            style,
            base: "/kit/".into(),
            origin: Some("https://e.example".into()),
        }
    }

    #[test]
    fn clean_links_are_absolute() {
        let urls = urls(UrlStyle::Clean);
        assert_eq!(urls.page("docs/a/b", "docs/c d"), "/kit/docs/c%20d");
        assert_eq!(urls.page("docs/a", "docs/index"), "/kit/docs/");
        assert_eq!(urls.page("docs/a", "index"), "/kit/");
        assert_eq!(urls.file("docs/a", "img/x.png"), "/kit/img/x.png");
        assert_eq!(
            urls.canonical("docs/a").as_deref(),
            Some("https://e.example/kit/docs/a")
        );
    }

    #[test]
    fn html_links_are_relative() {
        let urls = urls(UrlStyle::Html);
        assert_eq!(urls.page("docs/a/b", "docs/c"), "../../docs/c.html");
        assert_eq!(urls.page("index", "docs/c"), "./docs/c.html");
        assert_eq!(urls.file("docs/a", "img/x.png"), "../img/x.png");
    }

    #[test]
    fn relative_paths_stay_in_the_root() {
        assert_eq!(
            join_relative("docs/a", "../b/./c").as_deref(),
            Some("docs/b/c")
        );
        assert_eq!(join_relative("docs", "../../etc"), None);
        assert_eq!(folder_of("docs/a/b"), "docs/a");
    }
}
