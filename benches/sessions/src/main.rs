//! Measures sessionkit beside its peers, and prints ratios of one run.
//!
//! `cargo run --release --manifest-path benches/sessions/Cargo.toml [-- [verify|sqlite|postgres]..]`
//!
//! The candidates of a row take turns, round by round, so that a machine that is slow for a while
//! is slow for all of them; the median of the rounds counts. See `benches/README.md`.

mod postgres;
mod sqlite;
mod turns;
mod verify;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    println!("| operation | this library | peer | ratio | at least |");
    println!("|---|---|---|---|---|");
    if is_wanted("verify") {
        verify::run();
    }
    if is_wanted("sqlite") {
        sqlite::run();
    }
    if is_wanted("postgres") {
        postgres::run();
    }
}
