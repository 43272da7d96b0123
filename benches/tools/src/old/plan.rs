//! What the old site consists of: projects, docs, the versions that hold them, and what stands in each doc.
//!
//! In: a seed. Out: a [`Plan`] with the counts of [`super::counts`], exactly. Texts follow from it in
//! [`super::text`]. Releases of a project are counted from the oldest, 0; the current docs come after the last.

use super::counts::*;
use super::deal::{deal, share, shuffled};
use crate::random::Random;
use crate::words::{ADJECTIVES, NOUNS, VERBS, capital};
use std::collections::HashSet;

/// What is wrong with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It leads to a doc that old versions do not have.
    Newer,
    /// It leads to a doc that does not exist.
    Missing,
    /// The doc has no such heading.
    Anchor,
    /// The file's name has other capitals.
    Case,
    /// There is no such image.
    Image,
    /// A path without `.md` that leads one folder too far up.
    Relative,
}

/// All of them, in the order of [`FAULTS`].
pub const ALL_FAULTS: [Fault; 6] = [
    Fault::Newer,
    Fault::Missing,
    Fault::Anchor,
    Fault::Case,
    Fault::Image,
    Fault::Relative,
];

/// What makes a sample no valid program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// A placeholder for what the reader knows.
    Placeholder,
    /// A bracket that is never closed.
    Mistake,
}

/// A code block.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// As an index into [`FENCES`].
    pub language: usize,
    /// What is wrong with it.
    pub flaw: Option<Flaw>,
    /// Whether a range of its lines is highlighted.
    pub range: bool,
    /// Whether a phrase is.
    pub phrase: bool,
    /// Its number: no two have the same.
    pub number: usize,
}

/// One tab.
#[derive(Clone, Debug, Default)]
pub struct Tab {
    /// Its code.
    pub code: Code,
    /// Whether text stands beside it.
    pub rich: bool,
}

/// A part of a doc that is counted.
#[derive(Clone, Debug)]
pub enum Block {
    /// A code block.
    Fence(Code),
    /// Tabs.
    Tabs {
        /// At least one.
        tabs: Vec<Tab>,
        /// It opens right after a line of text.
        after_text: bool,
        /// Text follows with no blank line between.
        before_text: bool,
    },
    /// One of [`DIFFERENCES`].
    Difference(usize),
    /// A relative link in a text that others copy.
    CopiedLink,
    /// A link that does not hold.
    Broken(Fault),
}

/// A doc, in all the versions that have it.
#[derive(Clone, Debug)]
pub struct Doc {
    /// Its project.
    pub project: usize,
    /// Its folder under the docs, or nothing.
    pub folder: String,
    /// The last part of its id.
    pub id: String,
    /// Its file's name without the ending.
    pub stem: String,
    /// Its title.
    pub title: String,
    /// The release that has it first; the number of releases if none has it.
    pub born: usize,
    /// Whether the current docs have it.
    pub current: bool,
    /// Later releases in which its text is another.
    pub changed: Vec<usize>,
    /// Whether the current text is another than the latest release's.
    pub edited: bool,
    /// The first release without it in its sidebar.
    pub hidden_from: usize,
    /// The doc that its text is copied from.
    pub copies: Option<usize>,
    /// Whether others copy it.
    pub is_source: bool,
    /// What it holds beside prose.
    pub blocks: Vec<Block>,
}

impl Doc {
    /// Folder and id.
    pub fn full_id(&self) -> String {
        join(&self.folder, &self.id)
    }

    /// The path of its file under the docs folder.
    pub fn path(&self) -> String {
        format!("{}.md", join(&self.folder, &self.stem))
    }

