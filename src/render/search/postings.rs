//! The pages that have a term, as short text.
//!
//! In: page numbers with impacts. Out: a string that needs no escape. The impact is the part of BM25 that does not depend on how
//! rare the term is; the reader multiplies it by that, so nothing about lengths has to be known there.
//!
//! BM25: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), equation 3.15, over counts
//! that are weighted by field as in 3.6.

/// One page of a term: its number and the impact, packed, since a large site has millions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Posting(u32);

impl Posting {
    /// The page's number is below 2^26, the impact below 64.
    pub fn new(page: u32, impact: u8) -> Self {
        assert!(page >> 26 == 0 && impact < 64, "invariant: they fit");
        Self(page << 6 | u32::from(impact))
    }

    /// The page's number.
    pub fn page(self) -> u32 {
        self.0 >> 6
    }

    /// The impact.
    pub fn impact(self) -> u8 {
        (self.0 & 63) as u8
    }
}

/// The best place that a page has a term in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub enum Place {
    /// Its text or code.
    #[default]
    Text,
    /// A heading.
    Heading,
    /// Its title.
    Title,
}

/// How soon more of a term stops to matter.
const K1: f32 = 1.2;
/// How much a long page needs more of it.
const B: f32 = 0.5;
/// The largest impact of a term that is in the text only.
const TEXT: f32 = 39.0;
/// What a heading adds.
const HEADING: u8 = 8;
/// What the title adds.
const TITLE: u8 = 24;

/// The impact of a term on a page. `length` is the page's length as a multiple of the average.
pub fn impact(count: u16, place: Place, length: f32) -> u8 {
    let count = f32::from(count);
    let part = count / (count + K1 * (1.0 - B + B * length));
    let text = (part * TEXT).round().clamp(0.0, TEXT) as u8;
    let place = match place {
        Place::Title => TITLE,
        Place::Heading => HEADING,
        Place::Text => 0,
    };
    (text + place).min(63)
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The pages of a term, sorted by number: for each the distance to the one before, in digits of five bits of which all but the
/// last are 32 higher, then the impact. Of more than `most` pages the best are listed, behind their number and a colon.
pub fn encode(postings: &[Posting], most: usize) -> String {
    let mut out = String::new();
    if postings.len() <= most {
        append(&mut out, postings.iter().copied());
        return out;
    }
    out.push_str(&format!("{}:", postings.len()));
    let mut best: Vec<Posting> = postings.to_vec();
    best.sort_by_key(|posting| (std::cmp::Reverse(posting.impact()), posting.page()));
    best.truncate(most);
    best.sort_unstable_by_key(|posting| posting.page());
    append(&mut out, best.into_iter());
    out
}

fn append(out: &mut String, postings: impl Iterator<Item = Posting>) {
    let mut next = 0;
    for posting in postings {
        let mut distance = posting.page() - next;
        while distance >= 32 {
            out.push(char::from(DIGITS[32 + (distance % 32) as usize]));
            distance /= 32;
        }
        out.push(char::from(DIGITS[distance as usize]));
        out.push(char::from(DIGITS[usize::from(posting.impact())]));
        next = posting.page() + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The reader's side, in short.
    fn decode(text: &str) -> Vec<Posting> {
        let digit = |byte: u8| DIGITS.iter().position(|d| *d == byte).expect("a digit") as u32;
        let mut digits = text.rsplit(':').next().expect("a list").bytes().map(digit);
        let (mut all, mut next) = (Vec::new(), 0);
        while let Some(first) = digits.next() {
            let (mut distance, mut digit, mut scale) = (0, first, 1);
            while digit >= 32 {
                distance += (digit - 32) * scale;
                scale *= 32;
                digit = digits.next().expect("one more");
            }
            distance += digit * scale;
            let page = next + distance;
            let impact = u8::try_from(digits.next().expect("an impact")).expect("below 64");
            all.push(Posting::new(page, impact));
            next = page + 1;
        }
        all
    }

    proptest! {
        #[test]
        fn lists_come_back(pages in proptest::collection::btree_map(0_u32..200_000, 0_u8..64, 0..200)) {
            let list: Vec<Posting> = pages.into_iter().map(|(page, impact)| Posting::new(page, impact)).collect();
            prop_assert_eq!(decode(&encode(&list, 1000)), list);
        }
    }

    #[test]
    fn the_best_of_many_are_kept() {
        let list: Vec<Posting> = (0..10)
            .map(|n| Posting::new(n * 40, (n % 5) as u8))
            .collect();
        let text = encode(&list, 4);
        assert!(text.starts_with("10:"), "{text}");
        let kept: Vec<u32> = decode(&text).iter().map(|p| p.page() / 40).collect();
        assert_eq!(kept, [3, 4, 8, 9]);
    }

    #[test]
    fn places_weigh_more_than_counts() {
        let body = |count| impact(count, Place::Text, 1.0);
        assert!(body(1) < body(2) && body(2) < body(20));
        assert!(impact(10, Place::Title, 1.0) > impact(5, Place::Heading, 1.0));
        assert!(impact(5, Place::Heading, 1.0) > body(5));
        assert!(impact(1, Place::Text, 0.2) > impact(1, Place::Text, 5.0));
        assert_eq!(impact(1000, Place::Title, 0.0), 63);
    }
}
