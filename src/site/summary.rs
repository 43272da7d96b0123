//! `SUMMARY.md`, which lists the chapters of an mdBook book.
//!
//! In: its text. Out: parts, chapters and separators in order, each with its place, and what is wrong. Of the chapters' own files
//! only the names are known here. The rules are those of mdBook 0.5 (`mdbook-summary`); what mdBook passes over without a word is
//! a warning here.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, OffsetIter, Parser, Tag, TagEnd};

use super::urls::join_relative;
use crate::diagnostic::Problem;

/// The name of the file, in the folder of the chapters.
pub const FILE_NAME: &str = "SUMMARY.md";

/// A book's list of chapters.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// Before the numbered chapters.
    pub prefix: Vec<Item>,
    /// The numbered chapters.
    pub parts: Vec<BookPart>,
    /// After them.
    pub suffix: Vec<Item>,
}

/// Numbered chapters, with a title or without.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BookPart {
    /// Its title.
    pub title: Option<String>,
    /// Its chapters.
    pub items: Vec<Item>,
}

/// A line of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Item {
    /// A chapter.
    Chapter(Chapter),
    /// A line between chapters.
    Separator,
}

/// A chapter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chapter {
    /// Its name.
    pub name: String,
    /// Its file, from the folder of the book's chapters; none for one that is not written yet.
    pub file: Option<String>,
    /// `1.2.`; empty for chapters without a number.
    pub number: String,
    /// The chapters under it.
    pub items: Vec<Item>,
    /// Where it is listed.
    pub range: Range<usize>,
}

impl Summary {
    /// Every chapter, in the order of the list.
    pub fn chapters(&self) -> Vec<&Chapter> {
        fn walk<'a>(items: &'a [Item], found: &mut Vec<&'a Chapter>) {
            for item in items {
                if let Item::Chapter(chapter) = item {
                    found.push(chapter);
                    walk(&chapter.items, found);
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.prefix, &mut found);
        for part in &self.parts {
            walk(&part.items, &mut found);
        }
        walk(&self.suffix, &mut found);
        found
    }
}

/// Reads the list.
pub fn parse(text: &str) -> (Summary, Vec<Problem>) {
    let mut reader = Reader {
        events: Parser::new(text).into_offset_iter(),
        summary: Summary::default(),
        problems: Vec::new(),
        stage: Stage::Title,
        files: HashMap::new(),
        numbered: 0,
    };
    reader.read();
    (reader.summary, reader.problems)
}

/// How far the list was read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing yet: a heading here is the list's own.
    Title,
    Prefix,
    /// Right behind the title of a part.
    PartTitle,
    Numbered,
    Suffix,
}

