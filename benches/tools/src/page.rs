//! The text of one page: about 7 KB with headings, lists, a table, a callout, twelve links to other
//! pages and three code blocks.
//!
//! In: the site's plan (seed, number of pages) and the number of a page. Out: its place, headings
//! and Markdown. Everything about a page follows from its number, so that a link can name another
//! page and one of its headings without that page being made. Touches no disk.

use crate::code::{Code, blocks_of_page};
use crate::random::Random;
use crate::words::{ADJECTIVES, NOUNS, VERBS, capital, paragraph, phrase, sentence};

/// What a page's text should come to, in bytes.
pub const PAGE_BYTES: usize = 7_000;
/// Links to other pages that each page has.
pub const LINKS: usize = 12;
/// Headings of the second level that each page has.
const SECTIONS: usize = 5;

// What a stream of numbers is for; a page has one of each.
const FOR_NAME: u64 = 1;
const FOR_HEADINGS: u64 = 2;
const FOR_TEXT: u64 = 3;
const FOR_CODE: u64 = 4;
const FOR_FOLDER: u64 = 5;

/// For whom the site is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Dialect {
    /// `docs/` with front matter.
    Docproof,
    /// `src/` with `SUMMARY.md`, the title as a heading.
    Mdbook,
}

/// What becomes of the code blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeBlocks {
    /// With their language.
    Highlighted,
    /// The same text without a language, so that there is nothing to highlight.
    Plain,
    /// Left out; prose takes their room.
    None,
}

/// All that a test site follows from.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many pages.
    pub pages: usize,
    /// Another seed gives another site of the same shape.
    pub seed: u64,
    /// What becomes of the code blocks.
    pub code: CodeBlocks,
    /// For whom it is written.
    pub dialect: Dialect,
}

impl Plan {
    fn random(&self, page: usize, purpose: u64) -> Random {
        Random::of(&[self.seed, page as u64, purpose])
    }

    /// The folders that a page lies in: none, an area, or an area and a topic. Of each hundred
    /// pages one lies at the top, three in the area and twelve in each of its eight topics.
    pub fn folders(&self, page: usize) -> Vec<String> {
        let (hundred, within) = (page / 100, page % 100);
        let mut random = self.random(hundred, FOR_FOLDER);
        let area = format!("{}-area-{hundred:03}", random.pick(&NOUNS));
        match within {
            0 => Vec::new(),
            1..=3 => vec![area],
            _ => {
                let topic = (within - 4) / 12;
                let mut random = self.random(hundred * 8 + topic, FOR_FOLDER + 1);
                vec![area, format!("{}-topic-{topic}", random.pick(&NOUNS))]
            }
        }
    }

    /// The page's file name without its extension; no two pages have the same.
    pub fn name(&self, page: usize) -> String {
        let mut random = self.random(page, FOR_NAME);
        format!(
            "{}-{}-{page:05}",
            random.pick(&ADJECTIVES),
            random.pick(&NOUNS)
        )
    }

    /// The path of the page's file from the folder of the docs.
    pub fn path(&self, page: usize) -> String {
        let mut parts = self.folders(page);
        parts.push(format!("{}.md", self.name(page)));
        parts.join("/")
    }

    /// The page's title.
    pub fn title(&self, page: usize) -> String {
        let mut random = self.random(page, FOR_NAME);
        let (adjective, noun) = (random.pick(&ADJECTIVES), random.pick(&NOUNS));
        format!(
            "{} {noun} to {} {}",
            capital(adjective),
            random.pick(&VERBS),
            random.pick(&NOUNS)
        )
    }

    /// The page's headings of the second level, all different.
    pub fn headings(&self, page: usize) -> Vec<String> {
        let mut random = self.random(page, FOR_HEADINGS);
        let mut headings: Vec<String> = Vec::with_capacity(SECTIONS);
        while headings.len() < SECTIONS {
            let verb = capital(random.pick(&VERBS));
            let heading = format!(
                "{verb} the {} {}",
                random.pick(&ADJECTIVES),
                random.pick(&NOUNS)
            );
            if !headings.contains(&heading) {
                headings.push(heading);
            }
        }
        headings
    }

    /// The page as Markdown.
    pub fn markdown(&self, page: usize) -> String {
        let mut writer = PageWriter {
            plan: self,
            page,
            random: self.random(page, FOR_TEXT),
            text: String::with_capacity(PAGE_BYTES + 1_000),
        };
        let code = blocks_of_page(&mut self.random(page, FOR_CODE), page);
        writer.start();
        writer.body(&code);
        writer.text
    }
}

/// The anchor of a heading made of letters and spaces: the same in every generator.
pub fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace(' ', "-")
}

