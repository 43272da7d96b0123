//! Access tokens against everything that RFC 8725 warns of: each token here is made by hand, with
//! the real key where that makes it worse.

use crate::clock::{ManualClock, UnixMillis};
use crate::config::Signing;
use crate::{
    AppInfo, Session, SessionError, Sessions, SqliteStore, TryRefreshReason, UnauthorisedReason,
    VerifySession,
};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Value, json};
use std::sync::Arc;

const NOW: UnixMillis = UnixMillis(1_790_000_000_000);

struct Setting {
    sessions: Sessions,
    session: Session,
    clock: Arc<ManualClock>,
}

async fn setting(signing: Signing) -> Setting {
    let clock = Arc::new(ManualClock::new(NOW));
    let sessions = Sessions::builder()
        .store(SqliteStore::in_memory().await.unwrap())
        .app_info(AppInfo::new("http://localhost", "http://localhost"))
        .signing(signing)
        .clock(Arc::clone(&clock))
        .never_clean_up()
        .build()
        .await
        .unwrap();
    let session = sessions
        .create_new_session("alice")
        .access_token_payload(json!({ "role": "editor", "sub": "mallory" }))
        .await
        .unwrap();
    Setting {
        sessions,
        session,
        clock,
    }
}

impl Setting {
    async fn verify(&self, token: &str) -> Result<Session, SessionError> {
        self.sessions.get_session(VerifySession::new(token)).await
    }

    /// Why the token is refused, as one word.
    async fn refusal(&self, token: &str) -> &'static str {
        match self.verify(token).await {
            Ok(_) => "accepted",
            Err(SessionError::Unauthorised { reason }) => reason.as_str(),
            Err(SessionError::TryRefreshToken { reason }) => reason.as_str(),
            Err(_) => "another error",
        }
    }

    fn parts(&self) -> [String; 3] {
        let parts: Vec<_> = self.session.access_token().split('.').collect();
        [0, 1, 2].map(|part| parts[part].to_owned())
    }

    fn claims(&self) -> Value {
        let json = BASE64URL_NOPAD.decode(self.parts()[1].as_bytes()).unwrap();
        serde_json::from_slice(&json).unwrap()
    }

    /// Signs any text with the real key, under the header given.
    fn sign(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        let keys = self.sessions.core().keys.current();
        format!("{message}.{}", keys.signing().sign(&message))
    }

    /// The real header, and the claims with one of them changed.
    fn with_claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims();
        claims[name] = value;
        self.sign(&self.header(), &claims.to_string())
    }

    fn header(&self) -> String {
        let json = BASE64URL_NOPAD.decode(self.parts()[0].as_bytes()).unwrap();
        String::from_utf8(json).unwrap()
    }
}

fn encode(text: &str) -> String {
    BASE64URL_NOPAD.encode(text.as_bytes())
}

#[tokio::test]
async fn a_token_is_what_other_services_expect() {
    let setting = setting(Signing::ed25519()).await;
    let header: Value = serde_json::from_str(&setting.header()).unwrap();
    assert_eq!(header["typ"], "at+jwt");
    assert_eq!(header["alg"], "EdDSA");
    assert_eq!(header.as_object().unwrap().len(), 3);
    let claims = setting.claims();
    assert_eq!(claims["sub"], "alice");
    assert_eq!(claims["sid"], setting.session.handle().as_str());
    assert_eq!(claims["iat"], 1_790_000_000);
    assert_eq!(claims["exp"], 1_790_003_600);
    assert_eq!(claims["gen"], 0);
    assert_eq!(claims["payload"]["sub"], "mallory");
    assert_eq!(claims["jti"].as_str().unwrap().len(), 22);
    assert_eq!(claims.as_object().unwrap().len(), 10);
    assert_eq!(
        setting
            .verify(setting.session.access_token())
            .await
            .unwrap()
            .user_id(),
        "alice"
    );
}

