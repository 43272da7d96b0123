//! The server does what tests rely on: it starts, stops, is killed, and never outlives us.

use crate::{installed, private_postgres, shared_postgres};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Set in the process that a test starts in order to kill it.
const VICTIM: &str = "SESSIONKIT_TESTKIT_VICTIM";

#[test]
fn two_databases_are_two() {
    let Some(server) = shared_postgres() else {
        return;
    };
    let (one, other) = (server.create_database(), server.create_database());
    server.sql(&one, "CREATE TABLE here (n int)");
    let count = "SELECT count(*) FROM pg_tables WHERE tablename = 'here'";
    assert_eq!(server.sql(&one, count), "1");
    assert_eq!(server.sql(&other, count), "0");
}

#[test]
fn data_outlive_a_stop_and_a_kill() {
    let Some(installed) = installed() else { return };
    let server = installed.server().fsync(true).start();
    let url = server.create_database();
    server.sql(
        &url,
        "CREATE TABLE here (n int); INSERT INTO here VALUES (1)",
    );
    server.stop();
    server.start_again();
    server.sql(&url, "INSERT INTO here VALUES (2)");
    server.kill_hard();
    server.start_again();
    assert_eq!(server.sql(&url, "SELECT sum(n) FROM here"), "3");
}

#[test]
fn a_frozen_server_goes_on_after_the_thaw() {
    let Some(server) = private_postgres() else {
        return;
    };
    server.freeze();
    server.thaw();
    assert_eq!(server.sql("postgres", "SELECT 1"), "1");
    server.freeze();
    // And dropping a frozen one ends.
}

#[test]
fn nothing_is_left_of_a_killed_program() {
    if std::env::var_os(VICTIM).is_some() {
        return be_the_victim();
    }
    if installed().is_none() {
        return;
    }
    let program = std::env::current_exe().expect("this program has a path");
    let mut victim = Command::new(program)
        .args([
            "--exact",
            "server::tests::nothing_is_left_of_a_killed_program",
            "--nocapture",
        ])
        .env(VICTIM, "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program can be run again");
    let folder = folder_of(&mut victim);
    assert!(Path::new(&folder).is_dir());
    victim.kill().unwrap();
    victim.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while Path::new(&folder).exists() {
        assert!(Instant::now() < deadline, "{folder} is still there");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn be_the_victim() {
    let server = private_postgres().expect("the outer test looked for it");
    server.freeze();
    println!("\nfolder:{}", server.folder.path().display());
    std::thread::sleep(Duration::from_secs(600));
}

fn folder_of(victim: &mut std::process::Child) -> String {
    use std::io::BufRead as _;
    let out = victim.stdout.take().expect("it has an output");
    std::io::BufReader::new(out)
        .lines()
        .map_while(Result::ok)
        .find_map(|line| Some(line.strip_prefix("folder:")?.to_owned()))
        .expect("the victim says where its folder is")
}