    /// How many files hold it.
    fn files(&self, releases: usize) -> usize {
        usize::from(self.current) + usize::from(self.born < releases) + self.changed.len()
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// A project: a site of its own in Docusaurus v1.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its folder and route.
    pub name: String,
    /// Names of its releases, oldest first.
    pub releases: Vec<String>,
    /// Categories of its sidebar, by name, each with its docs.
    pub categories: Vec<(String, Vec<usize>)>,
    /// Ids in its current sidebar that no doc has.
    pub missing: Vec<String>,
}

/// The whole site.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What all of it follows from.
    pub seed: u64,
    /// Projects.
    pub projects: Vec<Project>,
    /// Docs of all projects.
    pub docs: Vec<Doc>,
}

impl Plan {
    /// The site of a seed.
    pub fn new(seed: u64) -> Self {
        let mut random = Random::of(&[seed, 800]);
        let random = &mut random;
        let mut plan = Self {
            seed,
            projects: projects(),
            docs: Vec::new(),
        };
        plan.add_docs(random);
        plan.settle_births(random);
        plan.deal_changes(random);
        plan.hide(random);
        plan.deal_copies(random);
        plan.rename(random);
        plan.sort_into_categories(random);
        plan.deal_blocks(random);
        plan
    }

    /// How many releases a doc's project has.
    pub fn releases(&self, doc: &Doc) -> usize {
        self.projects[doc.project].releases.len()
    }

    /// Docs of one project.
    pub fn docs_of(&self, project: usize) -> impl Iterator<Item = (usize, &Doc)> {
        self.docs
            .iter()
            .enumerate()
            .filter(move |(_, doc)| doc.project == project)
    }

    fn add_docs(&mut self, random: &mut Random) {
        let versioned: Vec<usize> = PROJECTS
            .iter()
            .map(|(docs, releases)| docs * releases.min(&3))
            .collect();
        let gone = share(GONE_DOCS, &versioned);
        for (project, (current, releases)) in PROJECTS.iter().enumerate() {
            let mut taken = HashSet::new();
            for n in 0..current + gone[project] {
                let is_current = n < *current;
                let mut doc = named_doc(random, project, &mut taken);
                doc.current = is_current;
                doc.born = match (is_current, random.below(20)) {
                    (true, 0..9) => 0,
                    (true, _) => random.below(releases + 1),
                    (false, _) => random.below(releases.div_ceil(2)),
                };
                doc.hidden_from = usize::MAX;
                self.docs.push(doc);
            }
        }
    }

    /// Moves births until the versions have the pages that they should have. What is in no release stays so, and what is in
    /// one stays in one, but for docs that both ways are open to.
    fn settle_births(&mut self, random: &mut Random) {
        loop {
            let pages: usize = self.docs.iter().map(|doc| self.pages(doc)).sum();
            if pages == PAGES {
                return;
            }
            let n = random.below(self.docs.len());
            let (born, last) = (
                self.docs[n].born,
                self.releases(&self.docs[n]).saturating_sub(1),
            );
            if pages > PAGES && born < last {
                self.docs[n].born += 1;
            } else if pages < PAGES && (1..=last).contains(&born) {
                self.docs[n].born -= 1;
            }
        }
    }

    /// The pages of a doc.
    fn pages(&self, doc: &Doc) -> usize {
        self.releases(doc) - doc.born + usize::from(doc.current)
    }

    /// Gives docs other texts in later releases, until there are as many files as there should be.
    fn deal_changes(&mut self, random: &mut Random) {
        let files: usize = self
            .docs
            .iter()
            .map(|doc| doc.files(self.releases(doc)))
            .sum();
        let cells: Vec<(usize, usize)> = (0..self.docs.len())
            .flat_map(|n| {
                (self.docs[n].born + 1..self.releases(&self.docs[n])).map(move |r| (n, r))
            })
            .collect();
        for cell in deal(random, &vec![1; cells.len()], FILES - files) {
            let (doc, release) = cells[cell];
            self.docs[doc].changed.push(release);
        }
        for doc in &mut self.docs {
            doc.changed.sort_unstable();
            doc.edited = doc.current && random.below(7) == 0;
        }
    }