#[tokio::test]
async fn no_byte_can_be_changed() {
    for signing in [Signing::ed25519(), Signing::hs256()] {
        let setting = setting(signing).await;
        let token = setting.session.access_token();
        for place in 0..token.len() {
            for bit in [0, 1, 2, 5, 7] {
                let mut bytes = token.as_bytes().to_vec();
                bytes[place] ^= 1 << bit;
                let Ok(changed) = String::from_utf8(bytes) else {
                    continue;
                };
                let refusal = setting.refusal(&changed).await;
                // A changed key id is one that another server might have made.
                assert!(
                    refusal == "invalid_token" || refusal == "unknown_key",
                    "bit {bit} of byte {place}: {refusal}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_token_does_not_choose_its_algorithm() {
    let setting = setting(Signing::ed25519()).await;
    let [header, claims, signature] = setting.parts();
    let kid = serde_json::from_str::<Value>(&setting.header()).unwrap()["kid"].clone();
    for alg in [
        "none", "None", "NONE", "HS256", "HS512", "RS256", "ES256", "EdDSA2", "",
    ] {
        let other = json!({ "typ": "at+jwt", "alg": alg, "kid": kid }).to_string();
        for signature in ["", &signature] {
            let token = format!("{}.{claims}.{signature}", encode(&other));
            assert_eq!(setting.refusal(&token).await, "invalid_token", "{alg}");
        }
    }
    assert_eq!(
        setting.refusal(&format!("{header}.{claims}.")).await,
        "invalid_token"
    );
    assert_eq!(
        setting.refusal(&format!("{header}.{claims}")).await,
        "invalid_token"
    );
}

#[tokio::test]
async fn the_public_key_is_no_secret_for_hs256() {
    let setting = setting(Signing::ed25519()).await;
    let set: Value = serde_json::from_str(&setting.sessions.public_keys_json().await).unwrap();
    let public = set["keys"][0]["x"].as_str().unwrap();
    let raw = BASE64URL_NOPAD.decode(public.as_bytes()).unwrap();
    for secret in [raw.as_slice(), public.as_bytes()] {
        let mut header = Header::new(jsonwebtoken::Algorithm::HS256);
        header.typ = Some("at+jwt".to_owned());
        header.kid = set["keys"][0]["kid"].as_str().map(str::to_owned);
        let key = EncodingKey::from_secret(secret);
        let token = jsonwebtoken::encode(&header, &setting.claims(), &key).unwrap();
        assert_eq!(setting.refusal(&token).await, "invalid_token");
        // The same under the header of the real key.
        let [real_header, claims, _] = setting.parts();
        let message = format!("{real_header}.{claims}");
        let algorithm = jsonwebtoken::Algorithm::HS256;
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, algorithm);
        let token = format!("{message}.{}", signature.unwrap());
        assert_eq!(setting.refusal(&token).await, "invalid_token");
    }
}

#[tokio::test]
async fn only_the_header_that_we_write_is_ours() {
    let setting = setting(Signing::ed25519()).await;
    let kid = serde_json::from_str::<Value>(&setting.header()).unwrap()["kid"].clone();
    let kid = kid.as_str().unwrap();
    let claims = setting.claims().to_string();
    for header in [
        format!(r#"{{"typ":"JWT","alg":"EdDSA","kid":"{kid}"}}"#),
        format!(r#"{{"typ":"at+jwt ","alg":"EdDSA","kid":"{kid}"}}"#),
        format!(r#"{{"typ":"AT+JWT","alg":"EdDSA","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"EdDSA","kid":"{kid}"}}"#),
        r#"{"typ":"at+jwt","alg":"EdDSA"}"#.to_owned(),
        format!(r#"{{"typ":"at+jwt","alg":"EdDSA","kid":"{kid}","crit":["exp"]}}"#),
        format!(r#"{{"typ":"at+jwt","alg":"EdDSA","kid":"{kid}","jwk":{{}}}}"#),
        format!(r#"{{"typ":"at+jwt","alg":"EdDSA","kid":"{kid}","jku":"https://evil.test"}}"#),
        format!(r#"{{"typ":"at+jwt","typ":"at+jwt","alg":"EdDSA","kid":"{kid}"}}"#),
        format!(r#"{{"typ":"at+jwt","alg":"none","alg":"EdDSA","kid":"{kid}"}}"#),
        format!(r#"{{ "typ":"at+jwt","alg":"EdDSA","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{kid}"}}"#),
        "{}".to_owned(),
        "[]".to_owned(),
        String::new(),
    ] {
        let token = setting.sign(&header, &claims);
        assert_eq!(setting.refusal(&token).await, "invalid_token", "{header}");
    }
    let real = setting.sign(&setting.header(), &claims);
    assert_eq!(setting.refusal(&real).await, "accepted");
}

#[tokio::test]
async fn every_claim_has_to_be_there_with_its_type() {
    let setting = setting(Signing::ed25519()).await;
    let claims = setting.claims();
    for (name, value) in claims.as_object().unwrap() {
        let mut without = claims.clone();
        without.as_object_mut().unwrap().remove(name);
        let token = setting.sign(&setting.header(), &without.to_string());
        assert_eq!(
            setting.refusal(&token).await,
            "invalid_token",
            "without {name}"
        );

        let others = [
            json!(null),
            json!("1"),
            json!(1.5),
            json!([]),
            json!({}),
            json!(true),
        ];
        for other in others {
            // Another text, object or truth value is of the right type.
            let same_type = matches!(
                (value, &other),
                (Value::String(_), Value::String(_))
                    | (Value::Object(_), Value::Object(_))
                    | (Value::Bool(_), Value::Bool(_))
            );
            if same_type {
                continue;
            }
            let token = setting.with_claim(name, other.clone());
            assert_eq!(
                setting.refusal(&token).await,
                "invalid_token",
                "{name}: {other}"
            );
        }
    }
}

#[tokio::test]
async fn an_expiry_is_a_whole_number_of_seconds() {
    let setting = setting(Signing::ed25519()).await;
    for exp in [
        json!("1790003600"),
        json!(1_790_003_600.0),
        json!(-1),
        json!(1e20),
        json!(u64::MAX),
    ] {
        let token = setting.with_claim("exp", exp.clone());
        assert_eq!(setting.refusal(&token).await, "invalid_token", "{exp}");
    }
    let token = setting.with_claim("exp", json!(0));
    assert_eq!(setting.refusal(&token).await, "expired");
}

#[tokio::test]
async fn no_claim_stands_twice() {
    let setting = setting(Signing::ed25519()).await;
    let claims = setting.claims().to_string();
    for twice in [
        r#""sub":"mallory""#,
        r#""exp":99999999999"#,
        r#""payload":{}"#,
    ] {
        let token = setting.sign(
            &setting.header(),
            &claims.replacen('{', &format!("{{{twice},"), 1),
        );
        assert_eq!(setting.refusal(&token).await, "invalid_token", "{twice}");
    }
    // A claim that a later version may add is no reason to throw anybody out.
    let more = claims.replacen('{', r#"{"later":1,"#, 1);
    let token = setting.sign(&setting.header(), &more);
    assert_eq!(setting.refusal(&token).await, "accepted");
}

#[tokio::test]
async fn the_handle_in_a_token_has_the_form_of_one() {
    let setting = setting(Signing::ed25519()).await;
    let token = setting.with_claim("sid", json!("'; DROP TABLE session_info; --"));
    assert_eq!(setting.refusal(&token).await, "invalid_token");
}

#[tokio::test]
async fn a_token_expires_to_the_millisecond() {
    let setting = setting(Signing::ed25519()).await;
    let token = setting.session.access_token();
    for (time, refusal) in [
        (3_599_999, "accepted"),
        (3_600_000, "expired"),
        (3_600_001, "expired"),
        (-3_600_000, "accepted"), // a clock that went back throws nobody out
    ] {
        setting.clock.set(UnixMillis(NOW.0 + time));
        assert_eq!(setting.refusal(token).await, refusal, "{time}");
    }
}

#[tokio::test]
async fn a_token_that_no_cookie_holds_is_refused_before_any_cryptography() {
    let setting = setting(Signing::ed25519()).await;
    let token = setting.session.access_token();
    let [header, claims, signature] = setting.parts();
    for long in [
        "A".repeat(1 << 20),
        format!("{header}.{}.{signature}", "A".repeat(1 << 20)),
        format!("{token}{}", "A".repeat(4_096)),
        ".".repeat(4_097),
        "é".repeat(2_049),
    ] {
        assert!(super::header_segment(&long).is_none());
        assert_eq!(setting.refusal(&long).await, "invalid_token");
    }
    for odd in ["", ".", "..", "...", "a.b", "a.b.c.d", "\0.\0.\0", "é.é.é"] {
        assert_eq!(setting.refusal(odd).await, "invalid_token", "{odd:?}");
    }
    assert_eq!(
        setting
            .refusal(&format!("{header}.{claims}.{signature}="))
            .await,
        "invalid_token"
    );
    assert_eq!(setting.refusal(&format!(" {token}")).await, "invalid_token");
}

#[tokio::test]
async fn a_token_of_another_installation_is_refused() {
    let setting = setting(Signing::ed25519()).await;
    let other = self::setting(Signing::ed25519()).await;
    // Its key might be one that another server has just made, so a refresh is worth a try.
    assert_eq!(
        setting.refusal(other.session.access_token()).await,
        "unknown_key"
    );
    // Under our header it is a forgery.
    let [header, ..] = setting.parts();
    let [_, claims, signature] = other.parts();
    let token = format!("{header}.{claims}.{signature}");
    assert_eq!(setting.refusal(&token).await, "invalid_token");
}

#[tokio::test]
async fn the_greatest_length_is_never_exceeded() {
    let setting = setting(Signing::ed25519()).await;
    let keys = setting.sessions.core().keys.current();
    let payload = r#"{"role":"editor","sub":"mallory"}"#;
    let raw: Box<serde_json::value::RawValue> = serde_json::from_str(payload).unwrap();
    let header = keys.signing().header_segment().len();
    let greatest = super::greatest_length("alice", &raw, header);
    let now = setting.session.access_token().len();
    assert!(now <= greatest && greatest < now + 40, "{now} {greatest}");
}

#[tokio::test]
async fn the_jwt_crate_reads_what_we_write_and_we_read_what_it_writes() {
    // Ed25519, by the public key that everybody can have.
    let setting = setting(Signing::ed25519()).await;
    let set: Value = serde_json::from_str(&setting.sessions.public_keys_json().await).unwrap();
    let key = DecodingKey::from_ed_components(set["keys"][0]["x"].as_str().unwrap()).unwrap();
    let mut validation = Validation::new(jsonwebtoken::Algorithm::EdDSA);
    validation.validate_exp = false;
    let token = setting.session.access_token();
    let read = jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap();
    assert_eq!(read.claims, setting.claims());
    assert_eq!(read.header.typ.as_deref(), Some("at+jwt"));

    // HS256, by the secret in the store.
    let setting = self::setting(Signing::hs256()).await;
    let records = setting
        .sessions
        .core()
        .store
        .read_signing_keys()
        .await
        .unwrap();
    let record = records
        .iter()
        .find(|record| record.algorithm == "HS256")
        .unwrap();
    let mut validation = Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.validate_exp = false;
    let token = setting.session.access_token();
    let key = DecodingKey::from_secret(&record.key);
    let read = jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap();
    assert_eq!(read.claims, setting.claims());
    let key = DecodingKey::from_secret(b"");
    assert!(jsonwebtoken::decode::<Value>(token, &key, &validation).is_err());

    let header: Header = serde_json::from_str(&setting.header()).unwrap();
    let key = EncodingKey::from_secret(&record.key);
    let theirs = jsonwebtoken::encode(&header, &setting.claims(), &key).unwrap();
    assert_eq!(setting.refusal(&theirs).await, "accepted");
}

#[test]
fn reasons_are_words() {
    assert_eq!(UnauthorisedReason::InvalidToken.as_str(), "invalid_token");
    assert_eq!(TryRefreshReason::UnknownKey.as_str(), "unknown_key");
}
