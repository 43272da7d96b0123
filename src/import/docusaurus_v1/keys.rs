//! The keys of a `siteConfig.js`, and what becomes of each.

/// What becomes of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It is read, and has a counterpart.
    Read,
    /// What it asks for is always so.
    Always,
    /// It has no counterpart; what to do.
    Gone(&'static str),
}

const SCRIPT: &str = "a template of the site can add a script: `templates/base.html`";
const BLOG: &str = "there is no blog: its posts stay where they are, or become docs";
const TALK: &str = "a template of the site can add it: `templates/base.html`";
const PUBLISH: &str = "nothing to do: it is for publishing with Docusaurus' own command";
const CODE: &str =
    "nothing to do: code is coloured when the site is built, in the colours of the theme";
const SEARCH: &str = "nothing to do: search is built in";

/// Every key of Docusaurus v1, in the order of the alphabet.
const KEYS: &[(&str, Fate)] = &[
    ("algolia", Fate::Gone(SEARCH)),
    ("baseUrl", Fate::Read),
    ("blogSidebarCount", Fate::Gone(BLOG)),
    ("blogSidebarTitle", Fate::Gone(BLOG)),
    ("cleanUrl", Fate::Read),
    ("cname", Fate::Gone("put it into a file `static/CNAME`")),
    ("colors", Fate::Read),
    ("copyright", Fate::Read),
    ("customDocsPath", Fate::Read),
    (
        "defaultVersionShown",
        Fate::Gone("the first version of `versions.json` is the one that is shown"),
    ),
    ("deletedDocs", Fate::Read),
    (
        "disableHeaderTitle",
        Fate::Gone("a template of the site can leave it out: `templates/base.html`"),
    ),
    ("disableTitleTagline", Fate::Always),
    ("docsSideNavCollapsible", Fate::Always),
    ("docsUrl", Fate::Read),
    ("editUrl", Fate::Read),
    (
        "enableUpdateBy",
        Fate::Gone("`last_updated` shows when a page was changed, but not by whom"),
    ),
    ("enableUpdateTime", Fate::Read),
    ("facebookAppId", Fate::Gone(TALK)),
    ("facebookComments", Fate::Gone(TALK)),
    ("facebookPixelId", Fate::Gone(SCRIPT)),
    ("favicon", Fate::Read),
    (
        "fonts",
        Fate::Gone("a style sheet of the site can name fonts: `theme.css`"),
    ),
    (
        "footerIcon",
        Fate::Gone("write it into `theme.footer`, which is HTML"),
    ),
    ("gaGtag", Fate::Gone(SCRIPT)),
    ("gaTrackingId", Fate::Gone(SCRIPT)),
    ("githubHost", Fate::Gone(PUBLISH)),
    ("headerIcon", Fate::Read),
    ("headerLinks", Fate::Read),
    ("highlight", Fate::Gone(CODE)),
    (
        "manifest",
        Fate::Gone("a template of the site can name it: `templates/base.html`"),
    ),
    (
        "markdownOptions",
        Fate::Gone("the dialect `docusaurus-v1` has the options that were preset"),
    ),
    (
        "markdownPlugins",
        Fate::Gone("there are no plugins: look at the pages that need one"),
    ),
    (
        "noIndex",
        Fate::Gone(
            "`noindex: true` under a docset's `versions` asks search engines to leave one out",
        ),
    ),
    ("ogImage", Fate::Read),
    ("onPageNav", Fate::Always),
    (
        "onPageNavHeadings",
        Fate::Gone("nothing to do: the contents of a page show its headings of levels 2 and 3"),
    ),
    ("organizationName", Fate::Gone(PUBLISH)),
    ("projectName", Fate::Gone(PUBLISH)),
    ("scripts", Fate::Gone(SCRIPT)),
    (
        "scrollToTop",
        Fate::Gone("nothing to do: browsers have a key for it"),
    ),
    (
        "scrollToTopOptions",
        Fate::Gone("nothing to do: browsers have a key for it"),
    ),
    (
        "separateCss",
        Fate::Gone("nothing to do: a style sheet is loaded only if `theme.css` names it"),
    ),
    ("silent", Fate::Always),
    (
        "slugPreprocessor",
        Fate::Gone("give the headings that others link to an id of their own"),
    ),
    ("stylesheets", Fate::Read),
    ("tagline", Fate::Read),
    ("title", Fate::Read),
    (
        "translationRecruitingLink",
        Fate::Gone("there are no translations with a menu: make a docset for each language"),
    ),
    ("twitter", Fate::Gone(TALK)),
    (
        "twitterImage",
        Fate::Gone("`theme.image` is the picture of all previews"),
    ),
    ("twitterUsername", Fate::Gone(TALK)),
    ("url", Fate::Read),
    (
        "useEnglishUrl",
        Fate::Gone("there are no translations with a menu: make a docset for each language"),
    ),
    ("usePrism", Fate::Gone(CODE)),
    (
        "users",
        Fate::Gone("only the site's own pages show it, and these are not taken over"),
    ),
    (
        "wrapPagesHTML",
        Fate::Gone("the site's own pages are not taken over"),
    ),
];

/// What becomes of a key; none for a key of the site's own.
pub fn fate(key: &str) -> Option<Fate> {
    KEYS.iter()
        .find(|(name, _)| *name == key)
        .map(|(_, fate)| *fate)
}

/// The names of all keys.
pub fn names() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn keys_are_in_order() {
        assert!(names().is_sorted());
    }
}