    /// Takes docs out of sidebars, those first that the current docs do not have.
    fn hide(&mut self, random: &mut Random) {
        let mut rest = UNLISTED_PAGES;
        let mut order = shuffled(random, self.docs.len());
        order.sort_by_key(|n| self.docs[*n].current);
        for n in order {
            let (born, releases) = (self.docs[n].born, self.releases(&self.docs[n]));
            let from = born + random.below((releases - born).div_ceil(3).max(1));
            let hidden = releases - from + usize::from(self.docs[n].current);
            if hidden <= rest {
                rest -= hidden;
                self.docs[n].hidden_from = from;
            }
        }
        assert_eq!(rest, 0, "invariant: some docs have one page only");
    }

    fn is_listed(&self, n: usize, release: usize) -> bool {
        let doc = &self.docs[n];
        let is_there = if release == self.releases(doc) {
            doc.current
        } else {
            doc.born <= release
        };
        is_there && release < doc.hidden_from
    }

    /// The docs that a sidebar of a release lists.
    pub fn listed<'a>(
        &'a self,
        docs: &'a [usize],
        release: usize,
    ) -> impl Iterator<Item = &'a Doc> + use<'a> {
        docs.iter()
            .filter(move |n| self.is_listed(**n, release))
            .map(|n| &self.docs[*n])
    }

    fn deal_copies(&mut self, random: &mut Random) {
        let current: Vec<usize> = shuffled(random, self.docs.len())
            .into_iter()
            .filter(|n| self.docs[*n].current)
            .collect();
        let (sources, others) = current.split_at(COPY_SOURCES);
        for source in sources {
            self.docs[*source].is_source = true;
        }
        let (mut foreign, mut own) = (FOREIGN_COPIES, COPIES - FOREIGN_COPIES);
        for doc in others {
            let project = self.docs[*doc].project;
            let at_home: Vec<usize> = sources
                .iter()
                .copied()
                .filter(|s| self.docs[*s].project == project)
                .collect();
            let source = if own > 0 && !at_home.is_empty() {
                own -= 1;
                at_home[random.below(at_home.len())]
            } else if foreign > 0 {
                foreign -= 1;
                let abroad: Vec<usize> = sources
                    .iter()
                    .copied()
                    .filter(|s| self.docs[*s].project != project)
                    .collect();
                abroad[random.below(abroad.len())]
            } else {
                continue;
            };
            // The text of a copy changes when its source does.
            let is_edited = self.docs[source].edited;
            let copy = &mut self.docs[*doc];
            (copy.copies, copy.edited) = (Some(source), is_edited);
        }
        assert_eq!(
            (own, foreign),
            (0, 0),
            "invariant: there are docs enough to copy"
        );
    }

    fn rename(&mut self, random: &mut Random) {
        let weights: Vec<usize> = self
            .docs
            .iter()
            .map(|doc| usize::from(doc.current))
            .collect();
        for n in deal(random, &weights, RENAMED) {
            self.docs[n].stem = format!("{}-old-name", self.docs[n].stem);
        }
    }

    fn sort_into_categories(&mut self, random: &mut Random) {
        let listed: Vec<usize> = (0..self.projects.len())
            .map(|p| {
                self.docs_of(p)
                    .filter(|(n, _)| self.is_listed(*n, PROJECTS[p].1))
                    .count()
            })
            .collect();
        let all = share(CATEGORIES, &listed);
        let singles = share(SINGLES, &all);
        for p in 0..self.projects.len() {
            // What the current sidebar lists comes first, so that each of its categories has a doc.
            let mut docs: Vec<usize> = self.docs_of(p).map(|(n, _)| n).collect();
            docs.sort_by_key(|n| !self.is_listed(*n, PROJECTS[p].1));
            let mut categories: Vec<(String, Vec<usize>)> = Vec::new();
            for (at, n) in docs.into_iter().enumerate() {
                let title = &self.docs[n].title;
                if at < singles[p] {
                    categories.push((format!("SIDEBAR_REPLACE_DOC_{title}"), vec![n]));
                } else if at < all[p] {
                    categories.push((format!("{} {at}", capital(random.pick(&NOUNS))), vec![n]));
                } else {
                    let group = singles[p] + random.below(all[p] - singles[p]);
                    categories[group].1.push(n);
                }
            }
            self.projects[p].categories = categories;
        }
        for n in 0..MISSING_IDS {
            self.projects[n].missing.push(format!("not-there-{n}"));
        }
    }

    /// How many files hold the text of each doc; none for a copy, whose text is its source's.
    pub fn weights(&self) -> Vec<usize> {
        let mut weights: Vec<usize> = self
            .docs
            .iter()
            .map(|doc| doc.files(self.releases(doc)))
            .collect();
        for (n, doc) in self.docs.iter().enumerate() {
            if let Some(source) = doc.copies {
                weights[source] += weights[n];
                weights[n] = 0;
            }
        }
        weights
    }

    fn deal_blocks(&mut self, random: &mut Random) {
        let weights = self.weights();
        self.deal_tabs(random, &weights);
        let in_tabs: usize = TAB_BLOCKS
            .iter()
            .zip(1..)
            .map(|(blocks, tabs)| blocks * tabs)
            .sum();
        let all: usize = FENCES.iter().map(|(_, fences)| fences).sum();
        self.deal_many(random, &weights, all - in_tabs, || {
            Block::Fence(Code::default())
        });
        for (kind, count) in DIFFERENCES.into_iter().enumerate() {
            self.deal_many(random, &weights, count, || Block::Difference(kind));
        }
        for (fault, count) in ALL_FAULTS.into_iter().zip(FAULTS) {
            // One for each text: how many pages show it is for the versions to say.
            let is_own = |n: usize| weights[n] > 0 && !self.docs[n].is_source;
            let light: Vec<usize> = (0..weights.len()).map(|n| usize::from(is_own(n))).collect();
            self.deal_many(random, &light, count, || Block::Broken(fault));
        }
        let mut copies = vec![0; self.docs.len()];
        for doc in &self.docs {
            doc.copies.iter().for_each(|source| copies[*source] += 1);
        }
        self.deal_many(random, &copies, COPIED_LINKS, || Block::CopiedLink);
        for doc in &mut self.docs {
            let order = shuffled(random, doc.blocks.len());
            doc.blocks = order.into_iter().map(|n| doc.blocks[n].clone()).collect();
        }
        self.deal_code(random, &weights);
    }

    /// Deals blocks, more than one to a doc if need be.
    fn deal_many(
        &mut self,
        random: &mut Random,
        weights: &[usize],
        total: usize,
        make: impl Fn() -> Block,
    ) {
        let mut rest = total;
        let sum: usize = weights.iter().sum();
        while rest > 0 {
            // A quarter of the docs at most in each round: some have many and others none.
            let part = rest.min(sum / 4);
            for doc in deal(random, weights, part) {
                self.docs[doc].blocks.push(make());
            }
            rest -= part;
        }
    }

    fn deal_tabs(&mut self, random: &mut Random, weights: &[usize]) {
        for (count, blocks) in (1..).zip(TAB_BLOCKS) {
            self.deal_many(random, weights, blocks, || Block::Tabs {
                tabs: vec![Tab::default(); count],
                after_text: false,
                before_text: false,
            });
        }
        let places: Vec<(usize, usize)> = (0..self.docs.len())
            .flat_map(|d| (0..self.docs[d].blocks.len()).map(move |b| (d, b)))
            .collect();
        let heavy: Vec<usize> = places.iter().map(|(d, _)| weights[*d]).collect();
        for place in deal(random, &heavy, TABS_AFTER_TEXT) {
            if let Block::Tabs { after_text, .. } = self.block(places[place]) {
                *after_text = true;
            }
        }
        for place in deal(random, &heavy, TABS_BEFORE_TEXT) {
            if let Block::Tabs { before_text, .. } = self.block(places[place]) {
                *before_text = true;
            }
        }
        // The first tab of a block is as good as any.
        for place in deal(random, &heavy, RICH_TABS) {
            if let Block::Tabs { tabs, .. } = self.block(places[place]) {
                tabs[0].rich = true;
            }
        }
    }

    fn block(&mut self, (doc, block): (usize, usize)) -> &mut Block {
        &mut self.docs[doc].blocks[block]
    }

    /// Languages, flaws and marks of the code blocks.
    fn deal_code(&mut self, random: &mut Random, weights: &[usize]) {
        let mut places: Vec<(usize, usize, usize)> = Vec::new();
        for (d, doc) in self.docs.iter().enumerate() {
            for (b, block) in doc.blocks.iter().enumerate() {
                let codes = match block {
                    Block::Fence(_) => 1,
                    Block::Tabs { tabs, .. } => tabs.len(),
                    _ => 0,
                };
                places.extend((0..codes).map(|c| (d, b, c)));
            }
        }
        let heavy: Vec<usize> = places.iter().map(|(d, ..)| weights[*d]).collect();
        let mut free = heavy.clone();
        for (language, (_, count)) in FENCES.into_iter().enumerate() {
            for n in deal(random, &free, count) {
                free[n] = 0;
                let code = self.code(places[n]);
                (code.language, code.number) = (language, n);
            }
        }
        let script = |n: usize, plan: &mut Self| {
            matches!(FENCES[plan.code(places[n]).language].0, "js" | "ts")
        };
        let mut scripts: Vec<usize> = (0..places.len())
            .map(|n| if script(n, self) { heavy[n] } else { 0 })
            .collect();
        for (flaw, count) in [Flaw::Placeholder, Flaw::Mistake].into_iter().zip(FLAWS) {
            for n in deal(random, &scripts, count) {
                scripts[n] = 0;
                self.code(places[n]).flaw = Some(flaw);
            }
        }
        for n in deal(random, &heavy, RANGES) {
            self.code(places[n]).range = true;
        }
        for n in deal(random, &heavy, PHRASES) {
            self.code(places[n]).phrase = true;
        }
    }

    fn code(&mut self, (doc, block, code): (usize, usize, usize)) -> &mut Code {
        match &mut self.docs[doc].blocks[block] {
            Block::Fence(own) => own,
            Block::Tabs { tabs, .. } => &mut tabs[code].code,
            _ => unreachable!("only blocks with code were listed"),
        }
    }
}

