//! The shim: Cargo is told that docproof is rustdoc, and so docproof hears what a doctest is linked with.
//!
//! In: the arguments and environment that Cargo gives to rustdoc. Out: a file with them, for the run of docproof that
//! started Cargo. It must not print.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

/// The variable that makes docproof the shim: where its file goes.
pub const SHIM_OUT: &str = "DOCPROOF_SHIM_OUT";

/// What Cargo told rustdoc.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Heard {
    /// The arguments.
    pub args: Vec<String>,
    /// The environment.
    pub env: Vec<(String, String)>,
}

/// Acts as rustdoc for Cargo. Says how it ended.
pub fn act(out: &Path, args: &[OsString], env: &[(OsString, OsString)]) -> u8 {
    let asks = |arg: &OsString| arg == "-vV" || arg == "--version" || arg == "-V";
    if args.iter().any(asks) || !args.iter().any(|arg| arg == "--test") {
        return as_rustdoc(args, env);
    }
    let text = |text: &OsString| text.to_string_lossy().into_owned();
    let heard = Heard {
        args: args.iter().map(text).flat_map(from_file).collect(),
        env: env
            .iter()
            .map(|(key, value)| (text(key), text(value)))
            .collect(),
    };
    let bytes = serde_json::to_vec(&heard).expect("invariant: lists of texts");
    u8::from(append(out, bytes).is_err())
}

/// One call is one line: Cargo calls once for each package.
fn append(out: &Path, mut bytes: Vec<u8>) -> std::io::Result<()> {
    bytes.push(b'\n');
    let mut file = std::fs::File::options()
        .append(true)
        .create(true)
        .open(out)?;
    std::io::Write::write_all(&mut file, &bytes)
}

/// The calls that the shim has heard.
pub fn heard(out: &Path) -> Vec<Heard> {
    let text = std::fs::read_to_string(out).unwrap_or_default();
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// Arguments too long for the system come in a file, one a line.
fn from_file(arg: String) -> Vec<String> {
    let lines = arg
        .strip_prefix('@')
        .and_then(|path| std::fs::read_to_string(path).ok());
    lines.map_or_else(
        || vec![arg],
        |lines| lines.lines().map(str::to_owned).collect(),
    )
}

/// Hands the call to the real one, which lies beside Cargo.
fn as_rustdoc(args: &[OsString], env: &[(OsString, OsString)]) -> u8 {
    let cargo = env
        .iter()
        .find(|(key, _)| key == "CARGO")
        .map(|(_, value)| PathBuf::from(value));
    let beside = cargo
        .map(|cargo| cargo.with_file_name("rustdoc"))
        .filter(|path| path.is_file());
    let program = beside.unwrap_or_else(|| "rustdoc".into());
    let mut command = Command::new(program);
    command
        .args(args)
        .env_remove("RUSTDOC")
        .env_remove(SHIM_OUT);
    let code = command.status().ok().and_then(|status| status.code());
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
