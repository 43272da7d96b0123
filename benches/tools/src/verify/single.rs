//! The floor under any tool that runs each sample in a process of its own: one rustc run over all the code, then one process
//! for each sample. It attributes no errors, keeps no lines, limits nothing.
//!
//! In: samples and rustc. Out: how many ran well.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::samples::shown_and_hidden;
use crate::measure::Failure;

/// One program of many samples.
pub fn program(samples: &[String]) -> String {
    let mut text = String::from("#![allow(unused)]\n");
    for (number, sample) in samples.iter().enumerate() {
        let _ = writeln!(
            text,
            "mod s{number} {{ pub fn run() {{\n{}}} }}",
            body(sample)
        );
    }
    text.push_str("fn main() {\n    match std::env::args().nth(1).as_deref() {\n");
    for number in 0..samples.len() {
        let _ = writeln!(text, "        Some(\"{number}\") => s{number}::run(),");
    }
    text.push_str("        _ => unreachable!(),\n    }\n}\n");
    text
}

/// A sample as the inside of a function without a result.
fn body(sample: &str) -> String {
    let code = shown_and_hidden(sample);
    if code.contains("fn main() -> Result") {
        format!("{code}main().unwrap();\n")
    } else if code.trim_end().ends_with("(())") {
        format!("fn main() -> Result<(), impl std::fmt::Debug> {{\n{code}}}\nmain().unwrap();\n")
    } else {
        code
    }
}

/// Compiles and runs.
///
/// # Errors
/// When rustc refuses it, or a sample does not end well.
pub fn run(samples: &[String], rustc: &Path, rlib: &Path, folder: &Path) -> Result<(), Failure> {
    let (source, binary) = (folder.join("single.rs"), folder.join("single"));
    fs::write(&source, program(samples))?;
    compile(rustc, rlib, &source, &binary)?;
    let next = AtomicUsize::new(0);
    let failed = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= samples.len() {
                        break;
                    }
                    let output = Command::new(&binary)
                        .arg(number.to_string())
                        .stdin(Stdio::null())
                        .output();
                    if !output.is_ok_and(|output| output.status.success()) {
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    match failed.into_inner() {
        0 => Ok(()),
        failed => Err(format!("{failed} samples did not end well").into()),
    }
}

/// Calls rustc as for a sample: no debug info, no optimisation.
pub fn compile(rustc: &Path, rlib: &Path, source: &Path, binary: &Path) -> Result<(), Failure> {
    let status = Command::new(rustc)
        .args([
            "--edition",
            "2024",
            "-C",
            "debuginfo=0",
            "--crate-name",
            "single",
            "-o",
        ])
        .arg(binary)
        .arg("--extern")
        .arg(format!("shop={}", rlib.display()))
        .arg(source)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("rustc: {status}").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_becomes_a_function() {
        assert_eq!(body("a();"), "a();\n");
        assert!(body("# fn main() -> Result<(), E> {\n# }").ends_with("}\nmain().unwrap();\n"));
        assert!(
            body("x?;\n# Ok::<(), E>(())")
                .starts_with("fn main() -> Result<(), impl std::fmt::Debug> {\nx?;")
        );
        let text = program(&["a();".into(), "b();".into()]);
        assert!(
            text.contains("mod s1 { pub fn run() {\nb();\n} }"),
            "{text}"
        );
        assert!(text.contains("Some(\"1\") => s1::run()"), "{text}");
    }
}
