//! No secret leaks: everything that is logged in the full life of a session, by every crate, and
//! everything that `Debug` and `Display` show of it, has no secret in it.

use crate::faulty::{Fails, FaultyStore};
use crate::leaks::{Listening, Secrets, chain};
use crate::stores::{Database, builder, clock, on_every_store};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::{Router, routing::get};
use serde_json::{Value, json};
use sessionkit::{
    AntiCsrf, Change, HandlesOfUser, JsonObject, ManualClock, NewSession, PostgresStore,
    RefreshSession, RegenerateAccessToken, Rotation, SealingKey, Session, SessionError,
    SessionEvent, SessionFunctions, SessionHandle, SessionStore, Sessions, Signing, SqliteStore,
    VerifySession, async_trait, hours,
};
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tower::ServiceExt as _;

on_every_store!(
    a_full_life_is_silent,
    a_full_life_with_sealed_keys_is_silent,
    a_full_life_with_secret_keys_is_silent,
);

/// What was shown by `Debug` and `Display`.
type Shown = Arc<Mutex<String>>;

fn show(shown: &Shown, value: &impl fmt::Debug) {
    let _ = writeln!(shown.lock().unwrap(), "{value:?} {value:#?}");
}

/// Shows what goes into the functions, of the types that only an override sees.
struct ShowsInput {
    shown: Shown,
    original: Arc<dyn SessionFunctions>,
}

#[async_trait]
impl SessionFunctions for ShowsInput {
    fn original(&self) -> &dyn SessionFunctions {
        &*self.original
    }

    async fn create_new_session(&self, input: NewSession) -> Result<Session, SessionError> {
        show(&self.shown, &input);
        self.original.create_new_session(input).await
    }

    async fn get_all_session_handles_for_user(
        &self,
        input: HandlesOfUser,
    ) -> Result<Vec<SessionHandle>, SessionError> {
        show(&self.shown, &input);
        let original = &self.original;
        original.get_all_session_handles_for_user(input).await
    }
}

/// Everything that happens, and what was said of it on the way.
struct Life {
    clock: Arc<ManualClock>,
    store: Arc<FaultyStore>,
    sessions: Sessions,
    secrets: Secrets,
    handles: Vec<SessionHandle>,
    shown: Shown,
}

impl Life {
    async fn begin(database: &Database, signing: Signing, sealing: bool) -> Self {
        let clock = clock();
        let store = FaultyStore::around(database.store().await);
        let shown = Shown::default();
        let (events, inputs) = (Arc::clone(&shown), Arc::clone(&shown));
        let mut builder = builder(store.clone(), &clock)
            .signing(signing)
            .rotation(Rotation::until_used())
            .anti_csrf(AntiCsrf::ViaToken)
            .on_event(move |event: &SessionEvent| show(&events, event))
            .override_functions(|original| ShowsInput {
                shown: inputs,
                original,
            });
        let mut secrets = Secrets::default();
        if sealing {
            let bytes: [u8; 32] = std::array::from_fn(|n| 200 - n as u8);
            secrets.bytes("the sealing key", &bytes);
            let key = SealingKey::new(bytes);
            show(&shown, &key);
            builder = builder.seal_keys_with(key);
        }
        show(&shown, &builder);
        let sessions = builder.build().await.unwrap();
        show(&shown, &sessions);
        show(&shown, &(sessions.layer(), sessions.verify_session()));
        show(&shown, &sessions.clear_tokens());
        Self {
            clock,
            store,
            sessions,
            secrets,
            handles: Vec::new(),
            shown,
        }
    }

    fn show(&self, value: &impl fmt::Debug) {
        show(&self.shown, value);
    }

    fn keep(&mut self, session: &Session) {
        self.show(session);
        self.secrets.session(session);
        self.handles.push(session.handle().clone());
    }

    fn fails<T: fmt::Debug>(&self, outcome: Result<T, SessionError>) {
        let error = outcome.expect_err("this was to fail");
        self.shown.lock().unwrap().push_str(&chain(&error));
    }

    async fn create(&mut self) -> Session {
        let creating = self.sessions.create_new_session("alice");
        self.show(&creating);
        let session = creating.session_data(json!({ "a": 1 })).await.unwrap();
        self.keep(&session);
        session
    }

    async fn refresh(&mut self, old: &Session) -> Result<Session, SessionError> {
        let token = old.refresh_token().expect("it is new");
        let anti_csrf = old.anti_csrf_token().expect("`ViaToken` is on");
        let request = RefreshSession::new(token).anti_csrf_token(anti_csrf);
        self.show(&request);
        let session = self.sessions.refresh_session(request).await?;
        self.keep(&session);
        Ok(session)
    }

    async fn verify(&mut self, session: &Session) -> Result<Session, SessionError> {
        let request = VerifySession::new(session.access_token()).check_database(true);
        let request = match session.anti_csrf_token() {
            Some(token) => request.anti_csrf_token(token),
            None => request.anti_csrf_check(false),
        };
        self.show(&request);
        let session = self.sessions.get_session(request).await?;
        self.keep(&session);
        Ok(session)
    }

