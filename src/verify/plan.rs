//! Fences to samples: what is verified, against which library, and what is left out and why.
//!
//! In: every code block of the pages, and the library of each. Out: a [`Plan`]. One program at one place under one
//! library is one sample, however many pages show it. It must not compile anything.

use std::collections::HashMap;
use std::sync::Arc;

use super::attributes::{Rules, Untagged, attributes};
use super::library::{Dependencies, Library};
use super::sample::{Attributes, CodeLine, Fence, Mode, Place, Sample, Shown, Treatment};
use crate::config::Dialect;
use crate::markdown::{parse_info, unhide};

/// Samples, and everything that is none.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order of pages and blocks.
    pub samples: Vec<Sample>,
    /// What they are compiled against; `package=` adds to those that were given.
    pub libraries: Vec<Library>,
    /// Blocks that are not verified, with how they are treated.
    pub left_out: Vec<LeftOut>,
    /// What is wrong with info strings.
    pub problems: Vec<FenceProblem>,
    /// Samples that `rustdoc --test` would treat in another way.
    pub rustdoc_differs: Vec<(Place, String)>,
}

/// A block that is not verified.
#[derive(Clone, Debug)]
pub struct LeftOut {
    /// The block.
    pub fence: Fence,
    /// What it asks for; its treatment is the reason.
    pub attributes: Attributes,
}

/// What is wrong with a fence.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FenceProblem {
    /// The fence.
    pub place: Place,
    /// What is wrong, a fragment.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Worth a look, and no failure.
    pub warning: bool,
}

/// Makes a plan. `library_of` names the library of each fence.
pub fn plan(
    fences: Vec<Fence>,
    libraries: Vec<Library>,
    library_of: &[usize],
    rules: &Rules<'_>,
) -> Plan {
    let mut planner = Planner {
        plan: Plan {
            libraries,
            ..Plan::default()
        },
        known: HashMap::new(),
        groups: HashMap::new(),
        warn_untagged: !rules.strict && rules.untagged == Untagged::Warn,
    };
    for (fence, library) in fences.into_iter().zip(library_of) {
        let rules = Rules {
            strict: rules.strict || fence.rustdoc,
            ..*rules
        };
        let attributes = attributes(&fence.info, fence.fenced, fence.file.is_some(), &rules);
        planner.fence(fence, attributes, *library);
    }
    planner.finish()
}

/// Whether the builder took the block for Rust, and so dealt with its hidden lines already.
fn hides_lines(info: &str) -> bool {
    parse_info(info, 0, Dialect::Docproof).0.is_rust()
}

/// rustdoc's rule for hidden lines, on a line of a block that the builder did not take for Rust.
pub(super) fn hide(line: &mut CodeLine) {
    let (taken, hidden) = unhide(&line.text);
    let at = line.text[..taken.start].chars().count();
    let len = line.text[taken.clone()].chars().count();
    line.text.replace_range(taken, "");
    line.hidden |= hidden;
    if len > 0 {
        line.cuts.push((at, len));
    }
}

/// A program's place under one library.
type Identity = (usize, Arc<str>, usize, crate::source::ContentHash);

/// A page and the name of one of its groups.
type GroupKey = (Shown, String);

struct Planner {
    plan: Plan,
    known: HashMap<Identity, usize>,
    /// The sample of a group that is being read.
    groups: HashMap<GroupKey, usize>,
    warn_untagged: bool,
}

impl Planner {
    fn fence(&mut self, mut fence: Fence, attributes: Attributes, library: usize) {
        for (message, hint) in &attributes.problems {
            self.complain(&fence.place, message, hint);
        }
        if let Some(why) = &attributes.rustdoc_differs {
            let place = fence.place.clone();
            self.plan.rustdoc_differs.push((place, why.clone()));
        }
        let mode = match &attributes.treatment {
            Treatment::Sample(mode) => *mode,
            Treatment::File => Mode::File,
            Treatment::Ignored(_) | Treatment::NotRust(_) => {
                if self.warn_untagged
                    && let Treatment::NotRust(why) = &attributes.treatment
                    && matches!(why.as_str(), "untagged" | "indented")
                {
                    self.untagged(&fence.place);
                }
                self.plan.left_out.push(LeftOut { fence, attributes });
                return;
            }
        };
        if attributes.output && fence.expected.is_none() && mode != Mode::File {
            self.complain(
                &fence.place,
                "`output` without a `text` fence behind it",
                "put the expected output into a fence ```text directly after this one; `docproof verify --bless` fills it",
            );
        }
        if fence.file.is_none() && !hides_lines(&fence.info) {
            fence.lines.iter_mut().for_each(hide);
        }
        fence.lines.iter_mut().for_each(CodeLine::trim_hidden);
        let shown = Shown {
            docset: fence.docset.clone(),
            version: fence.version.clone(),
            page: fence.page.clone(),
        };
        if let Some(name) = &attributes.group {
            let key = (shown.clone(), name.clone());
            if let Some(&n) = self.groups.get(&key) {
                self.join(n, fence, attributes, mode);
                return;
            }
            self.groups.insert(key, self.plan.samples.len());
        }
        let library = self.library(&attributes, library);
        self.plan.samples.push(Sample {
            mode,
            library,
            edition: attributes.edition.clone(),
            attributes,
            parts: vec![fence],
            shown: vec![shown],
        });
    }