/// The relative path between two files given from the same folder.
pub fn relative(from: &[String], to: &[String], name: &str) -> String {
    let shared = from
        .iter()
        .zip(to)
        .take_while(|(one, two)| one == two)
        .count();
    let mut path = "../".repeat(from.len() - shared);
    for folder in &to[shared..] {
        path.push_str(folder);
        path.push('/');
    }
    path + name
}

struct PageWriter<'a> {
    plan: &'a Plan,
    page: usize,
    random: Random,
    text: String,
}

impl PageWriter<'_> {
    fn start(&mut self) {
        let title = self.plan.title(self.page);
        match self.plan.dialect {
            Dialect::Docproof => {
                let description = capital(&phrase(&mut self.random, 9));
                self.text.push_str(&format!(
                    "---\ntitle: {title}\ndescription: {description}\n---\n"
                ));
            }
            Dialect::Mdbook => self.text.push_str(&format!("# {title}\n")),
        }
        self.paragraph(2);
    }

    fn body(&mut self, code: &[Code; 3]) {
        let headings = self.plan.headings(self.page);
        for (section, heading) in headings.iter().enumerate() {
            self.block(&format!("## {heading}"));
            self.linked_paragraph();
            match section {
                0 => self.list(),
                1 => self.table(),
                2 => self.callout(),
                3 => self.numbered_list(),
                _ => {}
            }
            if let Some(code) = code.get(section) {
                self.code(code);
            }
            if section > 0 && section < SECTIONS - 1 {
                let below = format!(
                    "### {} {}",
                    capital(self.random.pick(&ADJECTIVES)),
                    self.random.pick(&NOUNS)
                );
                self.block(&below);
                self.paragraph(2);
            }
        }
        let links = self.related();
        while self.text.len() + links.len() + 150 < PAGE_BYTES {
            self.paragraph(2);
        }
        self.block(&links);
    }

    /// Appends a block after a blank line.
    fn block(&mut self, block: &str) {
        self.text.push('\n');
        self.text.push_str(block.trim_end());
        self.text.push('\n');
    }

    fn paragraph(&mut self, sentences: usize) {
        let text = paragraph(&mut self.random, sentences);
        self.block(&text);
    }

    /// Two sentences with a link after each.
    fn linked_paragraph(&mut self) {
        let mut text = String::new();
        for lead in ["See", "It follows"] {
            let (sentence, link) = (sentence(&mut self.random), self.link());
            text.push_str(&format!("{sentence} {lead} {link}. "));
        }
        self.block(&text);
    }

    /// The links that the paragraphs have not used, as a list.
    fn related(&mut self) -> String {
        (SECTIONS * 2..LINKS)
            .map(|_| format!("- {}\n", self.link()))
            .collect()
    }

    /// A link to any other page, half of them to one of its headings.
    fn link(&mut self) -> String {
        let plan = self.plan;
        // A site of one page can only link to itself.
        let step = if plan.pages > 1 {
            self.random.between(1, plan.pages - 1)
        } else {
            0
        };
        let target = (self.page + step) % plan.pages;
        let name = format!("{}.md", plan.name(target));
        let mut path = relative(&plan.folders(self.page), &plan.folders(target), &name);
        if self.random.below(2) == 0 {
            let headings = plan.headings(target);
            path.push('#');
            path.push_str(&anchor(&headings[self.random.below(headings.len())]));
        }
        format!("[{}]({path})", plan.title(target).to_lowercase())
    }

    fn list(&mut self) {
        let mut text = String::new();
        for _ in 0..3 {
            text.push_str(&format!("- {}\n", sentence(&mut self.random)));
            text.push_str(&format!("  - {}\n", phrase(&mut self.random, 5)));
        }
        self.block(&text);
    }

    fn numbered_list(&mut self) {
        let text: String = (1..=4)
            .map(|number| format!("{number}. {}\n", phrase(&mut self.random, 6)))
            .collect();
        self.block(&text);
    }

    fn table(&mut self) {
        let mut text = String::from("| Name | Meaning | Default |\n| --- | --- | ---: |\n");
        for _ in 0..4 {
            let (verb, noun) = (self.random.pick(&VERBS), self.random.pick(&NOUNS));
            let (meaning, value) = (phrase(&mut self.random, 5), self.random.below(9_000));
            text.push_str(&format!("| `{verb}_{noun}` | {meaning} | {value} |\n"));
        }
        self.block(&text);
    }

    fn callout(&mut self) {
        let kind = self
            .random
            .pick(&["NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"]);
        let text = format!("> [!{kind}]\n> {}", paragraph(&mut self.random, 2));
        self.block(&text);
    }

    fn code(&mut self, code: &Code) {
        let language = match self.plan.code {
            CodeBlocks::Highlighted => code.language,
            CodeBlocks::Plain => "",
            CodeBlocks::None => return,
        };
        self.block(&format!("```{language}\n{}```", code.text));
    }
}
