//! Rust samples of the kinds that docs have, each different from every other.
//!
//! In: a number. Out: the lines of a sample, hidden ones included. All compile and pass, against the standard library and the
//! small library `shop`, whose source is here too. No sample can be merged into another by content: its number is in it.

/// The library that some samples use.
pub const SHOP: &str = r#"//! A small shop, for samples to use.

use std::collections::BTreeMap;
use std::fmt;

/// What can go wrong.
#[derive(Debug, PartialEq, Eq)]
pub enum ShopError {
    /// There is no such thing.
    Unknown(String),
    /// Nothing was put into the cart.
    Empty,
}

impl fmt::Display for ShopError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "there is no {name}"),
            Self::Empty => f.write_str("the cart is empty"),
        }
    }
}

impl std::error::Error for ShopError {}

/// A list of prices.
#[derive(Clone, Debug, Default)]
pub struct Prices(BTreeMap<String, u64>);

impl Prices {
    /// Adds a thing.
    pub fn with(mut self, name: &str, cents: u64) -> Self {
        self.0.insert(name.to_owned(), cents);
        self
    }

    /// Finds a price.
    ///
    /// # Errors
    /// When there is none.
    pub fn of(&self, name: &str) -> Result<u64, ShopError> {
        self.0.get(name).copied().ok_or_else(|| ShopError::Unknown(name.to_owned()))
    }
}

/// What a customer wants.
#[derive(Clone, Debug, Default)]
pub struct Cart {
    lines: Vec<(u64, u64)>,
    discount: u64,
}

impl Cart {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds things.
    pub fn add(&mut self, cents: u64, count: u64) -> &mut Self {
        self.lines.push((cents, count));
        self
    }

    /// Takes some percent off.
    pub fn discount(&mut self, percent: u64) -> &mut Self {
        self.discount = percent.min(100);
        self
    }

    /// What is to be paid.
    ///
    /// # Errors
    /// When there is nothing in it.
    pub fn total(&self) -> Result<u64, ShopError> {
        if self.lines.is_empty() {
            return Err(ShopError::Empty);
        }
        let sum: u64 = self.lines.iter().map(|(cents, count)| cents * count).sum();
        Ok(sum - sum * self.discount / 100)
    }

    /// Calls a function for each line.
    pub fn each(&self, mut what: impl FnMut(u64, u64)) {
        for (cents, count) in &self.lines {
            what(*cents, *count);
        }
    }
}
"#;

const KINDS: [&str; 10] = [
    r#"use std::collections::HashMap;

let text = "tea milk tea sugar tea NUMBER";
let mut counts: HashMap<&str, usize> = HashMap::new();
for word in text.split_whitespace() {
    *counts.entry(word).or_default() += 1;
}
let mut words: Vec<_> = counts.into_iter().collect();
words.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
assert_eq!(words[0], ("tea", 3));
assert!(words.contains(&("NUMBER", 1)));"#,
    r#"use std::fmt;

struct Money {
    cents: u64,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02} EUR", self.cents / 100, self.cents % 100)
    }
}

let price = Money { cents: NUMBER00 + 5 };
assert_eq!(price.to_string(), "NUMBER.05 EUR");"#,
    r#"# use std::num::ParseIntError;
fn sum(line: &str) -> Result<u64, ParseIntError> {
    let mut total = 0;
    for part in line.split(',') {
        total += part.trim().parse::<u64>()?;
    }
    Ok(total)
}

let total = sum("1, 2, NUMBER")?;
assert_eq!(total, 3 + NUMBER);
assert!(sum("1, two").is_err());
# Ok::<(), ParseIntError>(())"#,
    r#"use shop::Cart;

let mut cart = Cart::new();
cart.add(250, 2);
cart.add(NUMBER, 1);
cart.discount(0);

let total = cart.total().expect("something is in it");
assert_eq!(total, 500 + NUMBER);

let mut lines = 0;
cart.each(|_, _| lines += 1);
assert_eq!(lines, 2);"#,
    r#"# use shop::{Prices, ShopError};
# fn main() -> Result<(), ShopError> {
let prices = Prices::default()
    .with("tea", 250)
    .with("milk", NUMBER);

assert_eq!(prices.of("tea")?, 250);
assert_eq!(prices.of("milk")?, NUMBER);

let error = prices.of("salt").expect_err("nobody sells it");
assert_eq!(error, ShopError::Unknown("salt".into()));
assert_eq!(error.to_string(), "there is no salt");
# Ok(())
# }"#,
    r#"trait Shape {
    fn area(&self) -> f64;
    fn name(&self) -> String {
        "shape".to_owned()
    }
}

struct Square(f64);

impl Shape for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}

