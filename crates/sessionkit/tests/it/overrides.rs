//! Functions of the user's around ours, and hooks: reached through every public path, in order,
//! and able to change or refuse.

use crate::faulty::FaultyStore;
use crate::stores::{Database, builder, clock, on_every_store};
use axum::body::Body;
use axum::http::{Request, header};
use axum::{Router, routing::get};
use serde_json::{Value, json};
use sessionkit::{
    DataVersion, HandlesOfUser, JsonObject, NewSession, RefreshSession, RegenerateAccessToken,
    Session, SessionError, SessionFunctions, SessionHandle, SessionInformation, Sessions,
    SessionsBuilder, VerifySession, async_trait,
};
use std::error::Error as _;
use std::sync::{Arc, Mutex};
use tower::ServiceExt as _;

on_every_store!(
    a_hook_changes_payload_and_data,
    a_hook_that_refuses_stops_the_creation,
    hooks_run_in_order_and_the_first_refusal_counts,
    what_a_hook_adds_is_measured,
    functions_that_are_not_written_go_to_the_original,
    overrides_lie_around_each_other,
    requests_reach_the_overrides,
    an_override_answers_by_itself,
    a_session_works_inside_an_override,
);

async fn a_hook_changes_payload_and_data(database: Database) {
    let builder = database.builder(&clock()).await;
    let builder = builder.on_create_new_session(|mut input| async move {
        assert_eq!(input.user_id(), "alice");
        assert_eq!(input.access_token_payload()["role"], "reader");
        assert_eq!(input.session_data()["basket"], json!([]));
        let payload = input.access_token_payload_mut();
        payload.insert("role".to_owned(), "editor".into());
        payload.insert("plan".to_owned(), "large".into());
        input.session_data_mut().remove("basket");
        Ok(input)
    });
    let sessions = builder.build().await.unwrap();
    let session = sessions
        .create_new_session("alice")
        .access_token_payload(json!({ "role": "reader" }))
        .session_data(json!({ "basket": [], "step": 1 }))
        .await
        .unwrap();
    let expected = json!({ "role": "editor", "plan": "large" });
    assert_eq!(session.access_token_payload::<Value>().unwrap(), expected);
    let refreshed = sessions
        .refresh_session(session.refresh_token().unwrap())
        .await
        .unwrap();
    assert_eq!(refreshed.access_token_payload::<Value>().unwrap(), expected);
    let data: Value = session.get_session_data().await.unwrap();
    assert_eq!(data, json!({ "step": 1 }));
}

fn refuse(status: u16) -> SessionError {
    SessionError::custom_with_status(status, "five sessions are enough")
}

#[track_caller]
fn assert_refused<T>(outcome: Result<T, SessionError>, status: u16) {
    let Err(error) = outcome else {
        panic!("it was not refused");
    };
    assert!(matches!(error, SessionError::Custom { .. }), "{error:?}");
    assert_eq!(error.status(), status);
    assert_eq!(error.code(), "custom");
    assert!(!error.ends_session());
    assert_eq!(error.to_string(), "five sessions are enough");
    let source = error.source().expect("it has the user's error");
    assert_eq!(source.to_string(), "five sessions are enough");
}

async fn a_hook_that_refuses_stops_the_creation(database: Database) {
    let store = FaultyStore::around(database.store().await);
    let sessions = builder(store.clone(), &clock())
        .on_create_new_session(|_| async { Err(refuse(403)) })
        .build()
        .await
        .unwrap();
    let calls = store.all_calls();
    assert_refused(sessions.create_new_session("alice").await, 403);
    assert_eq!(store.all_calls(), calls, "the store was not even asked");
    let all = sessions.get_all_session_handles_for_user("alice").all();
    assert!(all.await.unwrap().is_empty());
}

async fn hooks_run_in_order_and_the_first_refusal_counts(database: Database) {
    let push = |name: &'static str| {
        move |mut input: NewSession| async move {
            let data = input.session_data_mut().entry("seen").or_insert(json!([]));
            data.as_array_mut().unwrap().push(name.into());
            if input.user_id() == name {
                return Err(refuse(418));
            }
            Ok(input)
        }
    };
    let sessions = database
        .builder(&clock())
        .await
        .on_create_new_session(push("first"))
        .on_create_new_session(push("second"))
        .on_create_new_session(|input| async {
            assert_ne!(input.user_id(), "second", "not reached after a refusal");
            Ok(input)
        })
        .build()
        .await
        .unwrap();
    let session = sessions.create_new_session("alice").await.unwrap();
    let data: Value = session.get_session_data().await.unwrap();
    assert_eq!(data, json!({ "seen": ["first", "second"] }));
    assert_refused(sessions.create_new_session("first").await, 418);
    assert_refused(sessions.create_new_session("second").await, 418);
}

