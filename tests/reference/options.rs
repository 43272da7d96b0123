//! The tables of options in `command-line.md`, made from clap's own description of the commands.

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command, CommandFactory as _};

use super::page::{Page, splice};

#[test]
fn command_line_md_is_what_clap_knows() {
    let page = Page::read("command-line");
    let mut program = docproof::cli::Args::command();
    program.build();
    let mut text = page.text.clone();
    let mut names = Vec::new();
    let commands = list(&program);
    put(&mut text, "commands", &commands, &mut names);
    let common = options(&program, |arg| arg.is_global_set());
    put(&mut text, "every command", &table(&common), &mut names);
    for command in leaves(&program, "") {
        put(&mut text, &command.0, &command.1, &mut names);
    }
    // A block for a command that is no more would stay as it is.
    let blocks = text.matches("<!-- options: ").count();
    assert_eq!(blocks, names.len(), "the blocks of {names:?}");
    page.must_be(&text);
}

/// Fills the block of this name.
fn put(text: &mut String, name: &str, block: &str, names: &mut Vec<String>) {
    let opening = format!("<!-- options: {name} -->");
    let block = format!("\n{}\n\n", block.trim_end());
    *text = splice(text, 0, &opening, "<!-- end -->", &block);
    names.push(name.to_owned());
}

/// The commands and what they do.
fn list(program: &Command) -> String {
    let mut table = String::from("| Command | What it does |\n|---|---|\n");
    for command in below(program) {
        let name = command.get_name();
        let about = styled(command.get_about());
        table.push_str(&format!("| [`{name}`](#{name}) | {about} |\n"));
    }
    table
}

/// Every command that can be called, with its usage, its arguments and its own options.
fn leaves(program: &Command, above: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for command in below(program) {
        let name = format!("{above}{}", command.get_name());
        let mut text = String::new();
        if let Some(about) = command.get_long_about() {
            let (_, more) = split_about(&about.to_string());
            text.push_str(&more);
        }
        let usage = command.clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ");
        text.push_str(&format!("```text\n{usage}\n```\n\n"));
        let own = options(command, |arg| !arg.is_global_set());
        if !own.is_empty() {
            text.push_str(&table(&own));
        }
        all.push((name.clone(), text));
        all.extend(leaves(command, &format!("{name} ")));
    }
    all
}

fn below(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|c| c.get_name() != "help")
}

/// The first line of a text, and the rest of it.
fn split_about(about: &str) -> (String, String) {
    let (first, rest) = about.split_once("\n\n").unwrap_or((about, ""));
    let rest = match rest.trim() {
        "" => String::new(),
        rest => format!("{rest}\n\n"),
    };
    (first.to_owned(), rest)
}

/// Arguments first, then options, in the order of the source.
fn options(command: &Command, wanted: impl Fn(&Arg) -> bool) -> Vec<&Arg> {
    let mut all: Vec<&Arg> = command
        .get_arguments()
        .filter(|arg| !matches!(arg.get_id().as_str(), "help" | "version") && wanted(arg))
        .collect();
    all.sort_by_key(|arg| !arg.is_positional());
    all
}

fn table(args: &[&Arg]) -> String {
    let mut table = String::from("| Option | What it does |\n|---|---|\n");
    for arg in args {
        let (help, default) = split_default(&styled(arg.get_help()));
        let own: Vec<String> = arg
            .get_default_values()
            .iter()
            .map(|value| format!("`{}`", value.to_string_lossy()))
            .collect();
        let default = match own[..] {
            _ if !takes_value(arg) => String::new(),
            [] => default,
            _ => own.join(", "),
        };
        let default = match default.as_str() {
            "" => String::new(),
            default => format!(". Default: {default}"),
        };
        let words = format!("{help}{}{default}", choices(arg));
        table.push_str(&format!(
            "| `{}` | {} |\n",
            written(arg),
            words.replace('|', "\\|")
        ));
    }
    table
}

/// The option as it is typed.
fn written(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    let value = names.first().map_or("", |name| name.as_str());
    match arg.get_long() {
        None => value.to_owned(),
        Some(long) if takes_value(arg) => format!("--{long} {value}"),
        Some(long) => format!("--{long}"),
    }
}

fn takes_value(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append)
}

/// `[default: ...]` at the end of a help text, where the default is not a value.
fn split_default(help: &str) -> (String, String) {
    let split = help.split_once(" [default: ");
    let (help, default) = split.map_or((help, ""), |(help, rest)| {
        (help, rest.trim_end_matches(']'))
    });
    (help.to_owned(), default.to_owned())
}

/// What may be chosen from, with what clap says of each.
fn choices(arg: &Arg) -> String {
    let values = arg.get_possible_values();
    if values.is_empty() || !takes_value(arg) {
        return String::new();
    }
    let one = |value: &PossibleValue| match value.get_help() {
        Some(help) => {
            let help = help.to_string();
            // The help of a value is a sentence.
            let help = lower_first(&help);
            if help == value.get_name() {
                return format!("`{help}`");
            }
            format!("`{}` ({help})", value.get_name())
        }
        None => format!("`{}`", value.get_name()),
    };
    let all: Vec<String> = values.iter().map(one).collect();
    format!(": {}", all.join(", "))
}

fn lower_first(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        // `JUnit` and `NO_COLOR` keep their first letter.
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

fn styled(text: Option<&clap::builder::StyledStr>) -> String {
    text.map(ToString::to_string).unwrap_or_default()
}
