//! Payload and session data: JSON objects, from values of the user's types and back.

use crate::error::SessionError;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Serialize, ser};
use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON object, as payload and session data are.
pub type JsonObject = serde_json::Map<String, Value>;

/// Writes any value that is an object in JSON: a struct, a map, `json!({..})`. `()` and `null`
/// become the empty object.
pub(crate) fn to_object(
    value: impl Serialize,
    what: &'static str,
) -> Result<JsonObject, SessionError> {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(Value::Null) => Ok(JsonObject::new()),
        Ok(_) => Err(SessionError::Json {
            what,
            source: ser::Error::custom("it has to be an object, such as a struct or a map"),
        }),
        Err(source) => Err(SessionError::Json { what, source }),
    }
}

pub(crate) fn read<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, SessionError> {
    serde_json::from_str(text).map_err(|source| SessionError::Json { what, source })
}

/// An object as the text that is stored.
pub(crate) fn to_text(object: &JsonObject) -> String {
    serde_json::to_string(object).expect("invariant: an object of JSON values is JSON")
}

/// A text from the store as part of a token.
pub(crate) fn to_raw(text: &str) -> Result<Box<RawValue>, SessionError> {
    let what = "the stored access token payload is not a JSON object";
    let raw: Box<RawValue> = read(text, what)?;
    if raw.get().starts_with('{') {
        Ok(raw)
    } else {
        let source = serde_json::Error::custom("it does not start with {");
        Err(SessionError::Json { what, source })
    }
}

pub(crate) const WRITE_PAYLOAD: &str = "the access token payload cannot be written as JSON";
pub(crate) const READ_PAYLOAD: &str = "the access token payload is not of the type asked for";
pub(crate) const WRITE_DATA: &str = "the session data cannot be written as JSON";
pub(crate) const READ_DATA: &str = "the session data is not of the type asked for";
