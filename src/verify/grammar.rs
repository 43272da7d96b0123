//! Whether a parser takes a sample.
//!
//! In: a sample's text. Out: yes or no. `syn` parses by recursion, so it gets a thread whose stack grows with the text.
//! Nobody may take a "no" for an error: `syn` can lag behind rustc.

/// Longer samples are not parsed: "no" only means that they compile alone.
const LONGEST: usize = 20_000;
/// Stack for what does not grow with the text.
const STACK: usize = 1 << 20;
/// Stack for each token.
const STACK_PER_TOKEN: usize = 16 << 10;

/// Whether the text parses as the body of a function.
pub(super) fn parses(text: &str, tokens: usize) -> bool {
    if tokens > LONGEST {
        return false;
    }
    let body = format!("fn f() {{{text}}}");
    let stack = STACK + tokens * STACK_PER_TOKEN;
    let thread = std::thread::Builder::new()
        .stack_size(stack)
        .spawn(move || syn::parse_str::<syn::ItemFn>(&body).is_ok());
    thread.is_ok_and(|thread| thread.join().unwrap_or(false))
}
