//! Paths of requests to files of the site, and what is added to pages on the way out.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::Served;
use crate::markdown::escape;
use crate::site::urls::decode;

/// What a request wants, from the site's root.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted(String);

/// What a path asks for; none when it is not under the base URL.
pub fn wanted(path: &str, base: &str) -> Option<Wanted> {
    path.strip_prefix(base).map(|rest| Wanted(decode(rest)))
}

impl Wanted {
    /// Where a static host would look, in its order.
    pub fn candidates(&self) -> Vec<String> {
        let path = self.0.as_str();
        if path.is_empty() {
            return vec!["index.html".into()];
        }
        match path.strip_suffix('/') {
            Some(folder) => vec![format!("{folder}/index.html"), format!("{folder}.html")],
            None => vec![
                path.to_owned(),
                format!("{path}.html"),
                format!("{path}/index.html"),
            ],
        }
    }

    /// Whether the page is there without the slash that the request ends with: relative links would lead elsewhere.
    pub fn slash_too_many(&self, found: &str) -> bool {
        self.0.ends_with('/') && !found.ends_with("/index.html")
    }
}

/// The type of a file, by its name.
pub fn content_type(path: &str) -> String {
    let ending = path.rsplit('.').next().unwrap_or_default();
    match ending {
        // Text that a browser shows, whatever it calls the type.
        "md" => "text/markdown; charset=utf-8".into(),
        _ => {
            let guess = mime_guess::from_path(path).first_or_octet_stream();
            match guess.type_() == mime_guess::mime::TEXT || ending == "json" || ending == "xml" {
                true => format!("{guess}; charset=utf-8"),
                false => guess.to_string(),
            }
        }
    }
}

/// Our scripts for the page of a file.
fn tags(served: &Served, file: &str) -> String {
    let (run, generation) = served.hub.now();
    let own = super::OWN;
    let samples = served.runs.as_ref().map(|runs| {
        let token = runs.token();
        format!("<script src=\"{own}/samples.js\" data-token=\"{token}\" defer></script>")
    });
    let samples = samples.unwrap_or_default();
    format!(
        "<script src=\"{own}/live.js\" data-own=\"{own}\" data-run=\"{run}\" data-generation=\"{generation}\" data-page=\"{page}\" defer></script>{samples}",
        page = escape(file.strip_suffix(".html").unwrap_or(file)),
    )
}

/// A page with our scripts in it. What is built never holds them.
pub fn with_scripts(html: &[u8], served: &Served, file: &str, status: StatusCode) -> Response {
    let html = String::from_utf8_lossy(html);
    let tags = tags(served, file);
    let html = match html.rfind("</body>") {
        Some(at) => format!("{}{tags}{}", &html[..at], &html[at..]),
        None => format!("{html}{tags}"),
    };
    (
        status,
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        html,
    )
        .into_response()
}

/// What is shown while there is no page: the script shows what is wrong over it, and loads the page when there is one.
pub fn placeholder(served: &Served, words: Option<&str>) -> Response {
    let words = words.map(|words| format!("<pre>{}</pre>", escape(words)));
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>No page yet</title></head>\n<body><main><h1>No page yet</h1>\
         <p>This page appears as soon as what is wrong with the site is mended.</p>{}</main>{}</body>\n</html>\n",
        words.unwrap_or_default(),
        tags(served, ""),
    );
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (StatusCode::SERVICE_UNAVAILABLE, kind, html).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_as_a_static_host_finds_them() {
        let candidates = |path: &str, base: &str| wanted(path, base).map(|w| w.candidates());
        assert_eq!(candidates("/", "/"), Some(vec!["index.html".into()]));
        assert_eq!(
            candidates("/kit/docs/a%20b", "/kit/"),
            Some(vec![
                "docs/a b".into(),
                "docs/a b.html".into(),
                "docs/a b/index.html".into()
            ])
        );
        assert_eq!(
            candidates("/docs/", "/"),
            Some(vec!["docs/index.html".into(), "docs.html".into()])
        );
        assert_eq!(candidates("/other/x", "/kit/"), None);
    }

    #[test]
    fn a_slash_too_many_is_seen() {
        let wanted = wanted("/docs/a/", "/").expect("it is under the base");
        assert!(wanted.slash_too_many("docs/a.html"));
        assert!(!wanted.slash_too_many("docs/a/index.html"));
    }

    #[test]
    fn types_name_their_encoding_where_it_matters() {
        assert_eq!(content_type("a/b.css"), "text/css; charset=utf-8");
        assert_eq!(content_type("x.md"), "text/markdown; charset=utf-8");
        assert_eq!(content_type("x.json"), "application/json; charset=utf-8");
        assert_eq!(content_type("x.png"), "image/png");
        assert_eq!(content_type("LICENSE"), "application/octet-stream");
    }
}
