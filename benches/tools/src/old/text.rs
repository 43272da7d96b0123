//! The Markdown of a doc of the old site, in one of its states.
//!
//! In: the plan, a doc, how often its text has changed. Out: its body. A change puts another paragraph in the place of
//! one and leaves the rest as it was, as an edit does.

use super::plan::{Block, Doc, Fault, Plan, Tab};
use super::snippet::fenced;
use crate::page::relative;
use crate::random::Random;
use crate::words::{ADJECTIVES, NOUNS, VERBS, capital, paragraph, phrase, sentence};

/// Images of each project, beside its docs.
pub const IMAGES: usize = 6;
/// What tabs are called.
const LABELS: [&str; 8] = [
    "NodeJS",
    "Python",
    "GoLang",
    "Java",
    "ReactJS",
    "With Docker",
    "Without Docker",
    "PHP & Laravel",
];

/// The body of a doc of its own, without front matter, after `changes` changes of its text.
pub fn body(plan: &Plan, doc: usize, changes: usize) -> String {
    let mut writer = Writer {
        plan,
        doc: &plan.docs[doc],
        random: Random::of(&[plan.seed, 802, doc as u64]),
        changed: Random::of(&[plan.seed, 803, doc as u64, changes as u64]),
        headings: headings(plan, doc),
        text: String::new(),
    };
    writer.write();
    writer.text
}

/// The headings of the second level. Some docs have one of them twice.
fn headings(plan: &Plan, doc: usize) -> Vec<String> {
    let mut random = Random::of(&[plan.seed, 804, doc as u64]);
    let count = 2 + plan.docs[doc].blocks.len() / 2;
    let mut headings: Vec<String> = (0..count.min(9))
        .map(|n| {
            let (verb, adjective, noun) = (
                random.pick(&VERBS),
                random.pick(&ADJECTIVES),
                random.pick(&NOUNS),
            );
            format!("{}) {} the {adjective} {noun}", n + 1, capital(verb))
        })
        .collect();
    if doc.is_multiple_of(4) {
        headings[0] = "Example code".to_owned();
        headings[1] = "Example code".to_owned();
    }
    headings
}

/// The id of the last heading: it is not repeated.
fn last_anchor(plan: &Plan, doc: usize) -> String {
    let heading = headings(plan, doc)
        .pop()
        .expect("invariant: a doc has headings");
    heading.to_lowercase().replace(')', "").replace(' ', "-")
}

struct Writer<'a> {
    plan: &'a Plan,
    doc: &'a Doc,
    random: Random,
    /// For the paragraph that changes.
    changed: Random,
    headings: Vec<String>,
    text: String,
}

