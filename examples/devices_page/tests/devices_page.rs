//! Runs the example as a process, with two browsers that each have cookies of their own.

use example_driver::{Answer, Browser, Program, empty_folder};
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 \
                      (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";

struct Server(Program);

impl Server {
    fn start(name: &str, access_token_seconds: u32) -> Self {
        let folder = empty_folder(env!("CARGO_TARGET_TMPDIR"), name);
        let mut program =
            Command::new(env!("CARGO_BIN_EXE_devices_page"));
        program
            .env("ADDRESS", "127.0.0.1:0")
            .env(
                "ACCESS_TOKEN_SECONDS",
                access_token_seconds.to_string(),
            )
            .current_dir(folder);
        Self(Program::start(&mut program).expect("the example starts"))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.address())
    }

    fn sign_in(&self, user_agent: &str, name: &str) -> Browser {
        let browser = Browser::new(user_agent);
        let form = [("name", name), ("password", "correct horse")];
        let answer = browser.post_form(&self.url("/sign-in"), &form);
        expect_redirect(&answer, "/devices");
        browser
    }

    fn list(&self, browser: &Browser) -> String {
        let answer = browser.get(&self.url("/devices"));
        assert_eq!(answer.status, 200);
        answer.body
    }

    fn press(&self, browser: &Browser, button: &str) -> Answer {
        browser.post(&self.url(button))
    }

    fn end(&self, browser: &Browser, handle: &str) -> Answer {
        browser
            .post_form(&self.url("/devices/end"), &[("handle", handle)])
    }

    fn expect_signed_out(&self, browser: &Browser) {
        expect_redirect(
            &browser.get(&self.url("/devices")),
            "/sign-in",
        );
        assert_eq!(browser.cookie("sk_access"), None);
        assert_eq!(browser.cookie("sk_refresh"), None);
    }
}

fn expect_redirect(answer: &Answer, to: &str) {
    assert_eq!(
        (answer.status, answer.location.as_deref()),
        (303, Some(to))
    );
}

/// The rows of the list.
fn rows(page: &str) -> Vec<&str> {
    page.split("<li>").skip(1).collect()
}

/// The handle in the form of the row that holds these words.
fn handle_of<'a>(page: &'a str, words: &str) -> &'a str {
    let row = rows(page).into_iter().find(|row| row.contains(words));
    let row = row.unwrap_or_else(|| panic!("no {words:?} in {page}"));
    let (_, rest) =
        row.split_once("name=\"handle\" value=\"").expect("a form");
    rest.split_once('"').expect("a value").0
}

#[test]
fn two_browsers_see_each_other() {
    let server = Server::start("two_browsers_see_each_other", 900);
    let laptop = server.sign_in(FIREFOX, "alice");
    let phone = server.sign_in(IPHONE, "alice");

    let page = server.list(&phone);
    let rows = rows(&page);
    assert_eq!(rows.len(), 2);
    assert!(
        rows[0].contains("Safari on iPhone")
            && rows[0].contains("This device")
    );
    assert!(
        rows[1].contains("Firefox on Linux")
            && !rows[1].contains("This device")
    );
    assert!(
        rows[1].contains("Signed in just now, last refreshed just now")
    );
    assert!(page.contains("End all others"));

    let answer = server.end(&phone, handle_of(&page, "Firefox"));
    expect_redirect(&answer, "/devices");
    let page = server.list(&phone);
    assert!(
        !page.contains("Firefox") && !page.contains("End all others")
    );
    // Its access token would be good for a quarter of an hour.
    server.expect_signed_out(&laptop);
}

#[test]
fn ending_this_device_and_the_others_and_all() {
    let server =
        Server::start("ending_this_device_and_the_others_and_all", 900);
    let [a, b, c] =
        ["a", "b", "c"].map(|name| server.sign_in(name, "alice"));
    let bob = server.sign_in("bob's", "bob");

    let page = server.list(&a);
    let answer = server.end(&a, handle_of(&page, "This device"));
    expect_redirect(&answer, "/sign-in");
    server.expect_signed_out(&a);
    // A second click, on a page that is still open.
    assert_eq!(
        server.end(&b, handle_of(&page, "This device")).status,
        303
    );

    expect_redirect(
        &server.press(&b, "/devices/end-others"),
        "/devices",
    );
    assert_eq!(rows(&server.list(&b)).len(), 1);
    server.expect_signed_out(&c);

    let again = server.sign_in("c", "alice");
    expect_redirect(&server.press(&b, "/devices/end-all"), "/sign-in");
    server.expect_signed_out(&b);
    server.expect_signed_out(&again);
    assert_eq!(rows(&server.list(&bob)).len(), 1);

    expect_redirect(
        &server.press(&bob, "/session/sign-out"),
        "/sign-in",
    );
    server.expect_signed_out(&bob);
}

