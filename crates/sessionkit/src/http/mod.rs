//! The HTTP side: placeholder until its writer delivers it.

use crate::config::Config;
use crate::error::SessionError;

#[derive(Default)]
pub(crate) struct HttpOptions;

pub(crate) struct Http;

impl Http {
    pub(crate) fn new(_: HttpOptions, _: &Config) -> Result<Self, SessionError> {
        Ok(Self)
    }
}
