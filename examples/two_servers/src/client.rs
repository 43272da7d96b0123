//! The client: goes back and forth between the two servers, until the keys have changed three
//! times, and prints the status of every answer.
//!
//! In: the addresses of the servers. Out: a table, and an error if an answer was not as expected.

use data_encoding::BASE64URL_NOPAD;
use example_driver::Browser;
use serde_json::Value;
use std::collections::BTreeSet;
use std::error::Error;
use std::thread::sleep;
use std::time::{Duration, Instant};

// region steps
/// What each user does, where, and the status that it should give.
const STEPS: [(&str, &str, u16); 7] = [
    ("sign in", "at A", 200),
    ("me", "at B", 200),
    ("refresh", "at B", 200),
    ("me", "at A", 200),
    ("sign out", "at A", 200),
    ("refresh", "at B", 401), // signed out is signed out, everywhere
    ("alice", "in turn", 200),
];

fn one_user(
    a: &str,
    b: &str,
    alice_at: &str,
    alice: &Browser,
) -> ([u16; 7], String) {
    let user = Browser::new("client");
    let signed_in = user.post(&format!("{a}/sign-in/bob")).status;
    let known = user.get(&format!("{b}/me")).status;
    let refreshed = user.post(&format!("{b}/session/refresh")).status;
    let token = user.cookie("sk_access").unwrap_or_default();
    let known_again = user.get(&format!("{a}/me")).status;
    // A copy of the cookies, as a thief would have them.
    let stolen = user.cookie("sk_refresh").unwrap_or_default();
    let signed_out = user.post(&format!("{a}/session/sign-out")).status;
    let refused = user.post_with_cookie(
        &format!("{b}/session/refresh"),
        "sk_refresh",
        &stolen,
    );
    let alice = alice.get(&format!("{alice_at}/me")).status;
    let statuses = [
        signed_in,
        known,
        refreshed,
        known_again,
        signed_out,
        refused.status,
        alice,
    ];
    (statuses, token)
}
// endregion

/// Runs until three key changes were seen, and for half a minute at most.
pub fn run(a: &str, b: &str) -> Result<(), Box<dyn Error>> {
    let begin = Instant::now();
    let alice = Browser::new("client");
    alice.post(&format!("{a}/sign-in/alice"));
    print_head();

    let (mut keys, mut users, mut surprises) = (BTreeSet::new(), 0, 0);
    while keys.len() < 4 && begin.elapsed() < Duration::from_secs(30) {
        let alice_at = if users % 2 == 0 { a } else { b };
        let (statuses, token) = one_user(a, b, alice_at, &alice);
        let key = key_of(&token);
        print_row(begin.elapsed(), &statuses, &key);
        users += 1;
        let as_expected =
            |(status, step): (&u16, &(_, _, u16))| *status == step.2;
        surprises +=
            usize::from(!statuses.iter().zip(&STEPS).all(as_expected));
        keys.insert(key);
        sleep(Duration::from_millis(400));
    }

    // Her access token is as old as the first key. Her session can still be refreshed.
    let alice = alice.post(&format!("{b}/session/refresh")).status;
    println!("{} signing keys, {users} users", keys.len());
    if surprises > 0 || alice != 200 || keys.len() < 4 {
        return Err("not what was expected: see the table".into());
    }
    println!("Nobody was signed out who did not want to be.");
    Ok(())
}

/// The id of the key that signed a token: a token is `header.claims.signature`, and each part
/// base64url.
fn key_of(token: &str) -> String {
    let header = token.split('.').next().unwrap_or_default();
    let json = BASE64URL_NOPAD
        .decode(header.as_bytes())
        .unwrap_or_default();
    let header: Value =
        serde_json::from_slice(&json).unwrap_or_default();
    header["kid"].as_str().unwrap_or("none").to_owned()
}

fn print_head() {
    let columns = |line: fn(&(&str, &str, u16)) -> String| -> String {
        STEPS.iter().map(line).collect()
    };
    println!(
        "  time{}  signing key",
        columns(|step| format!("{:>10}", step.0))
    );
    println!("      {}", columns(|step| format!("{:>10}", step.1)));
}

fn print_row(time: Duration, statuses: &[u16], key: &str) {
    let columns: String = statuses
        .iter()
        .map(|status| format!("{status:>10}"))
        .collect();
    println!("{:>4.1} s{columns}  {key}", time.as_secs_f64());
}
