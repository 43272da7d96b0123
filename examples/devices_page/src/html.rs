//! What the pages look like. In: plain values. Out: HTML, with every text escaped.
//!
//! Labels come from the `User-Agent` header, which anybody can set to anything, so [`Text`] is the
//! only way for a text into a page.

use sessionkit::SessionHandle;
use std::fmt;
use std::time::SystemTime;

// region escape
/// Text on its way into HTML, between tags or in a quoted attribute.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => write!(f, "{other}")?,
            }
        }
        Ok(())
    }
}
// endregion

/// One session in the list.
pub struct Row {
    /// What the user knows the device by.
    pub label: String,
    /// When the user signed in there.
    pub created_at: SystemTime,
    /// When the session was last refreshed. It may have been used since.
    pub last_refreshed_at: SystemTime,
    /// Whether this is the session that asks.
    pub is_this_device: bool,
    /// Names the session in the form that ends it.
    pub handle: SessionHandle,
}

/// The list, with a button for each session and buttons for several.
pub fn devices(user_id: &str, rows: &[Row]) -> String {
    let user_id = Text(user_id);
    let list: String = rows.iter().map(row).collect();
    let others = if rows.len() > 1 {
        r#"<form method="post" action="/devices/end-others"><button>End all others</button></form>"#
    } else {
        ""
    };
    frame(
        "Your devices",
        &format!(
            r#"<header>
  <h1>Your devices</h1>
  <form method="post" action="/session/sign-out">
    <span>{user_id}</span> <button>Sign out</button>
  </form>
</header>
<p>You are signed in here. Do you not know one of them? End it, and change your password.</p>
<ul>
{list}</ul>
<div class="all">
  {others}
  <form method="post" action="/devices/end-all"><button class="danger">End all, this one too</button></form>
</div>
<p class="small">Devices refresh their session every few minutes while they are in use.</p>"#
        ),
    )
}

fn row(row: &Row) -> String {
    let label = Text(&row.label);
    let handle = Text(row.handle.as_str());
    let created = ago(row.created_at);
    let refreshed = ago(row.last_refreshed_at);
    let badge = if row.is_this_device {
        r#" <span class="badge">This device</span>"#
    } else {
        ""
    };
    format!(
        r#"<li>
  <div>
    <strong>{label}</strong>{badge}
    <p class="small">Signed in {created}, last refreshed {refreshed}</p>
  </div>
  <form method="post" action="/devices/end">
    <input type="hidden" name="handle" value="{handle}">
    <button aria-label="End {label}, signed in {created}">End</button>
  </form>
</li>
"#
    )
}

/// The form to sign in with, and what was wrong with the last try.
pub fn sign_in(problem: &str) -> String {
    let problem = Text(problem);
    frame(
        "Sign in",
        &format!(
            r#"<h1>Sign in</h1>
<p>Be <kbd>alice</kbd> or <kbd>bob</kbd>, with the password <kbd>correct horse</kbd>.</p>
<p class="problem" role="status">{problem}</p>
<form method="post" action="/sign-in" class="fields">
  <label>Name <input name="name" autocomplete="username" required></label>
  <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
  <button>Sign in</button>
</form>"#
        ),
    )
}

/// The page that refreshes: by itself with JavaScript, with one click without.
pub fn refresh() -> String {
    frame(
        "One moment",
        r#"<h1>One moment</h1>
<p>You are still signed in. We only have to renew your session.</p>
<form method="post" action="/session/refresh"><button>Continue</button></form>
<script src="/refresh.js"></script>"#,
    )
}

/// The database does not answer. Nobody is signed out.
pub fn try_later() -> String {
    frame(
        "Please try later",
        "<h1>Please try later</h1>\n<p>We cannot reach our database. You are still signed in.</p>",
    )
}

fn frame(title: &str, main: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
{main}
</main>
</body>
</html>
"#
    )
}

fn ago(time: SystemTime) -> String {
    // A time in the future is that of a server whose clock is a little ahead.
    let seconds = time.elapsed().unwrap_or_default().as_secs();
    let (count, unit) = match seconds {
        0..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

/// What a user may know a browser by: `Firefox on Windows`. Browsers pretend to be each other, so
/// the order counts; a program that is none of these is shown by what it says.
pub fn label_of(user_agent: &str) -> String {
    let first = |names: &[(&str, &'static str)]| {
        let mut names = names.iter();
        names.find_map(|(part, name)| {
            user_agent.contains(part).then_some(*name)
        })
    };
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => {
            format!("{browser} on {system}")
        }
        (Some(browser), None) => browser.to_owned(),
        _ if user_agent.is_empty() => "Unknown device".to_owned(),
        _ => user_agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn texts_are_escaped() {
        let text = Text("<b title='\"'>&amp;</b>").to_string();
        assert_eq!(
            text,
            "&lt;b title=&#39;&quot;&#39;&gt;&amp;amp;&lt;/b&gt;"
        );
    }

    #[test]
    fn labels() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                    Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0";
        assert_eq!(label_of(edge), "Edge on Windows");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 \
                     (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";
        assert_eq!(label_of(phone), "Safari on iPhone");
        assert_eq!(label_of("curl/8.0"), "curl/8.0");
        assert_eq!(label_of(""), "Unknown device");
        assert_eq!(label_of(&"\u{e4}".repeat(100)).chars().count(), 60);
    }

    #[test]
    fn times() {
        let before = |seconds| {
            ago(SystemTime::now() - Duration::from_secs(seconds))
        };
        assert_eq!(before(59), "just now");
        assert_eq!(before(60), "1 minute ago");
        assert_eq!(before(7_200), "2 hours ago");
        assert_eq!(before(86_400 * 30), "30 days ago");
        assert_eq!(
            ago(SystemTime::now() + Duration::from_secs(9)),
            "just now"
        );
    }
}