    /// Adds a fence to the group that it names.
    fn join(&mut self, n: usize, fence: Fence, attributes: Attributes, mode: Mode) {
        let group = &mut self.plan.samples[n];
        let first = group.parts[0].place.clone();
        let name = attributes.group.clone().unwrap_or_default();
        let mut wrong = Vec::new();
        if fence.path != group.parts[0].path {
            wrong.push(format!("group `{name}` runs over two files"));
        }
        if mode != group.mode {
            wrong.push(format!(
                "the fences of group `{name}` are treated in different ways"
            ));
        }
        if attributes.edition.is_some() && attributes.edition != group.edition {
            wrong.push(format!(
                "the fences of group `{name}` name different editions"
            ));
        }
        let place = fence.place.clone();
        if wrong.is_empty() {
            group.attributes.output |= attributes.output;
            group.attributes.show_output |= attributes.show_output;
            group.attributes.timeout = group.attributes.timeout.max(attributes.timeout);
            group.parts.push(fence);
        }
        for message in wrong {
            let hint = format!(
                "the fences of a group are one program; it begins at {}:{}",
                first.path, first.line
            );
            self.complain(&place, &message, &hint);
        }
    }

    fn complain(&mut self, place: &Place, message: &str, hint: &str) {
        self.plan.problems.push(FenceProblem {
            place: place.clone(),
            message: message.to_owned(),
            hint: hint.to_owned(),
            warning: false,
        });
    }

    fn untagged(&mut self, place: &Place) {
        self.plan.problems.push(FenceProblem {
            place: place.clone(),
            message: "code without a language, which is not verified".into(),
            hint: "write ```rust if it is Rust, else its language, such as ```text".into(),
            warning: true,
        });
    }

    /// The library of a sample: the version's, or that of the package that the fence names.
    fn library(&mut self, attributes: &Attributes, base: usize) -> usize {
        let Some(package) = &attributes.package else {
            return base;
        };
        let own = &self.plan.libraries[base];
        let manifest = match &own.dependencies {
            Dependencies::Package { manifest, .. } => manifest.clone(),
            Dependencies::None | Dependencies::Table { .. } => "Cargo.toml".into(),
        };
        let library = Library {
            name: format!("package {package}"),
            dependencies: Dependencies::Package {
                manifest,
                name: Some(package.clone()),
                features: Vec::new(),
                no_default_features: false,
            },
            ..own.clone()
        };
        let libraries = &mut self.plan.libraries;
        let known = libraries.iter().position(|l| *l == library);
        known.unwrap_or_else(|| {
            libraries.push(library);
            libraries.len() - 1
        })
    }

    /// Joins equal programs at equal places.
    fn finish(mut self) -> Plan {
        let mut samples: Vec<Sample> = Vec::new();
        for sample in self.plan.samples.drain(..) {
            let part = &sample.parts[0];
            let identity = (
                sample.library,
                part.path.clone(),
                part.open_line,
                sample.hash(),
            );
            match self.known.get(&identity) {
                Some(&n) => samples[n].shown.extend(sample.shown),
                None => {
                    self.known.insert(identity, samples.len());
                    samples.push(sample);
                }
            }
        }
        self.plan.samples = samples;
        self.plan.problems.sort();
        self.plan.problems.dedup();
        self.plan.rustdoc_differs.sort();
        self.plan.rustdoc_differs.dedup();
        self.plan
    }
}

/// An even share of the samples by a stable hash: which of `of` shares (from 1) a sample is in. It depends on the
/// program and its page alone, so that all machines agree and an edit moves one sample at most.
pub fn share(sample: &Sample, of: u64) -> u64 {
    let place = sample.place();
    let hash =
        crate::source::ContentHash::of_parts([place.path.as_bytes(), sample.hash().0.as_slice()]);
    let mut first = [0; 8];
    first.copy_from_slice(&hash.0[..8]);
    u64::from_le_bytes(first) % of.max(1) + 1
}
