//! Runs the example as it is, with a database of its own.

use std::collections::BTreeSet;
use std::process::Command;

#[test]
fn nobody_is_signed_out_while_keys_rotate() {
    if sessionkit_testkit::installed().is_none() {
        println!(
            "skipped: no PostgreSQL found (nobody_is_signed_out_while_keys_rotate)"
        );
        return;
    }
    let output = Command::new(env!("CARGO_BIN_EXE_two_servers"))
        .env_remove("DATABASE_URL")
        .output()
        .expect("the program can be started");
    let printed = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}{errors}");

    let keys: BTreeSet<_> = printed
        .lines()
        .filter_map(|line| line.rsplit(' ').next())
        .filter(|word| word.starts_with("k-"))
        .collect();
    assert!(keys.len() >= 4, "{printed}");
    assert!(
        printed.ends_with(
            "Nobody was signed out who did not want to be.\n"
        )
    );
}
