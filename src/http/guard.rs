//! Who may ask, and what every answer carries.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Served;

/// Refuses a `Host` that is not this server's, and marks what goes out.
pub async fn guard(State(served): State<Arc<Served>>, request: Request, next: Next) -> Response {
    let host = named_host(&request);
    let mut response = if host.is_some_and(|host| is_ours(&host, served.host.as_deref())) {
        next.run(request).await
    } else {
        let words = "this server answers to localhost and to addresses, not to other names; \
             start it with `--host NAME` if that is its name";
        (StatusCode::FORBIDDEN, words).into_response()
    };
    let headers = response.headers_mut();
    mark(headers, header::CACHE_CONTROL, "no-store");
    mark(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    mark(
        headers,
        header::HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    // Nobody may put the site, and with it the samples that can be run, into a frame.
    mark(headers, header::X_FRAME_OPTIONS, "SAMEORIGIN");
    response
}

fn mark(headers: &mut HeaderMap, name: header::HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// The host that a request names: in its target (HTTP/2, proxies), else in its header.
fn named_host(request: &Request) -> Option<String> {
    if let Some(host) = request.uri().host() {
        return Some(host.to_owned());
    }
    let mut all = request.headers().get_all(header::HOST).iter();
    let (host, more) = (all.next()?.to_str().ok()?, all.next());
    more.is_none().then(|| without_port(host).to_owned())
}

/// A host without its port.
pub fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // An IPv6 address ends with a bracket.
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !port.is_empty() => name,
        _ => host,
    }
}

/// Whether a host can only mean this machine: an address cannot be made to lead elsewhere, a name can.
pub fn is_ours(host: &str, given: Option<&str>) -> bool {
    let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    let name = bare.unwrap_or(host).trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok()
        || given.is_some_and(|given| name.eq_ignore_ascii_case(given))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_our_own_name_are_ours() {
        for host in [
            "localhost",
            "LOCALHOST.",
            "docs.localhost",
            "127.0.0.1",
            "[::1]",
            "192.168.1.7",
        ] {
            assert!(
                is_ours(without_port(&format!("{host}:4000")), None),
                "{host}"
            );
            assert!(is_ours(without_port(host), None), "{host}");
        }
        assert!(is_ours("my-laptop", Some("my-laptop")));
    }

    #[test]
    fn other_names_are_not() {
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "",
            "evillocalhost",
            "[::1].evil",
        ] {
            assert!(!is_ours(host, Some("my-laptop")), "{host}");
        }
    }
}
