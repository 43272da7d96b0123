//! The floor under every build: read each Markdown file, parse it with pulldown-cmark on two
//! threads, write HTML. Nothing that a site needs beyond that is done.
//!
//! In: a folder with `docs/`. Out: HTML files and what they cost. A build is judged as a multiple of
//! this, in the same run on the same machine, so that the figures mean something elsewhere too.

use crate::cost::{Cost, own};
use pulldown_cmark::{Options, Parser, html};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use std::{fs, io, thread};

/// As many as the reference figures were measured with.
const THREADS: usize = 2;

/// What was done, and at what cost.
#[derive(Clone, Copy, Debug)]
pub struct Floor {
    /// Files read and written.
    pub pages: usize,
    /// Bytes of Markdown.
    pub bytes_in: usize,
    /// Bytes of HTML.
    pub bytes_out: usize,
    /// The time and memory of this program until the last file was written.
    pub cost: Cost,
}

/// Reads `site/docs`, parses it, and writes one HTML file per Markdown file to `out`.
///
/// # Errors
/// When a file cannot be read or written.
pub fn run(site: &Path, out: &Path) -> io::Result<Floor> {
    let start = Instant::now();
    let docs = site.join("docs");
    let mut files = Vec::new();
    collect(&docs, &mut files)?;
    let next = AtomicUsize::new(0);
    let sums = thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|_| scope.spawn(|| work(&docs, out, &files, &next)))
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("invariant: a worker does not panic"))
            .collect::<io::Result<Vec<_>>>()
    })?;
    let (bytes_in, bytes_out) = sums
        .iter()
        .fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    Ok(Floor {
        pages: files.len(),
        bytes_in,
        bytes_out,
        cost: own(start.elapsed())?,
    })
}

/// Takes one file after the other until none is left; gives the bytes read and written.
fn work(
    docs: &Path,
    out: &Path,
    files: &[PathBuf],
    next: &AtomicUsize,
) -> io::Result<(usize, usize)> {
    let (mut bytes_in, mut bytes_out) = (0, 0);
    while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
        let text = fs::read_to_string(file)?;
        let html = convert(&text);
        let path = out
            .join(
                file.strip_prefix(docs)
                    .expect("invariant: found below docs"),
            )
            .with_extension("html");
        fs::create_dir_all(path.parent().expect("invariant: a file lies in a folder"))?;
        fs::write(path, &html)?;
        bytes_in += text.len();
        bytes_out += html.len();
    }
    Ok((bytes_in, bytes_out))
}

/// The HTML of a text, its front matter left out.
fn convert(text: &str) -> String {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut html = String::with_capacity(text.len() * 2);
    html::push_html(&mut html, Parser::new_ext(body(text), options));
    html
}

fn body(text: &str) -> &str {
    let after = text
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"));
    after.map_or(text, |(_, body)| body)
}

/// All Markdown files below a folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            collect(&path, files)?;
        } else if path.extension() == Some(OsStr::new("md")) {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{body, convert};

    #[test]
    fn front_matter_is_not_part_of_the_body() {
        assert_eq!(body("---\ntitle: A\n---\ntext\n"), "text\n");
        assert_eq!(body("text\n---\n"), "text\n---\n");
    }

    #[test]
    fn tables_and_callouts_are_understood() {
        assert!(convert("| a |\n| - |\n| b |\n").contains("<table>"));
        assert!(convert("> [!NOTE]\n> text\n").contains("markdown-alert-note"));
    }
}
