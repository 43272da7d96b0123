//! Writes the front token: what a page may know about the session of its user.

use crate::clock::UnixMillis;
use crate::crypto::base64url;
use crate::error::SessionError;
use serde::Serialize;
use serde_json::value::RawValue;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FrontToken<'a> {
    user_id: &'a str,
    expires_at: i64,
    payload: &'a RawValue,
}

/// The front token: base64url, without padding, of
/// `{"userId":..,"expiresAt":<ms since 1970>,"payload":{..}}`.
///
/// Everything in here stands in the access token, too, together with more, so this is the shorter
/// of the two and fits into a cookie whenever that does. `payload` is a JSON object.
pub(super) fn front_token(
    user_id: &str,
    expires_at: UnixMillis,
    payload: &str,
) -> Result<String, SessionError> {
    let json = serde_json::from_str(payload).and_then(|payload| {
        serde_json::to_vec(&FrontToken {
            user_id,
            expires_at: expires_at.0,
            payload,
        })
    });
    match json {
        Ok(json) => Ok(base64url(&json)),
        Err(source) => Err(SessionError::Json {
            what: "writing the front token",
            source,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_reads() {
        let token = front_token("o'\"\u{1f600}", UnixMillis(1_234), r#"{"role":"a\u0000"}"#);
        let bytes = data_encoding::BASE64URL_NOPAD.decode(token.unwrap().as_bytes());
        assert_eq!(
            String::from_utf8(bytes.unwrap()).unwrap(),
            r#"{"userId":"o'\"😀","expiresAt":1234,"payload":{"role":"a\u0000"}}"#
        );
        assert!(front_token("a", UnixMillis(0), "{").is_err());
    }
}
