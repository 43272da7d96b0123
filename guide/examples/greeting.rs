//! Shown in the guide by its regions.

// region greeting
/// Greets by day and by night.
fn greeting(hour: u32) -> &'static str {
    match hour {
        6..18 => "good day",
        _ => "good night",
    }
}

fn main() {
    assert_eq!(greeting(9), "good day");
    assert_eq!(greeting(23), "good night");
}
// endregion
