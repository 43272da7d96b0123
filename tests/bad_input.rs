//! Input that is wrong, hostile or just very large: the program says so, names the place, and never panics.

mod common;
#[path = "bad_input/content.rs"]
mod content;
#[path = "common/disk.rs"]
mod disk;
#[path = "bad_input/files.rs"]
mod files;
#[path = "bad_input/size.rs"]
mod size;
