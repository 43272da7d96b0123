//! The template engine, and its errors as diagnostics.
//!
//! In: the texts of the templates. Out: rendered text, or a diagnostic at the place in the template.

use tera::{Context, Tera};

use super::theme;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};

/// A template of the site's own.
#[derive(Clone, Debug)]
pub struct SiteTemplate {
    /// Its name under `templates/`.
    pub name: String,
    /// Its source.
    pub source: SourceId,
    /// Its text.
    pub text: std::sync::Arc<str>,
}

/// All templates of a site.
#[derive(Debug)]
pub struct Templates {
    tera: Tera,
    own: Vec<SiteTemplate>,
}

impl Templates {
    /// Loads the default templates and the site's own over them.
    ///
    /// # Errors
    /// One diagnostic for each template of the site that does not parse, or one for templates that do not
    /// fit together.
    pub fn load(own: Vec<SiteTemplate>) -> Result<Self, Vec<Diagnostic>> {
        let mut this = Self {
            tera: Tera::default(),
            own,
        };
        let mut diagnostics = Vec::new();
        for template in &this.own {
            // Alone, a template may miss its parent; only what is wrong in its own text counts here.
            if let Err(error) = Tera::default().add_raw_template(&template.name, &template.text)
                && matches!(error.kind(), tera::ErrorKind::SyntaxError(_))
            {
                diagnostics.push(this.diagnostic(&error));
            }
        }
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        // Each default template also has the name `theme/NAME`, so that one of the site's own can extend the
        // one that it replaces and change a single block.
        let mut all: Vec<(String, &str)> = Vec::new();
        for (name, bytes) in theme::TEMPLATES {
            let text =
                std::str::from_utf8(bytes).expect("invariant: the theme's templates are UTF-8");
            if this.own.iter().any(|t| t.name == name) {
                // Components are global names: the original keeps its own only where it is in use.
                if name != "sidebar.html" {
                    all.push((format!("theme/{name}"), text));
                }
            } else {
                all.push((name.to_owned(), text));
            }
        }
        all.extend(this.own.iter().map(|t| (t.name.clone(), &*t.text)));
        let mut tera = Tera::default();
        match tera.add_raw_templates(all) {
            Ok(()) => {
                this.tera = tera;
                Ok(this)
            }
            Err(error) => Err(vec![this.diagnostic(&error)]),
        }
    }

    /// Renders a template.
    ///
    /// # Errors
    /// A diagnostic at the place in the template that failed.
    pub fn render(&self, name: &str, context: &Context) -> Result<String, Box<Diagnostic>> {
        self.tera
            .render(name, context)
            .map_err(|error| Box::new(self.diagnostic(&error)))
    }

    fn diagnostic(&self, error: &tera::Error) -> Diagnostic {
        let report = match error.kind() {
            tera::ErrorKind::SyntaxError(report) | tera::ErrorKind::RenderingError(report) => {
                report
            }
            _ => {
                return self.unfitting(&error.to_string());
            }
        };
        let message = report.message().trim_end_matches('.');
        let diagnostic = Diagnostic::error("template", lower_first(message));
        match self.own.iter().find(|t| t.name == report.filename()) {
            Some(template) => {
                let len = template.text.len();
                let range = report.span().range.start.min(len)..report.span().range.end.min(len);
                diagnostic.at(Span { source: template.source, range }, "in this template")
            }
            None => diagnostic
                .in_file(format!("templates/{} (built in)", report.filename()))
                .hint("a template of the site's own may have changed a block or variable that this one needs"),
        }
    }
}

impl Templates {
    /// Templates that are right each by itself, and wrong together.
    fn unfitting(&self, text: &str) -> Diagnostic {
        let line = text.lines().next().unwrap_or_default();
        let line = lower_first(line.trim_start_matches("error: ").trim_end_matches('.'));
        let message = format!("the templates do not fit together: {line}");
        let mut diagnostic = Diagnostic::error("template", message);
        let missing = line.contains("is not defined in any parent");
        let base = |template: &&SiteTemplate| missing && template.name == "base.html";
        let named = self.own.iter().find(|t| text.contains(&t.name));
        if missing {
            let hint = "a `base.html` of your own needs the blocks `main` and `toc`, and those that your other templates fill";
            diagnostic = diagnostic.hint(hint);
        }
        match named.or_else(|| self.own.iter().find(base)) {
            Some(template) => diagnostic.at(
                Span {
                    source: template.source,
                    range: 0..0,
                },
                "",
            ),
            None => diagnostic.in_file("templates"),
        }
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}