    async fn look_into_the_store(&mut self) {
        self.store.mend();
        self.secrets.store(&*self.store, &self.handles).await;
    }

    async fn is_lived(&mut self) {
        let first = self.create().await;
        let second = self.refresh(&first).await.unwrap();
        let again = self.refresh(&first).await.unwrap();
        assert_eq!(second.refresh_token(), again.refresh_token(), "a replay");
        self.look_into_the_store().await;
        let mut confirmed = self.verify(&second).await.unwrap();
        confirmed
            .update_access_token_payload(json!({ "b": 2 }))
            .await
            .unwrap();
        self.keep(&confirmed);
        confirmed
            .modify_session_data(|data: &mut Value| data["a"] = json!(2))
            .await
            .unwrap();
        self.bad_tokens(&second).await;

        self.clock.advance(hours(24));
        let third = self.refresh(&second).await.unwrap(); // with a new key
        self.look_into_the_store().await;
        self.rows_and_keys(&third).await;
        self.faults(&third).await;

        self.over_http(&third).await;
        self.clock.advance(hours(1));
        let _confirmed = self.verify(&third).await;
        let _fourth = self.refresh(&third).await.unwrap();
        let theft = self.refresh(&first).await;
        assert!(matches!(
            theft,
            Err(SessionError::TokenTheftDetected { .. })
        ));
        self.fails(theft);
        let over = self.refresh(&third).await;
        self.fails(over);

        let last = self.create().await;
        let pages = self.sessions.get_all_session_handles_for_user("alice");
        self.show(&pages);
        let mut pages = pages.page_size(1);
        let page = pages.next_page().await.unwrap();
        self.show(&page);
        self.show(&pages);
        self.look_into_the_store().await;
        assert!(last.revoke().await.unwrap());
        let revoked = self.verify(&last).await;
        self.fails(revoked);
        let _ = self.create().await;
        self.clock.advance(hours(24 * 101));
        // That one, and the one whose creation was never answered.
        assert_eq!(self.sessions.delete_expired_sessions().await.unwrap(), 2);
    }

    async fn bad_tokens(&mut self, good: &Session) {
        let access = good.access_token().to_owned();
        let refresh = good.refresh_token().unwrap().to_owned();
        let without_csrf = self
            .sessions
            .get_session(VerifySession::new(&*access))
            .await;
        self.fails(without_csrf);
        let without_csrf = self.sessions.refresh_session(&*refresh).await;
        self.fails(without_csrf);
        for at in [3, access.len() / 2, access.len() - 3] {
            let mut bytes = access.clone().into_bytes();
            bytes[at] ^= 1;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let refused = self.sessions.get_session(VerifySession::new(text)).await;
            self.fails(refused);
        }
        for text in [
            "",
            "x",
            "a.b.c",
            &refresh,
            &access[1..],
            &format!("{access}.x"),
        ] {
            let refused = self.sessions.get_session(VerifySession::new(text)).await;
            self.fails(refused);
            let refused = self.sessions.refresh_session(format!("{text}x")).await;
            self.fails(refused);
        }
        let request = RegenerateAccessToken::new(&access[1..]).payload(JsonObject::new());
        self.show(&request);
        let refused = self.sessions.regenerate_access_token(request).await;
        self.fails(refused);
        self.fails(
            format!("{refresh}x")
                .parse::<SessionHandle>()
                .map_err(SessionError::custom),
        );
        self.fails(SealingKey::from_hex(&refresh));
    }

    /// The same row and key once more: databases like to repeat the values of what they refuse.
    async fn rows_and_keys(&mut self, session: &Session) {
        let row = self
            .store
            .read_session(session.handle())
            .await
            .unwrap()
            .unwrap();
        self.show(&row);
        self.show(&Change::Replace(Box::new(row.clone())));
        self.show(session.handle());
        let information = self
            .sessions
            .get_session_information(session.handle())
            .await;
        self.show(&information.unwrap());
        let keys = self.store.read_signing_keys().await.unwrap();
        self.show(&keys);
        let mut twice = row.clone();
        twice.session_data = "no JSON".to_owned();
        let refused = self
            .store
            .create_session(twice)
            .await
            .map_err(SessionError::from);
        self.fails(refused);
        let doubled = Box::new(move |_: &[_]| Some([keys.clone(), keys.clone()].concat()));
        let refused = self.store.update_signing_keys(doubled).await;
        if let Err(error) = refused {
            self.shown.lock().unwrap().push_str(&chain(&error));
        }
        let handle = session.handle().clone();
        let mut other = row.clone();
        other.access_token_payload = "nul \0".to_owned();
        let replace = Box::new(move |_: &_| Change::Replace(Box::new(other.clone())));
        let _refused_or_not = self.store.update_session(&handle, replace).await;
        let back = Box::new(move |_: &_| Change::Replace(Box::new(row.clone())));
        self.store.update_session(&handle, back).await.unwrap();
    }

