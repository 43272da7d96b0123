//! Warnings of the same words, told once where there are many.
//!
//! In: all that is wrong with a site. Out: the same, with the first of each wording at its place, and how many more there are. A site
//! that was moved here may have hundreds of one kind, and what is new must not drown in them.

use std::collections::HashMap;

use super::link_groups::MOST_APART;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::SourceMap;

/// Further places that are named.
const PLACES: usize = 3;

/// Tells warnings together of whose wording there are more than [`MOST_APART`]; `apart` says which are told one by one all the same. Diagnostics must
/// be sorted. `each` says where each of them is told.
pub fn fold(
    diagnostics: Vec<Diagnostic>,
    sources: &SourceMap,
    apart: &dyn Fn(&Diagnostic) -> bool,
    each: &str,
) -> Vec<Diagnostic> {
    if diagnostics.len() <= MOST_APART {
        return diagnostics;
    }
    let is_told = |d: &Diagnostic| {
        d.severity == Severity::Warning && d.place.is_some() && d.link.is_none() && !apart(d)
    };
    let mut alike: HashMap<(&'static str, String), Vec<usize>> = HashMap::new();
    for (n, diagnostic) in diagnostics.iter().enumerate() {
        if is_told(diagnostic) {
            let wording = (diagnostic.code, diagnostic.message.clone());
            alike.entry(wording).or_default().push(n);
        }
    }
    alike.retain(|_, numbers| numbers.len() > MOST_APART);
    let mut more: HashMap<usize, Option<String>> = HashMap::new();
    for numbers in alike.values() {
        let places = numbers.iter().skip(1).take(PLACES);
        let places: Vec<String> = places
            .filter_map(|&n| Some(sources.written(diagnostics[n].place.as_ref()?)))
            .collect();
        let words = format!(
            "{} more like this, as at {}; {each}",
            numbers.len() - 1,
            places.join(", ")
        );
        more.extend(numbers.iter().skip(1).map(|&n| (n, None)));
        more.insert(numbers[0], Some(words));
    }
    let told = diagnostics.into_iter().enumerate();
    told.filter_map(|(n, mut diagnostic)| {
        match more.remove(&n) {
            None => {}
            Some(None) => return None,
            Some(Some(words)) => diagnostic.hints.push(words),
        }
        Some(diagnostic)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn the_first_of_many_stands_for_all() {
        let mut sources = SourceMap::default();
        let mut warn = |path: &str, message: &str| {
            let source = sources.set(path, "one\n");
            let span = Span {
                source,
                range: 0..3,
            };
            Diagnostic::warning("front-matter", message).at(span, "")
        };
        let mut all: Vec<Diagnostic> = (10..35).map(|n| warn(&format!("{n}.md"), "odd")).collect();
        all.insert(1, warn("a.md", "of its own"));
        all.push(warn("edited.md", "odd"));
        let edited = all[26].place.clone().map(|span| span.source);
        let few = fold(all[..12].to_vec(), &sources, &|_| false, "`x` tells");
        assert_eq!(few.len(), 12, "a few are told one by one");
        let apart = |d: &Diagnostic| d.place.as_ref().map(|span| span.source) == edited;
        let told = fold(all, &sources, &apart, "`x` tells");
        let messages: Vec<&str> = told.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(messages, ["odd", "of its own", "odd"]);
        let words = "24 more like this, as at 11.md:1:1, 12.md:1:1, 13.md:1:1; `x` tells";
        assert_eq!(told[0].hints, [words]);
    }
}
