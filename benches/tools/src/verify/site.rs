//! A site of samples, and the same samples for the programs that it is compared with.
//!
//! In: how many samples, and where. Out: a folder: the library `shop`, a docproof site of pages with twenty samples each,
//! `all.md` with all of them for rustdoc, which takes one file at a time and so has them in one bundle.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::samples::{SHOP, broken, passing};
use crate::measure::Failure;

/// How many samples a page has.
const PER_PAGE: usize = 20;

/// A site on the disk.
pub struct Site {
    /// Its folder.
    pub folder: PathBuf,
    /// How many samples it has.
    pub samples: usize,
    small: bool,
    broken: Option<usize>,
    /// How often each sample was edited.
    edits: Vec<usize>,
}

impl Site {
    /// Writes a site. One of its samples does not compile, if that is asked for: the one in the middle.
    pub fn write(
        folder: &Path,
        samples: usize,
        small: bool,
        with_broken: bool,
    ) -> Result<Self, Failure> {
        let site = Self {
            folder: folder.to_owned(),
            samples,
            small,
            broken: with_broken.then_some(samples / 2),
            edits: vec![0; samples],
        };
        let shop = folder.join("shop");
        fs::create_dir_all(shop.join("src"))?;
        fs::create_dir_all(folder.join("docs"))?;
        fs::write(shop.join("src/lib.rs"), SHOP)?;
        let manifest =
            "[package]\nname = \"shop\"\nversion = \"1.2.0\"\nedition = \"2024\"\n\n[workspace]\n";
        fs::write(shop.join("Cargo.toml"), manifest)?;
        let settings = "title: Shop\nverify:\n  dependencies:\n    shop: { path: shop }\n";
        fs::write(folder.join("docproof.yaml"), settings)?;
        for page in 0..samples.div_ceil(PER_PAGE) {
            site.write_page(page)?;
        }
        let all: String = (0..samples).map(|number| site.fence(number)).collect();
        fs::write(folder.join("all.md"), all)?;
        Ok(site)
    }

    /// Changes one sample, so that no run has seen it before, and gives its new text.
    pub fn edit(&mut self, number: usize) -> Result<String, Failure> {
        self.edits[number] += 1;
        self.write_page(number / PER_PAGE)?;
        Ok(self.sample(number))
    }

    /// A sample as it stands.
    pub fn sample(&self, number: usize) -> String {
        if self.broken == Some(number) {
            broken(number)
        } else {
            passing(number, self.edits[number], self.small)
        }
    }

    fn fence(&self, number: usize) -> String {
        format!(
            "## Part {number}\n\nSome words about it.\n\n```rust\n{}\n```\n\n",
            self.sample(number)
        )
    }

    fn write_page(&self, page: usize) -> Result<(), Failure> {
        let mut text = format!("# Page {page}\n\nWhat this page is about.\n\n");
        let first = page * PER_PAGE;
        for number in first..(first + PER_PAGE).min(self.samples) {
            let _ = write!(text, "{}", self.fence(number));
        }
        fs::write(self.folder.join(format!("docs/page-{page}.md")), text)?;
        Ok(())
    }
}
