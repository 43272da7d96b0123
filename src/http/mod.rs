//! The development server: a site that is kept ready, over HTTP, to a person's own browser.
//!
//! In: a [`Live`] site, its files, and what happens to it. Out: pages with a script added that takes edits in, and a stream of events
//! for that script. It must not watch files, print, or know the command line.
//!
//! What a stranger could do with it, and why they cannot:
//!
//! - A page of another site asks for ours: there are no CORS headers, and `Cross-Origin-Resource-Policy` keeps our files out of its tags.
//! - A name of another site that leads to this machine (DNS rebinding): `guard` refuses a `Host` that is not ours.
//! - A path that leads out of the site: paths are looked up among the site's files, never on the disk.
//! - A request to run code: see `run`.

mod address;
mod events;
mod guard;
mod page;
mod run;
mod samples;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;

pub use address::{Editor, UnknownEditor};
pub use events::Hub;
pub use run::{Machines, Runs};
pub use samples::Samples;

use crate::build::files::FileProvider;
use crate::build::live::{Answer, Live};
use crate::build::output::Output;

/// Where what is not of the site stands, whatever the site's base URL.
pub const OWN: &str = "/~docproof";

/// The script that is added to pages.
const SCRIPT: &str = include_str!("live.js");

/// What the server serves.
pub struct Served {
    /// The site.
    pub live: Arc<Live>,
    /// The files that it copies.
    pub files: Arc<dyn FileProvider + Send + Sync>,
    /// What happens to it.
    pub hub: Arc<Hub>,
    /// The name or address that the user gave, if any: allowed as a `Host`.
    pub host: Option<String>,
    /// What is known of samples, if code may be run.
    pub samples: Option<Arc<Samples>>,
    /// What runs them, if code may be run.
    pub runs: Option<Arc<Runs>>,
    /// The port that it listens on.
    pub port: u16,
}

/// Takes the address, or the next port that is free; gives up after a few.
///
/// # Errors
/// When the address cannot be listened on at all.
pub async fn listen(host: IpAddr, port: u16) -> std::io::Result<(TcpListener, SocketAddr)> {
    let mut last = None;
    for port in port..=port.saturating_add(NEXT_PORTS) {
        match TcpListener::bind((host, port)).await {
            Ok(listener) => {
                let address = listener.local_addr()?;
                return Ok((listener, address));
            }
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => last = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(last.unwrap_or_else(|| std::io::ErrorKind::AddrInUse.into()))
}

/// How many ports after the wanted one are tried.
const NEXT_PORTS: u16 = 20;

/// Serves until `stop` is done. Open streams of events end with it.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    served: Served,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let served = Arc::new(served);
    let hub = served.hub.clone();
    let own = Router::new()
        .route("/live.js", get(script))
        .route("/events", get(events::stream))
        .route("/samples.js", get(samples::script))
        .route("/samples", get(samples::of_page))
        .route("/run", post(run::run));
    let router = Router::new()
        .nest(OWN, own)
        .fallback(file)
        .layer(axum::middleware::from_fn_with_state(
            served.clone(),
            guard::guard,
        ))
        .with_state(served);
    let stop = async move {
        stop.await;
        hub.close();
    };
    axum::serve(listener, router)
        .with_graceful_shutdown(stop)
        .await
}

async fn script() -> Response {
    (
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
        SCRIPT,
    )
        .into_response()
}

/// Any file of the site.
async fn file(State(served): State<Arc<Served>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = [(header::ALLOW, "GET, HEAD")];
        return (StatusCode::METHOD_NOT_ALLOWED, allow, "only GET and HEAD").into_response();
    }
    let path = request.uri().path().to_owned();
    let query = request.uri().query().map(str::to_owned);
    // Rendering and reading block, so not on a thread that waits for the network.
    let answer = tokio::task::spawn_blocking(move || answer(&served, &path, query.as_deref()));
    answer.await.unwrap_or_else(|_| {
        let words = "a bug in Docproof: see the terminal";
        (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
    })
}

fn answer(served: &Served, path: &str, query: Option<&str>) -> Response {
    let base = served.live.base_url();
    let Some(wanted) = page::wanted(path, &base) else {
        let home = [(header::LOCATION, base)];
        return match path {
            "/" => (StatusCode::TEMPORARY_REDIRECT, home).into_response(),
            _ => (StatusCode::NOT_FOUND, "outside of the site's base URL").into_response(),
        };
    };
    for candidate in wanted.candidates() {
        match served.live.file(&candidate) {
            Answer::Missing => {}
            Answer::File(_)
                if candidate.ends_with(".html") && wanted.slash_too_many(&candidate) =>
            {
                let query = query.map(|query| format!("?{query}")).unwrap_or_default();
                let to = format!("{}{query}", path.trim_end_matches('/'));
                return (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response();
            }
            found => return respond(served, &candidate, found, StatusCode::OK),
        }
    }
    let not_found = served.live.not_found();
    respond(served, "404.html", not_found, StatusCode::NOT_FOUND)
}

fn respond(served: &Served, path: &str, answer: Answer, status: StatusCode) -> Response {
    let bytes = match answer {
        Answer::File(Output::Bytes(bytes)) => bytes,
        Answer::File(Output::Copy { from, .. }) => match served.files.read(&from) {
            Ok(bytes) => bytes.into(),
            Err(error) => {
                let words = format!("`{from}` {error}");
                return (StatusCode::INTERNAL_SERVER_ERROR, words).into_response();
            }
        },
        Answer::Missing => Arc::from(&b"not found"[..]),
        Answer::NoSite => return page::placeholder(served, None),
        Answer::Failed(words) => return page::placeholder(served, Some(&words)),
    };
    if path.ends_with(".html") {
        return page::with_scripts(&bytes, served, path, status);
    }
    (
        status,
        [(header::CONTENT_TYPE, page::content_type(path))],
        bytes.to_vec(),
    )
        .into_response()
}