async fn what_a_hook_adds_is_measured(database: Database) {
    let builder = database.builder(&clock()).await;
    let builder = builder.on_create_new_session(|mut input| async move {
        let payload = input.access_token_payload_mut();
        payload.insert("too".to_owned(), "much".repeat(2_000).into());
        Ok(input)
    });
    let sessions = builder.build().await.unwrap();
    let refused = sessions.create_new_session("alice").await.unwrap_err();
    assert!(matches!(refused, SessionError::PayloadTooLarge { .. }));
    let all = sessions.get_all_session_handles_for_user("alice").all();
    assert!(all.await.unwrap().is_empty());
}

type Diary = Arc<Mutex<Vec<String>>>;

/// Writes down every call, and passes it on.
struct Witness {
    name: &'static str,
    diary: Diary,
    original: Arc<dyn SessionFunctions>,
}

impl Witness {
    fn saw(&self, call: &str) -> &dyn SessionFunctions {
        let line = format!("{}{call}", self.name);
        self.diary.lock().unwrap().push(line);
        &*self.original
    }
}

#[async_trait]
impl SessionFunctions for Witness {
    fn original(&self) -> &dyn SessionFunctions {
        panic!("every function is written")
    }

    async fn create_new_session(&self, input: NewSession) -> Result<Session, SessionError> {
        self.saw("create").create_new_session(input).await
    }

    async fn get_session(&self, input: VerifySession) -> Result<Session, SessionError> {
        self.saw("get").get_session(input).await
    }

    async fn refresh_session(&self, input: RefreshSession) -> Result<Session, SessionError> {
        self.saw("refresh").refresh_session(input).await
    }

    async fn regenerate_access_token(
        &self,
        input: RegenerateAccessToken,
    ) -> Result<Session, SessionError> {
        self.saw("regenerate").regenerate_access_token(input).await
    }

    async fn revoke_session(&self, handle: &SessionHandle) -> Result<bool, SessionError> {
        self.saw("revoke").revoke_session(handle).await
    }

    async fn revoke_multiple_sessions(
        &self,
        handles: &[SessionHandle],
    ) -> Result<u64, SessionError> {
        let original = self.saw("revoke_multiple");
        original.revoke_multiple_sessions(handles).await
    }

    async fn revoke_all_sessions_for_user(&self, user_id: &str) -> Result<u64, SessionError> {
        let original = self.saw("revoke_all");
        original.revoke_all_sessions_for_user(user_id).await
    }

    async fn get_all_session_handles_for_user(
        &self,
        input: HandlesOfUser,
    ) -> Result<Vec<SessionHandle>, SessionError> {
        assert_eq!(input.user_id(), "alice");
        assert_eq!(input.limit(), 1);
        let next = if input.after().is_some() {
            "next"
        } else {
            "list"
        };
        let original = self.saw(next);
        original.get_all_session_handles_for_user(input).await
    }

    async fn get_session_information(
        &self,
        handle: &SessionHandle,
    ) -> Result<Option<SessionInformation>, SessionError> {
        self.saw("information")
            .get_session_information(handle)
            .await
    }

    async fn update_session_data(
        &self,
        handle: &SessionHandle,
        data: JsonObject,
    ) -> Result<(), SessionError> {
        self.saw("data").update_session_data(handle, data).await
    }

    async fn update_session_data_if(
        &self,
        handle: &SessionHandle,
        version: DataVersion,
        data: JsonObject,
    ) -> Result<DataVersion, SessionError> {
        let original = self.saw("data_if");
        original.update_session_data_if(handle, version, data).await
    }

    async fn update_access_token_payload(
        &self,
        handle: &SessionHandle,
        payload: JsonObject,
    ) -> Result<(), SessionError> {
        let original = self.saw("payload");
        original.update_access_token_payload(handle, payload).await
    }
}

/// Writes nothing but `original`.
struct Silent(Arc<dyn SessionFunctions>);

#[async_trait]
impl SessionFunctions for Silent {
    fn original(&self) -> &dyn SessionFunctions {
        &*self.0
    }
}

fn witness(builder: SessionsBuilder, name: &'static str, diary: &Diary) -> SessionsBuilder {
    let diary = Arc::clone(diary);
    builder.override_functions(move |original| Witness {
        name,
        diary,
        original,
    })
}