fn projects() -> Vec<Project> {
    PROJECTS
        .iter()
        .enumerate()
        .map(|(n, (_, releases))| Project {
            name: format!("{}-{:02}", NOUNS[n * 3 % NOUNS.len()], n + 1),
            releases: (0..*releases)
                .map(|r| format!("{}.{}.X", r / 8, r % 8))
                .collect(),
            categories: Vec::new(),
            missing: Vec::new(),
        })
        .collect()
}

/// A doc with a name that its project does not have yet.
fn named_doc(random: &mut Random, project: usize, taken: &mut HashSet<String>) -> Doc {
    let (id, title) = loop {
        let (verb, adjective, noun) = (
            random.pick(&VERBS),
            random.pick(&ADJECTIVES),
            random.pick(&NOUNS),
        );
        let id = format!("{verb}-{adjective}-{noun}");
        if taken.insert(id.clone()) {
            break (id, format!("{} {adjective} {noun}", capital(verb)));
        }
    };
    const FOLDERS: [&str; 6] = ["", "", "setup", "guides", "guides/advanced", "reference"];
    Doc {
        project,
        folder: random.pick(&FOLDERS).to_owned(),
        stem: id.clone(),
        id,
        title,
        born: 0,
        current: true,
        changed: Vec::new(),
        edited: false,
        hidden_from: 0,
        copies: None,
        is_source: false,
        blocks: Vec::new(),
    }
}
