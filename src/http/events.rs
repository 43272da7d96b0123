//! What happens to the site, to everyone who listens.
//!
//! A listener is told all there is to know when it begins, and then each event. One that cannot keep up is told all there is to know
//! again. The numbers: `run` is different for each start of the server, `generation` grows with each site that is handed out. A page
//! knows both from the time when it was loaded, so nothing that happens in between is lost.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{self, Stream};
use serde_json::{Value, json};
use tokio::sync::broadcast::{self, error::RecvError};

use super::Served;
use super::address::Editor;
use crate::build::live::{Applied, Effect, Report};

/// How many events may wait for a slow listener.
const WAITING: usize = 64;

/// Tells listeners what happens.
pub struct Hub {
    run: String,
    editor: Option<Editor>,
    now: Mutex<Now>,
}

struct Now {
    generation: u64,
    problems: Value,
    /// None once the server ends.
    sender: Option<broadcast::Sender<Arc<str>>>,
}

impl Hub {
    /// A hub for one start of the server, known by `run`. Places of problems become links that `editor` opens.
    pub fn new(run: String, editor: Option<Editor>) -> Self {
        let now = Now {
            generation: 0,
            problems: json!([]),
            sender: Some(broadcast::Sender::new(WAITING)),
        };
        Self {
            run,
            editor,
            now: Mutex::new(now),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells what an edit came to.
    pub fn tell(&self, applied: &Applied) {
        let pages = match &applied.effect {
            Effect::Nothing => Value::Null,
            Effect::All => json!("all"),
            Effect::Pages(routes) => json!(routes),
        };
        let mut now = self.lock();
        let problems = self.problems(&applied.reports);
        if pages.is_null() && problems == now.problems {
            return;
        }
        now.generation += u64::from(!pages.is_null());
        now.problems = problems;
        let text = self.text(&now, &pages);
        if let Some(sender) = &now.sender {
            // Without a listener there is nobody to tell.
            let _ = sender.send(text);
        }
    }

    /// Tells that there is news of the samples of pages, which look as before.
    pub fn tell_samples(&self, routes: &BTreeSet<String>) {
        let now = self.lock();
        let mut event = self.event(&now, &Value::Null);
        event["samples"] = json!(routes);
        if let Some(sender) = &now.sender {
            let _ = sender.send(event.to_string().into());
        }
    }

    /// Tells that pages look different, though nothing else has become of the site.
    pub fn tell_pages(&self, routes: &BTreeSet<String>) {
        let mut now = self.lock();
        now.generation += 1;
        let text = self.text(&now, &json!(routes));
        if let Some(sender) = &now.sender {
            let _ = sender.send(text);
        }
    }

    /// The link that opens a place (line and column from 1), if there is an editor for it.
    pub fn link(&self, path: &str, place: (usize, usize)) -> Option<String> {
        self.editor.as_ref().map(|editor| editor.link(path, place))
    }

    /// Ends all streams.
    pub fn close(&self) {
        self.lock().sender = None;
    }

    /// The start of the server, and the site that is handed out.
    pub fn now(&self) -> (String, u64) {
        (self.run.clone(), self.lock().generation)
    }

    fn event(&self, now: &Now, pages: &Value) -> Value {
        json!({
            "run": self.run,
            "generation": now.generation,
            "pages": pages,
            "problems": now.problems,
        })
    }

    fn text(&self, now: &Now, pages: &Value) -> Arc<str> {
        self.event(now, pages).to_string().into()
    }

    fn problems(&self, reports: &[Report]) -> Value {
        let problem = |report: &Report| {
            let place = report.place.unwrap_or((1, 1));
            let link = |path: &String| self.link(path, place);
            json!({
                "error": report.error,
                "path": report.path,
                "line": report.place.map(|p| p.0),
                "column": report.place.map(|p| p.1),
                "text": report.text,
                "href": report.path.as_ref().and_then(link),
            })
        };
        reports.iter().map(problem).collect()
    }

    /// What a listener is told first, and where the rest comes from.
    fn listen(&self) -> (Arc<str>, Option<broadcast::Receiver<Arc<str>>>) {
        let now = self.lock();
        let receiver = now.sender.as_ref().map(broadcast::Sender::subscribe);
        (self.text(&now, &Value::Null), receiver)
    }
}

/// The stream of events.
pub async fn stream(
    State(served): State<Arc<Served>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let (first, receiver) = served.hub.listen();
    let events = stream::unfold(
        (Some(first), receiver, served),
        |(first, receiver, served)| async move {
            let event = |text: &str| Ok(Event::default().data(text));
            if let Some(first) = first {
                return Some((event(&first), (None, receiver, served)));
            }
            let mut receiver = receiver?;
            match receiver.recv().await {
                Ok(text) => Some((event(&text), (None, Some(receiver), served))),
                Err(RecvError::Lagged(_)) => {
                    let (text, receiver) = served.hub.listen();
                    Some((event(&text), (None, receiver, served)))
                }
                Err(RecvError::Closed) => None,
            }
        },
    );
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(effect: Effect, text: Option<&str>) -> Applied {
        let report = |text: &str| Report {
            error: true,
            path: Some("docs/a.md".into()),
            place: Some((3, 7)),
            text: text.to_owned(),
            coloured: String::new(),
            group: None,
        };
        Applied {
            effect,
            reports: text.map(report).into_iter().collect(),
        }
    }

    #[test]
    fn a_listener_is_told_what_is_and_then_what_happens() {
        let hub = Hub::new("r".into(), Editor::new("vscode", "/site").ok());
        hub.tell(&applied(Effect::All, None));
        let (first, receiver) = hub.listen();
        assert_eq!(
            &*first,
            r#"{"run":"r","generation":1,"pages":null,"problems":[]}"#
        );
        let mut receiver = receiver.expect("the server runs");
        hub.tell(&applied(Effect::Pages(vec!["docs/a".into()]), None));
        let event = receiver.try_recv().expect("it was told");
        assert_eq!(
            &*event,
            r#"{"run":"r","generation":2,"pages":["docs/a"],"problems":[]}"#
        );
        hub.tell(&applied(Effect::Nothing, None));
        assert!(receiver.try_recv().is_err(), "nothing happened");
        hub.tell(&applied(Effect::Nothing, Some("bad")));
        let event = receiver.try_recv().expect("it was told");
        assert!(
            event.contains(r#""href":"vscode://file/site/docs/a.md:3:7""#),
            "{event}"
        );
        hub.close();
        assert_eq!(
            receiver.try_recv(),
            Err(broadcast::error::TryRecvError::Closed)
        );
    }
}