impl Writer<'_> {
    fn write(&mut self) {
        self.push(&format!("# {}\n\n", self.doc.title));
        let lead = paragraph(&mut self.changed, 2);
        let quote = sentence(&mut self.random);
        self.push(&format!("> {quote}\n\n{lead}\n\n"));
        let (headings, doc) = (std::mem::take(&mut self.headings), self.doc);
        let mut blocks = doc.blocks.iter();
        let each = doc.blocks.len().div_ceil(headings.len());
        for (n, heading) in headings.iter().enumerate() {
            // Now and then a heading that is none: no space after its marks.
            let marks = if n == 1 && self.random.below(40) == 0 {
                "##"
            } else {
                "## "
            };
            self.push(&format!("{marks}{heading}\n"));
            self.section(blocks.by_ref().take(each));
        }
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn section<'a>(&mut self, blocks: impl Iterator<Item = &'a Block>) {
        let (sentences, link) = (self.random.between(1, 3), self.link());
        let text = paragraph(&mut self.random, sentences);
        self.push(&format!("{text} {link}\n\n"));
        match self.random.below(4) {
            0 => self.list(),
            1 => {
                let heading = capital(&phrase(&mut self.random, 3));
                let text = paragraph(&mut self.random, 2);
                self.push(&format!("### {heading}\n{text}\n\n"));
            }
            2 if self.random.below(3) == 0 => self.table(),
            _ => {}
        }
        for block in blocks {
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Fence(code) => {
                let (lead, code) = (sentence(&mut self.random), fenced(code, self.plan.seed));
                self.push(&format!("{lead}\n{code}\n"));
            }
            Block::Tabs {
                tabs,
                after_text,
                before_text,
            } => self.tabs(tabs, *after_text, *before_text),
            Block::Difference(kind) => self.difference(*kind),
            Block::CopiedLink => {
                let (text, path) = (phrase(&mut self.random, 2), self.path_to_any());
                let lead = sentence_of(&mut self.random);
                self.push(&format!("{lead} See [{text}]({path}).\n\n"));
            }
            Block::Broken(fault) => {
                let (lead, link) = (sentence_of(&mut self.random), self.broken(*fault));
                self.push(&format!("{lead} {link}\n\n"));
            }
        }
    }

    fn tabs(&mut self, tabs: &[Tab], after_text: bool, before_text: bool) {
        if after_text {
            let text = sentence(&mut self.random);
            self.push(&format!("{text}\n"));
        }
        self.push("<!--DOCUSAURUS_CODE_TABS-->\n");
        let first = self.random.below(LABELS.len());
        for (n, tab) in tabs.iter().enumerate() {
            self.push(&format!("<!--{}-->\n", LABELS[(first + n) % LABELS.len()]));
            if tab.rich {
                let (heading, text) = (
                    capital(&phrase(&mut self.random, 2)),
                    sentence(&mut self.random),
                );
                self.push(&format!("### {heading}\n{text}\n\n- {text}\n\n"));
            }
            let code = fenced(&tab.code, self.plan.seed);
            self.push(&code);
        }
        self.push("<!--END_DOCUSAURUS_CODE_TABS-->\n");
        if before_text {
            let text = sentence(&mut self.random);
            self.push(&format!("{text}\n"));
        }
        self.push("\n");
    }

    /// Markdown that remarkable reads in another way than CommonMark says.
    fn difference(&mut self, kind: usize) {
        let random = &mut self.random;
        let (one, two) = (sentence(random), sentence(random));
        let text = match kind {
            0 => match random.below(3) {
                0 => format!(
                    "<img src=\"assets/picture-{}.svg\" alt=\"{}\" />\n",
                    random.below(IMAGES),
                    phrase(random, 2)
                ),
                1 => "<br/>\n".to_owned(),
                _ => format!(
                    "<a href=\"https://example.com/{}\">**{}**</a>\n",
                    random.pick(&NOUNS),
                    phrase(random, 2)
                ),
            },
            1 => format!(
                "- {one}\n\n    <div class=\"note\">\n    *{}*\n    </div>\n\n- {two}\n",
                phrase(random, 3)
            ),
            2 => format!("- {one}\n- {two}\n\n\n- {}\n", sentence(random)),
            3 => format!(
                "{one} https://example.com/{}/{} {two}\n",
                random.pick(&NOUNS),
                random.below(90)
            ),
            4 => format!(
                "- {one}\n- {two}\n\n  - {}\n- {}\n",
                phrase(random, 4),
                phrase(random, 4)
            ),
            _ => match random.below(4) {
                0 => format!("{one} ***{}*** {two}\n", phrase(random, 2)),
                1 => format!("<!-- {} -->\n{one}\n", phrase(random, 3)),
                2 => format!(
                    "{one}\n2. {}\n3. {}\n",
                    phrase(random, 4),
                    phrase(random, 4)
                ),
                _ => format!(
                    "| a | b |\n| --- | --- |\n| {} | {} |\n{one}\n",
                    random.pick(&NOUNS),
                    random.pick(&VERBS)
                ),
            },
        };
        self.push(&text);
        self.push("\n");
    }

    fn list(&mut self) {
        let numbered = self.random.below(3) == 0;
        for n in 1..=self.random.between(2, 5) {
            let mark = if numbered {
                format!("{n}.")
            } else {
                "-".to_owned()
            };
            let text = sentence(&mut self.random);
            self.push(&format!("{mark} {text}\n"));
        }
        self.push("\n");
    }

    fn table(&mut self) {
        self.push("| Name | Meaning |\n| --- | --- |\n");
        for _ in 0..self.random.between(2, 5) {
            let (name, text) = (self.random.pick(&VERBS), phrase(&mut self.random, 5));
            self.push(&format!("| `{name}` | {text} |\n"));
        }
        self.push("\n");
    }

    /// A link that holds in all versions, mostly to another doc of the project.
    fn link(&mut self) -> String {
        let text = phrase(&mut self.random, 2);
        let image = self.random.below(IMAGES);
        // Of relative links in copied text there is a number of its own.
        let kinds = if self.doc.is_source { 5 } else { 12 };
        match self.random.below(kinds) {
            0..2 => sentence_of(&mut self.random),
            2 => format!("[{text}](https://example.com/{image})."),
            3 if !self.doc.is_source => format!("\n\n![{text}](assets/picture-{image}.svg)"),
            3 | 4 => {
                let project = &self.plan.projects[self.random.below(self.plan.projects.len())].name;
                format!("[{text}](/{project}/img/favicon.svg).")
            }
            other => {
                let target = self.any_doc();
                let mut path = self.path(target);
                if other == 5 {
                    path = format!("{path}#{}", last_anchor(self.plan, self.own_text(target)));
                }
                format!("[{text}]({path}).")
            }
        }
    }

    /// A doc that every version with this one has as well; this one itself if there is no other.
    fn any_doc(&mut self) -> usize {
        let (plan, doc) = (self.plan, self.doc);
        let fits = |other: &Doc| {
            other.born <= doc.born && (other.current || !doc.current) && other.id != doc.id
        };
        self.pick_doc(fits).unwrap_or_else(|| {
            let own = plan
                .docs_of(doc.project)
                .find(|(_, other)| other.id == doc.id);
            own.expect("invariant: the doc is one of its project's").0
        })
    }

    fn pick_doc(&mut self, fits: impl Fn(&Doc) -> bool) -> Option<usize> {
        let all: Vec<usize> = self
            .plan
            .docs_of(self.doc.project)
            .filter(|(_, d)| fits(d))
            .map(|(n, _)| n)
            .collect();
        (!all.is_empty()).then(|| all[self.random.below(all.len())])
    }

    /// The doc whose text a doc shows.
    fn own_text(&self, doc: usize) -> usize {
        self.plan.docs[doc].copies.unwrap_or(doc)
    }

    /// The relative path to a doc's file.
    fn path(&self, target: usize) -> String {
        let target = &self.plan.docs[target];
        let folders = |folder: &str| -> Vec<String> {
            folder
                .split('/')
                .filter(|f| !f.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let path = relative(
            &folders(&self.doc.folder),
            &folders(&target.folder),
            &format!("{}.md", target.stem),
        );
        if path.starts_with('.') {
            path
        } else {
            format!("./{path}")
        }
    }

    fn path_to_any(&mut self) -> String {
        let target = self.any_doc();
        self.path(target)
    }

    /// A link that is wrong, or becomes so in old versions.
    fn broken(&mut self, fault: Fault) -> String {
        let (text, doc) = (phrase(&mut self.random, 2), self.doc);
        let path = match fault {
            Fault::Newer => match self.pick_doc(|other| other.born > doc.born && other.current) {
                Some(newer) => self.path(newer),
                None => self.path_to_any(),
            },
            Fault::Missing => format!(
                "./{}-{}.md",
                self.random.pick(&VERBS),
                self.random.pick(&NOUNS)
            ),
            Fault::Anchor => format!(
                "{}#{}-{}",
                self.path_to_any(),
                self.random.pick(&VERBS),
                self.random.pick(&NOUNS)
            ),
            Fault::Case => self
                .path_to_any()
                .replace("-", "-X")
                .to_uppercase()
                .replace(".MD", ".md")
                .replace("-X", "-"),
            Fault::Image => return format!("![{text}](assets/{}.png)", self.random.pick(&NOUNS)),
            Fault::Relative => format!("../../{}", self.path_to_any().trim_end_matches(".md")),
        };
        format!("[{text}]({path})")
    }
}

/// A sentence of its own words, without marks.
fn sentence_of(random: &mut Random) -> String {
    format!("{}.", capital(&phrase(random, 6)))
}
