//! Which of the known names was probably meant.
//!
//! In: a name that nothing has, and the names that are there. Out: those that are like it, best first. Old sites ask a
//! thousand times, so names that cannot be meant are passed over by their letters.

/// How alike two names must be for one to be meant by the other.
const NEAR: f64 = 0.82;

/// The name nearest to `name`, as a hint, when one is near enough to be meant.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, known, 1)
        .into_iter()
        .next()
        .map(|best| format!("did you mean `{best}`?"))
}

/// The names nearest to `name`, best first, at most `most`. Of paths, the folders at the start that both share do not count:
/// they would make all files of a deep folder alike.
pub fn nearest<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
    most: usize,
) -> Vec<&'a str> {
    let folded = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .map(|candidate| (likeness_of_paths(&folded, candidate), candidate))
        .filter(|(score, _)| *score > NEAR)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored
        .into_iter()
        .take(most)
        .map(|(_, candidate)| candidate)
        .collect()
}

/// From 0 to 1, of the whole or of the last part; below [`NEAR`] it may be less than it is.
fn likeness_of_paths(name: &str, candidate: &str) -> f64 {
    let lower = candidate.to_lowercase();
    let shared = name.bytes().zip(lower.bytes()).take_while(|(a, b)| a == b);
    let shared = name[..floor(name, shared.count())]
        .rfind('/')
        .map_or(0, |at| at + 1);
    let last = |text: &str| text.rfind('/').map_or(0, |at| at + 1);
    let whole = likeness(&name[shared..], &lower[shared..]);
    let (own, other) = (last(name), last(&lower));
    if own == shared && other == shared {
        return whole;
    }
    whole.max(likeness(&name[own..], &lower[other..]) * 0.98)
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The likeness of Jaro and Winkler; 0 where the letters alone say that it is below [`NEAR`]. That is most names, and takes
/// a small part of the time.
fn likeness(name: &str, other: &str) -> f64 {
    if name.is_ascii() && other.is_ascii() && !name.is_empty() && !other.is_empty() {
        let (long, short) = (
            name.len().max(other.len()) as f64,
            name.len().min(other.len()) as f64,
        );
        let start = name
            .bytes()
            .zip(other.bytes())
            .take(4)
            .take_while(|(a, b)| a == b)
            .count();
        let at_most = |both: f64| {
            let jaro = (both / long + both / short + 1.0) / 3.0;
            jaro + 0.1 * start as f64 * (1.0 - jaro)
        };
        if at_most(short) <= NEAR || at_most(shared_letters(name, other)) <= NEAR {
            return 0.0;
        }
    }
    strsim::jaro_winkler(name, other)
}

/// How many letters two names can have in common at most, in any order.
fn shared_letters(name: &str, other: &str) -> f64 {
    // Some letters are counted together, which makes the number greater and never less.
    let mut counts = [0_i32; 32];
    for byte in name.bytes() {
        counts[usize::from(byte & 31)] += 1;
    }
    let mut shared = 0;
    for byte in other.bytes() {
        let left = &mut counts[usize::from(byte & 31)];
        shared += i32::from(*left > 0);
        *left -= 1;
    }
    f64::from(shared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        assert_eq!(
            did_you_mean("tilte", ["title", "id"]),
            Some("did you mean `title`?".into())
        );
        assert_eq!(did_you_mean("zzz", ["title", "id"]), None);
        assert_eq!(
            nearest("guide/instal", ["guide/install", "about"], 3),
            ["guide/install"]
        );
    }

    #[test]
    fn a_folder_that_both_lie_in_does_not_make_names_alike() {
        let known = ["site/docs/one/keep-the-river.md", "site/docs/one/start.md"];
        assert_eq!(nearest("site/docs/one/zoom.md", known, 3), [""; 0]);
        assert_eq!(
            nearest("site/docs/one/strat.md", known, 3),
            ["site/docs/one/start.md"]
        );
        assert_eq!(
            nearest("site/docs/two/start.md", known, 3),
            ["site/docs/one/start.md"]
        );
    }

    #[test]
    fn no_near_name_is_passed_over_for_its_letters() {
        let names = [
            "title",
            "tilte",
            "install",
            "isntall",
            "a",
            "aa",
            "",
            "ünder",
            "under-way",
            "way-under",
            "undre-wya",
        ];
        for (name, other) in names.iter().flat_map(|a| names.map(|b| (*a, b))) {
            let (exact, quick) = (strsim::jaro_winkler(name, other), likeness(name, other));
            assert!(
                quick == exact || quick == 0.0 && exact <= NEAR,
                "{name} {other} {exact} {quick}"
            );
        }
    }
}