/// Calls every public function once, and gives what the overrides should have seen.
async fn call_everything(sessions: &Sessions) -> Vec<&'static str> {
    let session = sessions.create_new_session("alice").await.unwrap();
    let handle = session.handle().clone();
    let nothing = |_: &mut Value| ();

    let request = VerifySession::new(session.access_token());
    let mut session_of_get = sessions.get_session(request).await.unwrap();
    let token = session.refresh_token().unwrap();
    let session_of_refresh = sessions.refresh_session(token).await.unwrap();
    let request = RegenerateAccessToken::new(session.access_token());
    let regenerated = sessions.regenerate_access_token(request).await.unwrap();
    sessions.get_session_information(&handle).await.unwrap();
    let _: Value = sessions.get_session_data(&handle).await.unwrap();
    let versioned = sessions.get_session_data_with_version::<Value>(&handle);
    let (_, version) = versioned.await.unwrap();
    sessions
        .update_session_data_if(&handle, version, ())
        .await
        .unwrap();
    sessions.update_session_data(&handle, ()).await.unwrap();
    sessions
        .modify_session_data(&handle, nothing)
        .await
        .unwrap();
    sessions
        .update_access_token_payload(&handle, ())
        .await
        .unwrap();
    let list = sessions.get_all_session_handles_for_user("alice");
    assert_eq!(list.page_size(1).all().await.unwrap().len(), 1);

    session_of_get
        .update_access_token_payload(())
        .await
        .unwrap();
    session_of_get.regenerate_access_token().await.unwrap();
    let _: Value = session_of_refresh.get_session_data().await.unwrap();
    regenerated.update_session_data(()).await.unwrap();
    let versioned = session.get_session_data_with_version::<Value>();
    let (_, version) = versioned.await.unwrap();
    session.update_session_data_if(version, ()).await.unwrap();
    session.modify_session_data(nothing).await.unwrap();
    assert!(session.revoke().await.unwrap());
    sessions.revoke_session(&handle).await.unwrap();
    sessions.revoke_multiple_sessions(&[handle]).await.unwrap();
    sessions
        .revoke_all_sessions_for_user("alice")
        .await
        .unwrap();
    let of_sessions = [
        "create",
        "get",
        "refresh",
        "regenerate",
        "information",
        "information",
        "information",
        "data_if",
        "data",
        "information",
        "data_if",
        "payload",
        "list",
        "next",
    ];
    let of_session = [
        "regenerate",
        "regenerate",
        "information",
        "data",
        "information",
        "data_if",
        "information",
        "data_if",
        "revoke",
        "revoke",
        "revoke_multiple",
        "revoke_all",
    ];
    [&of_sessions[..], &of_session].concat()
}

async fn functions_that_are_not_written_go_to_the_original(database: Database) {
    let diary = Diary::default();
    let builder = witness(database.builder(&clock()).await, "", &diary);
    let sessions = builder.override_functions(Silent).build().await.unwrap();
    let expected = call_everything(&sessions).await;
    assert_eq!(*diary.lock().unwrap(), expected);
}

async fn overrides_lie_around_each_other(database: Database) {
    let diary = Diary::default();
    let builder = witness(database.builder(&clock()).await, "inner ", &diary);
    let builder = witness(builder, "outer ", &diary);
    let sessions = builder.build().await.unwrap();
    let expected: Vec<_> = call_everything(&sessions)
        .await
        .iter()
        .flat_map(|call| [format!("outer {call}"), format!("inner {call}")])
        .collect();
    assert_eq!(*diary.lock().unwrap(), expected);
}

async fn requests_reach_the_overrides(database: Database) {
    let diary = Diary::default();
    let builder = witness(database.builder(&clock()).await, "", &diary);
    let sessions = builder.build().await.unwrap();
    let session = sessions.create_new_session("alice").await.unwrap();
    let app = Router::new()
        .route("/hello", get(async |_: Session| "hello"))
        .route(
            "/careful",
            get("hello").route_layer(sessions.verify_session()),
        )
        .merge(sessions.routes())
        .layer(sessions.layer());
    let access = format!("sk_access={}", session.access_token());
    let refresh = format!("sk_refresh={}", session.refresh_token().unwrap());
    for (method, path, cookie, calls) in [
        ("GET", "/hello", &access, &["get"][..]),
        ("GET", "/careful", &access, &["get"]),
        ("POST", "/session/refresh", &refresh, &["refresh"]),
        ("POST", "/session/sign-out", &access, &["get", "revoke"]),
    ] {
        diary.lock().unwrap().clear();
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::COOKIE, cookie).body(Body::empty());
        let answer = app.clone().oneshot(request.unwrap()).await.unwrap();
        assert!(answer.status().is_success(), "{path}");
        assert_eq!(*diary.lock().unwrap(), calls, "{path}");
    }
}