    async fn faults(&mut self, session: &Session) {
        for fails in [Fails::Before, Fails::After] {
            self.store.fail_everywhere(fails);
            let unavailable = self.sessions.create_new_session("alice").await;
            self.fails(unavailable);
            let unavailable = session.get_session_data::<Value>().await;
            self.fails(unavailable);
            let unavailable = self.refresh(session).await;
            self.fails(unavailable);
            self.store.mend();
        }
    }

    /// The same as a browser does it, in order and out of it.
    async fn over_http(&mut self, session: &Session) {
        let hello = get(async |session: Session| session.user_id().to_owned());
        let app = Router::new()
            .route("/hello", hello)
            .merge(self.sessions.routes())
            .layer(self.sessions.layer());
        let access = format!("sk_access={}", session.access_token());
        let refresh = format!("sk_refresh={}", session.refresh_token().unwrap());
        let csrf = session.anti_csrf_token().unwrap();
        for (method, path, cookie, csrf, down, expected) in [
            ("GET", "/hello", &*access, csrf, false, StatusCode::OK),
            (
                "GET",
                "/hello",
                &access[..99],
                csrf,
                false,
                StatusCode::UNAUTHORIZED,
            ),
            ("GET", "/session/jwks.json", "", "", true, StatusCode::OK),
            (
                "POST",
                "/session/refresh",
                &refresh,
                csrf,
                true,
                StatusCode::SERVICE_UNAVAILABLE,
            ),
            (
                "POST",
                "/session/refresh",
                &refresh,
                "",
                false,
                StatusCode::UNAUTHORIZED,
            ),
            (
                "POST",
                "/session/refresh",
                &refresh[..99],
                csrf,
                false,
                StatusCode::UNAUTHORIZED,
            ),
            (
                "POST",
                "/session/sign-out",
                &access,
                csrf,
                true,
                StatusCode::SERVICE_UNAVAILABLE,
            ),
            (
                "POST",
                "/session/sign-out",
                &access,
                "",
                false,
                StatusCode::UNAUTHORIZED,
            ),
        ] {
            if down {
                self.store.fail_everywhere(Fails::Before);
            }
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header(header::COOKIE, cookie)
                .header("anti-csrf", csrf)
                .body(Body::empty())
                .unwrap();
            let answer = app.clone().oneshot(request).await.unwrap();
            self.store.mend();
            assert_eq!(answer.status(), expected, "{method} {path}");
        }
    }

    #[track_caller]
    fn assert_silence(&self, log: &str) {
        assert!(self.secrets.len() > 300, "there is something to look for");
        assert_eq!(self.secrets.found_in(log), [""; 0], "in the log");
        assert_eq!(
            self.secrets.found_in(&self.shown.lock().unwrap()),
            [""; 0],
            "in `Debug`"
        );
    }
}

async fn a_full_life_is_silent(database: Database) {
    live(&database, Signing::ed25519(), false).await;
}

async fn a_full_life_with_sealed_keys_is_silent(database: Database) {
    live(&database, Signing::ed25519(), true).await;
}

async fn a_full_life_with_secret_keys_is_silent(database: Database) {
    live(&database, Signing::hs256(), false).await;
}

async fn live(database: &Database, signing: Signing, sealing: bool) {
    let log = Listening::begin();
    let mut life = Life::begin(database, signing, sealing).await;
    life.is_lived().await;
    let text = log.text();
    for event in [
        "refresh_replayed",
        "token_theft_detected",
        "a new signing key",
        "the cable was pulled",
    ] {
        assert!(text.contains(event), "{event} is in the log");
    }
    life.assert_silence(&text);
}

#[tokio::test]
async fn stores_and_their_options_show_no_password() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteStore::options(folder.path().join("app.db"));
    let mut shown = format!("{options:?} {:?}", options.clone().open().await.unwrap());
    // Nobody listens on port 1.
    let url = "postgres://app:correct-horse@127.0.0.1:1/app?password=battery-staple";
    let options = PostgresStore::options(url).acquire_timeout(Duration::from_secs(1));
    let _ = write!(shown, "{options:?} {options:#?}");
    shown.push_str(&chain(&options.connect().await.unwrap_err()));
    shown.push_str(&chain(&PostgresStore::connect(url).await.unwrap_err()));
    let broken = url.replace("127.0.0.1:1", "127.0.0.1:one");
    shown.push_str(&chain(&PostgresStore::connect(&broken).await.unwrap_err()));
    for secret in ["correct-horse", "battery-staple"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let Some(server) = sessionkit_testkit::shared_postgres() else {
        return;
    };
    let store = PostgresStore::connect(&server.create_database()).await;
    assert!(!format!("{:?}", store.unwrap()).contains("127.0.0.1"));
}