let shapes: Vec<Box<dyn Shape>> = vec![Box::new(Square(2.0)), Box::new(Square(NUMBER.0))];
let whole: f64 = shapes.iter().map(|shape| shape.area()).sum();
assert!(whole >= 4.0 && shapes[0].name() == "shape");"#,
    r#"#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Low,
    High,
}

fn level(value: u32) -> Option<Level> {
    match value {
        0 => None,
        1..=500 => Some(Level::Low),
        _ => Some(Level::High),
    }
}

assert_eq!(level(NUMBER + 500), Some(Level::High));
assert!(level(1) < level(501) && level(0).is_none());"#,
    r#"use std::sync::mpsc;
use std::thread;

let (sender, receiver) = mpsc::channel();
let worker = thread::spawn(move || {
    for n in 0..4u64 {
        sender.send(n * NUMBER).expect("the receiver waits");
    }
});
let sum: u64 = receiver.iter().sum();
worker.join().expect("it does not panic");
assert_eq!(sum, 6 * NUMBER);"#,
    r#"use std::str::FromStr;

#[derive(Debug, PartialEq)]
struct Version(u32, u32);

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (major, minor) = text.split_once('.').ok_or("no point in it")?;
        let number = |part: &str| part.parse::<u32>().map_err(|error| error.to_string());
        Ok(Self(number(major)?, number(minor)?))
    }
}

assert_eq!("NUMBER.7".parse(), Ok(Version(NUMBER, 7)));
assert!("7".parse::<Version>().is_err());"#,
    r#"use shop::{Cart, ShopError};
use std::error::Error;

fn checkout(cents: &[u64]) -> Result<String, Box<dyn Error>> {
    let mut cart = Cart::new();
    for price in cents {
        cart.add(*price, 1);
    }
    let total = cart.total()?;
    Ok(format!("to pay: {total}"))
}

assert_eq!(checkout(&[100, NUMBER]).expect("a sum"), format!("to pay: {}", 100 + NUMBER));
let error = checkout(&[]).expect_err("nothing to pay");
assert_eq!(error.downcast_ref(), Some(&ShopError::Empty));"#,
];

const SMALL: [&str; 6] = [
    "let mut names = vec![\"carol\", \"bob NUMBER\", \"alice\"];\nnames.sort();\nassert_eq!(names[1], \"bob NUMBER\");",
    "# use shop::Cart;\nlet mut cart = Cart::new();\ncart.add(250, 2).add(NUMBER, 1);\nassert_eq!(cart.total(), Ok(500 + NUMBER));",
    "let port: u32 = \"NUMBER\".parse()?;\nassert_eq!(port, NUMBER);\n# Ok::<(), std::num::ParseIntError>(())",
    "use shop::Prices;\n\nlet prices = Prices::default().with(\"tea\", NUMBER);\nassert_eq!(prices.of(\"tea\"), Ok(NUMBER));\nassert!(prices.of(\"salt\").is_err());",
    "let squares: u64 = (1..=3u64).map(|n| n * n + NUMBER).sum();\nassert_eq!(squares, 14 + 3 * NUMBER);",
    "#[derive(Debug, PartialEq)]\nstruct Point {\n    x: i64,\n}\nlet point = Point { x: NUMBER };\nassert_eq!(point, Point { x: NUMBER });",
];

/// A sample that passes. `edit` is in it as well, so that another one is another text. Small
/// ones have two to six lines.
pub fn passing(number: usize, edit: usize, small: bool) -> String {
    let value = (number + 1) + 10_000 * edit;
    let kinds = if small { &SMALL[..] } else { &KINDS[..] };
    kinds[number % kinds.len()].replace("NUMBER", &value.to_string())
}

/// A sample that does not compile, for a reason that hides no other error.
pub fn broken(number: usize) -> String {
    format!(
        "let cents: u64 = {number};\nlet label = format!(\"{{cents}}\");\nlet total: u64 = label;\nassert_eq!(total, {number});"
    )
}

/// The code of a sample as the compiler is to see it, hidden lines included.
pub fn shown_and_hidden(sample: &str) -> String {
    let mut code = String::new();
    for line in sample.lines() {
        code.push_str(line.strip_prefix("# ").unwrap_or(line));
        code.push('\n');
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_of_the_length_that_docs_have_and_differ() {
        let mut all: Vec<String> = (0..40).map(|number| passing(number, 0, false)).collect();
        for sample in &all {
            assert!((10..=20).contains(&sample.lines().count()), "{sample}");
            assert!(!sample.contains("NUMBER"));
        }
        all.push(passing(3, 1, false));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 41);
        let small = |number| passing(number, 0, true).lines().count();
        assert!((0..6).all(|number| (2..=6).contains(&small(number))));
    }

    #[test]
    fn hidden_lines_are_uncovered() {
        assert_eq!(shown_and_hidden("# use a;\n#[b]\nc"), "use a;\n#[b]\nc\n");
    }
}