/// Has an answer of its own to everything.
struct Closed;

#[async_trait]
impl SessionFunctions for Closed {
    fn original(&self) -> &dyn SessionFunctions {
        self
    }

    async fn create_new_session(&self, _: NewSession) -> Result<Session, SessionError> {
        Err(refuse(451))
    }

    async fn get_session(&self, _: VerifySession) -> Result<Session, SessionError> {
        Err(refuse(402))
    }

    async fn revoke_all_sessions_for_user(&self, _: &str) -> Result<u64, SessionError> {
        Ok(42)
    }

    async fn get_session_information(
        &self,
        _: &SessionHandle,
    ) -> Result<Option<SessionInformation>, SessionError> {
        Err(refuse(404))
    }
}

async fn an_override_answers_by_itself(database: Database) {
    let clock = clock();
    let open = database.sessions(&clock).await;
    let session = open.create_new_session("alice").await.unwrap();
    let store = FaultyStore::around(database.store().await);
    let sessions = builder(store.clone(), &clock)
        .override_functions(|_| Closed)
        .build()
        .await
        .unwrap();
    let calls = store.all_calls();
    let handle = session.handle();
    assert_refused(sessions.create_new_session("alice").await, 451);
    let request = VerifySession::new(session.access_token());
    assert_refused(sessions.get_session(request).await, 402);
    let ended = sessions.revoke_all_sessions_for_user("alice").await;
    assert_eq!(ended.unwrap(), 42);
    assert_refused(sessions.get_session_data::<Value>(handle).await, 404);
    let changed = sessions.modify_session_data(handle, |_: &mut Value| ());
    assert_refused(changed.await, 404);
    assert_eq!(store.all_calls(), calls);
}

/// Uses what the original gave, before anybody else has it.
struct Careful {
    diary: Diary,
    original: Arc<dyn SessionFunctions>,
}

#[async_trait]
impl SessionFunctions for Careful {
    fn original(&self) -> &dyn SessionFunctions {
        &*self.original
    }

    async fn create_new_session(&self, input: NewSession) -> Result<Session, SessionError> {
        let mut session = self.original.create_new_session(input).await?;
        session
            .update_access_token_payload(json!({ "n": 1 }))
            .await?;
        session.update_session_data(json!({ "n": 1 })).await?;
        let add = |data: &mut Value| data["n"] = json!(2);
        session.modify_session_data(add).await?;
        let handle = session.handle();
        let information = self.original.get_session_information(handle).await?;
        let user = information.expect("it was created").user_id().to_owned();
        self.diary.lock().unwrap().push(user);
        Ok(session)
    }

    async fn get_session(&self, input: VerifySession) -> Result<Session, SessionError> {
        let session = self.original.get_session(input).await?;
        let data: Value = session.get_session_data().await?;
        self.diary.lock().unwrap().push(data.to_string());
        if data["n"] == 2 {
            session.revoke().await?;
        }
        Ok(session)
    }
}

async fn a_session_works_inside_an_override(database: Database) {
    let diary = Diary::default();
    let ours = Arc::clone(&diary);
    let builder = database.builder(&clock()).await;
    let builder = builder.override_functions(|original| Careful {
        diary: ours,
        original,
    });
    let sessions = builder.build().await.unwrap();
    let session = sessions.create_new_session("alice").await.unwrap();
    let payload: Value = session.access_token_payload().unwrap();
    assert_eq!(payload, json!({ "n": 1 }));
    assert!(session.refresh_token().is_some(), "it waits to be sent");
    let request = VerifySession::new(session.access_token());
    let verified = sessions.get_session(request).await.unwrap();
    assert!(!verified.revoke().await.unwrap(), "it was revoked inside");
    assert_eq!(*diary.lock().unwrap(), ["alice", r#"{"n":2}"#]);
}

#[test]
fn an_error_of_your_own_has_the_status_that_you_say() {
    for (status, answered) in [(403, 403), (429, 429), (503, 503), (200, 200), (599, 599)] {
        assert_refused::<()>(Err(refuse(status)), answered);
    }
    for wrong in [0, 42, 100, 199, 600, u16::MAX] {
        assert_refused::<()>(Err(refuse(wrong)), 500);
    }
    let plain = SessionError::custom("five sessions are enough");
    assert_refused::<()>(Err(plain), 500);
}