struct Reader<'a> {
    events: OffsetIter<'a>,
    summary: Summary,
    problems: Vec<Problem>,
    stage: Stage,
    /// Where each file was listed first.
    files: HashMap<String, Range<usize>>,
    /// Numbered chapters of the first level so far: numbers go on through all parts.
    numbered: usize,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some((event, range)) = self.events.next() {
            match event {
                Event::Start(Tag::Heading {
                    level: HeadingLevel::H1,
                    ..
                }) => self.heading(range),
                Event::Start(Tag::List(_)) => self.list_of_chapters(range),
                Event::Start(Tag::Paragraph) => self.paragraph(),
                Event::Start(Tag::Link { dest_url, .. }) => {
                    let dest = dest_url.to_string();
                    self.affix(&dest, range);
                }
                Event::Rule => self.separator(),
                Event::Start(Tag::HtmlBlock) | Event::End(_) | Event::Html(_) => {}
                _ if self.stage == Stage::Title => self.stage = Stage::Prefix,
                _ => {}
            }
        }
    }

    fn heading(&mut self, range: Range<usize>) {
        let title = self.words(TagEnd::Heading(HeadingLevel::H1));
        match self.stage {
            Stage::Title => self.stage = Stage::Prefix,
            Stage::Suffix => self.too_late("a part", range),
            Stage::Prefix | Stage::PartTitle | Stage::Numbered => {
                self.stage = Stage::PartTitle;
                self.summary.parts.push(BookPart {
                    title: Some(title),
                    items: Vec::new(),
                });
            }
        }
    }

    fn too_late(&mut self, what: &str, range: Range<usize>) {
        let message = format!("{what} behind the chapters at the end");
        let problem = Problem::error("summary", range, message)
            .label("chapters outside of lists end the numbered ones")
            .hint("put it before them, or make them items of a list");
        self.problems.push(problem);
    }

    fn paragraph(&mut self) {
        match self.stage {
            Stage::Title => self.stage = Stage::Prefix,
            Stage::Numbered => self.stage = Stage::Suffix,
            Stage::Prefix | Stage::PartTitle | Stage::Suffix => {}
        }
    }

    fn separator(&mut self) {
        match self.stage {
            Stage::Title | Stage::Prefix => {
                self.stage = Stage::Prefix;
                self.summary.prefix.push(Item::Separator);
            }
            Stage::PartTitle | Stage::Numbered => {
                self.stage = Stage::Numbered;
                self.part().items.push(Item::Separator);
            }
            Stage::Suffix => self.summary.suffix.push(Item::Separator),
        }
    }

    /// The part at hand; the first one may have no title.
    fn part(&mut self) -> &mut BookPart {
        if self.summary.parts.is_empty() {
            self.summary.parts.push(BookPart::default());
        }
        let last = self.summary.parts.len() - 1;
        &mut self.summary.parts[last]
    }

    /// A link outside of a list.
    fn affix(&mut self, dest: &str, range: Range<usize>) {
        let name = self.words(TagEnd::Link);
        if matches!(self.stage, Stage::PartTitle | Stage::Numbered) {
            let problem = Problem::warning("summary", range, "a chapter that is not built")
                .label("mdBook passes it over")
                .hint("make it an item of a list");
            self.problems.push(problem);
            return;
        }
        let chapter = self.chapter(name, dest, String::new(), range);
        match self.stage {
            Stage::Suffix => self.summary.suffix.push(Item::Chapter(chapter)),
            _ => self.summary.prefix.push(Item::Chapter(chapter)),
        }
    }

    /// A list of the first level.
    fn list_of_chapters(&mut self, range: Range<usize>) {
        if self.stage == Stage::Suffix {
            self.too_late("a list", range);
            // Its chapters are read all the same, or each link to them would be reported as well.
        }
        let items = self.list("", self.numbered);
        self.numbered += items.len();
        match self.stage {
            Stage::Suffix => self.summary.suffix.extend(items),
            _ => {
                self.stage = Stage::Numbered;
                self.part().items.extend(items);
            }
        }
    }

    /// The items of a list that has begun; the numbers go on from `before`.
    fn list(&mut self, number: &str, before: usize) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        while let Some((event, range)) = self.events.next() {
            match event {
                Event::End(TagEnd::List(_)) => break,
                Event::Start(Tag::Item) => {
                    let number = format!("{number}{}.", before + items.len() + 1);
                    items.extend(self.item(number, range).map(Item::Chapter));
                }
                _ => {}
            }
        }
        items
    }

    /// An item of a list: a link, and lists under it.
    fn item(&mut self, number: String, range: Range<usize>) -> Option<Chapter> {
        let mut chapter: Option<Chapter> = None;
        while let Some((event, place)) = self.events.next() {
            match (event, &mut chapter) {
                (Event::End(TagEnd::Item), _) => break,
                (Event::Start(Tag::Link { dest_url, .. }), None) => {
                    let dest = dest_url.to_string();
                    let name = self.words(TagEnd::Link);
                    chapter = Some(self.chapter(name, &dest, number.clone(), place));
                }
                (Event::Start(Tag::List(_)), Some(above)) => {
                    let more = self.list(&number, above.items.len());
                    above.items.extend(more);
                }
                (Event::Start(Tag::List(_)), None) => {
                    self.list(&number, 0);
                }
                (Event::Text(_) | Event::Code(_), None) => {
                    let problem = Problem::error("summary", place, "an item that is not a link")
                        .label("a chapter is a link and nothing else")
                        .hint("write `- [Name](file.md)`, or `- [Name]()` for a chapter to come");
                    self.problems.push(problem);
                    self.skip_item();
                    return None;
                }
                _ => {}
            }
        }
        if chapter.is_none() {
            let problem = Problem::error("summary", range, "an empty item");
            self.problems
                .push(problem.hint("write `- [Name](file.md)`"));
        }
        chapter
    }

    fn skip_item(&mut self) {
        let mut depth = 0;
        for (event, _) in self.events.by_ref() {
            match event {
                Event::Start(Tag::Item) => depth += 1,
                Event::End(TagEnd::Item) if depth == 0 => return,
                Event::End(TagEnd::Item) => depth -= 1,
                _ => {}
            }
        }
    }

    fn chapter(
        &mut self,
        name: String,
        dest: &str,
        number: String,
        range: Range<usize>,
    ) -> Chapter {
        Chapter {
            name,
            file: self.file(dest, &range),
            number,
            items: Vec::new(),
            range,
        }
    }

    fn file(&mut self, dest: &str, range: &Range<usize>) -> Option<String> {
        if dest.is_empty() {
            return None;
        }
        let written = dest.replace("%20", " ");
        let outside = written.starts_with('/') || crate::markdown::is_external(&written);
        let file = join_relative("", &written).filter(|_| !outside);
        let Some(file) = file else {
            let message = format!("`{dest}` is outside of the book's folder");
            let problem = Problem::error("summary", range.clone(), message)
                .hint("chapters are files beside SUMMARY.md or below it; one of them may include a file from elsewhere");
            self.problems.push(problem);
            return None;
        };
        if !file.ends_with(".md") {
            let message = format!("the chapter `{file}` is not a `.md` file");
            let problem = Problem::error("summary", range.clone(), message);
            self.problems.push(problem.hint("rename it"));
            return None;
        }
        if let Some(first) = self.files.insert(file.clone(), range.clone()) {
            let message = format!("the chapter `{file}` is listed twice");
            let problem = Problem::error("summary", range.clone(), message)
                .hint("remove one of the two")
                .also(first, "the first one is here");
            self.problems.push(problem);
            return None;
        }
        Some(file)
    }

    /// The text up to the end of an element.
    fn words(&mut self, end: TagEnd) -> String {
        let mut words = String::new();
        for (event, _) in self.events.by_ref() {
            match event {
                Event::End(tag) if tag == end => break,
                Event::Text(text) | Event::Code(text) => words.push_str(&text),
                Event::SoftBreak => words.push(' '),
                _ => {}
            }
        }
        words
    }
}