#[test]
fn nobody_ends_the_session_of_somebody_else() {
    let server =
        Server::start("nobody_ends_the_session_of_somebody_else", 900);
    let alice = server.sign_in(FIREFOX, "alice");
    let bob = server.sign_in(IPHONE, "bob");
    let page = server.list(&alice);
    assert!(!page.contains("iPhone"));

    // The same answer as for a session that is over.
    expect_redirect(
        &server.end(&bob, handle_of(&page, "Firefox")),
        "/devices",
    );
    assert_eq!(rows(&server.list(&alice)).len(), 1);
    assert_eq!(server.end(&bob, "' OR 1=1 --").status, 422);
    let stranger = Browser::new("stranger");
    let answer = server.end(&stranger, handle_of(&page, "Firefox"));
    expect_redirect(&answer, "/sign-in");
    assert_eq!(rows(&server.list(&alice)).len(), 1);
}

#[test]
fn a_label_is_text() {
    let server = Server::start("a_label_is_text", 900);
    let browser =
        server.sign_in("\"><script>alert('&')</script>", "alice");
    let page = server.list(&browser);
    assert!(!page.contains("<script>"));
    assert!(page.contains(
        "&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"
    ));
}

#[test]
fn a_session_is_refreshed_by_a_form() {
    let server = Server::start("a_session_is_refreshed_by_a_form", 1);
    let browser = server.sign_in(FIREFOX, "alice");
    let before = browser.cookie("sk_refresh");
    sleep(Duration::from_millis(2_100));

    let expired = browser.get(&server.url("/devices"));
    assert_eq!(expired.status, 401);
    assert!(
        expired.body.contains(
            r#"<form method="post" action="/session/refresh">"#
        )
    );
    // The sign-in form, too, knows that there is a session.
    assert_eq!(browser.get(&server.url("/sign-in")).status, 401);

    let refreshed = server.press(&browser, "/session/refresh");
    expect_redirect(&refreshed, "/devices");
    assert_ne!(browser.cookie("sk_refresh"), before);
    assert_eq!(rows(&server.list(&browser)).len(), 1);
}

#[test]
fn signing_in() {
    let server = Server::start("signing_in", 900);
    let browser = Browser::new(FIREFOX);
    expect_redirect(&browser.get(&server.url("/")), "/devices");
    expect_redirect(&browser.get(&server.url("/devices")), "/sign-in");
    let form = browser.get(&server.url("/sign-in"));
    assert!(
        form.status == 200
            && form.body.contains(r#"action="/sign-in""#)
    );

    let sign_in = server.url("/sign-in");
    let wrong = browser
        .post_form(&sign_in, &[("name", "alice"), ("password", "x")]);
    assert_eq!(wrong.status, 401);
    assert!(wrong.body.contains("Name or password is wrong."));

    let right = [("name", "alice"), ("password", "correct horse")];
    let foreign = browser.post_form_from_elsewhere(&sign_in, &right);
    assert_eq!(foreign.status, 403);
    assert_eq!(browser.cookie("sk_access"), None);
    expect_redirect(&browser.post_form(&sign_in, &right), "/devices");
    expect_redirect(&browser.get(&sign_in), "/devices");
}

#[test]
fn every_answer_has_the_policy() {
    let server = Server::start("every_answer_has_the_policy", 900);
    let browser = server.sign_in(FIREFOX, "alice");
    for path in [
        "/",
        "/devices",
        "/sign-in",
        "/style.css",
        "/refresh.js",
        "/nowhere",
    ] {
        let header = |name| browser.header(&server.url(path), name);
        let policy =
            header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none';"), "{path}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(
            header("x-content-type-options").as_deref(),
            Some("nosniff")
        );
    }
    let list = server.url("/devices");
    assert_eq!(
        browser.header(&list, "cache-control").as_deref(),
        Some("no-store")
    );
}
