//! The shape of the old site: how much there is of everything.
//!
//! The figures are those of a real site of 18 projects that was built with Docusaurus v1: nothing of its text is here,
//! only how often each construct occurs.

/// Projects: current docs and released versions of each.
pub const PROJECTS: [(usize, usize); 18] = [
    (62, 19),
    (58, 16),
    (55, 13),
    (52, 11),
    (50, 9),
    (48, 8),
    (46, 7),
    (44, 6),
    (42, 6),
    (40, 5),
    (38, 4),
    (36, 4),
    (34, 3),
    (32, 3),
    (30, 2),
    (26, 2),
    (22, 1),
    (18, 0),
];
/// Docs that only old versions have, and every newer one inherits.
pub const GONE_DOCS: usize = 60;
/// Markdown files.
pub const FILES: usize = 1_589;
/// Pages of docs, in all versions.
pub const PAGES: usize = 4_701;
/// Pages that no sidebar of their version lists.
pub const UNLISTED_PAGES: usize = 1_277;
/// Categories of the current sidebars.
pub const CATEGORIES: usize = 387;
/// Those that stand for one doc.
pub const SINGLES: usize = 213;
/// Docs that others copy.
pub const COPY_SOURCES: usize = 53;
/// Docs that copy another.
pub const COPIES: usize = 232;
/// Copies of a doc of another project.
pub const FOREIGN_COPIES: usize = 163;
/// Relative links that stand in copied text.
pub const COPIED_LINKS: usize = 120;
/// Blocks of tabs with one, two and three tabs: 620 blocks, 942 tabs.
pub const TAB_BLOCKS: [usize; 3] = [400, 118, 102];
/// Tabs that hold more than code.
pub const RICH_TABS: usize = 78;
/// Blocks of tabs that open right after a line of text.
pub const TABS_AFTER_TEXT: usize = 142;
/// Blocks of tabs that are followed by text with no blank line between.
pub const TABS_BEFORE_TEXT: usize = 12;
/// Highlighted ranges of lines.
pub const RANGES: usize = 437;
/// Highlighted phrases.
pub const PHRASES: usize = 58;
/// Samples of JavaScript and TypeScript with a placeholder, and with a mistake.
pub const FLAWS: [usize; 2] = [369, 99];
/// Fences by language, most of them last.
pub const FENCES: [(&str, usize); 16] = [
    ("kotlin", 1),
    ("jsx", 3),
    ("cql", 6),
    ("swift", 10),
    ("html", 15),
    ("batch", 18),
    ("yaml", 58),
    ("sql", 64),
    ("php", 93),
    ("", 109),
    ("go", 110),
    ("python", 121),
    ("java", 123),
    ("ts", 130),
    ("bash", 322),
    ("js", 879),
];
/// What pulldown-cmark reads in another way than remarkable: lines with one tag, HTML far inside of lists, lists that two
/// blank lines end, bare addresses, lists that are neither tight nor loose, and some of the rest.
pub const DIFFERENCES: [usize; 6] = [168, 18, 24, 11, 10, 30];
/// Current docs whose file is not named as their id says.
pub const RENAMED: usize = 48;
/// Ids in sidebars that no doc has.
pub const MISSING_IDS: usize = 6;
/// Pages with a broken link of each kind: see [`super::plan::Fault`].
pub const FAULTS: [usize; 6] = [90, 40, 60, 30, 12, 24];
