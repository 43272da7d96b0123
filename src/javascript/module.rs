//! A module's statements: what its names stand for, and what it exports.
//!
//! In: a path and a way to texts. Out: the exported value. Only what stands at the top level is read: declarations,
//! `module.exports = ...`, `export default ...`, and values set on them afterwards. Other statements are listed, because
//! they may change any of it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    AssignmentOperator, AssignmentTarget, BindingPattern, Declaration,
    ExportDefaultDeclarationKind, Expression, ImportDeclarationSpecifier, Program, Statement,
    VariableDeclaration,
};
use oxc_parser::{ParseOptions, Parser};
use oxc_span::{GetSpan, SourceType};

use super::evaluate::Evaluator;
use super::stack::{LONGEST, bounded, too_deep, with_room};
use super::value::{Entry, Node, Place, Value};

/// What a module exports.
#[derive(Clone, Debug)]
pub struct Module {
    /// The exported value.
    pub exports: Node,
    /// Statements that were not read.
    pub unread: Vec<Unread>,
}

/// A statement that was not read, because it would have to run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unread {
    /// Where it stands.
    pub place: Place,
}

/// Why a text is no module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxError {
    /// What is wrong, a lowercase fragment.
    pub message: String,
    /// Where.
    pub place: Place,
}

/// Gives the text of a file that a module names, by its path with `/`.
pub type Read<'a> = dyn Fn(&str) -> Option<String> + Sync + 'a;

/// Reads what a module exports. Nothing is run.
///
/// # Errors
/// When the text does not parse, or exports nothing.
pub fn evaluate(path: &str, text: &str, read: &Read<'_>) -> Result<Module, SyntaxError> {
    let files = Files {
        read,
        open: RefCell::default(),
        left: Cell::new(MOST),
    };
    // The modules that it names are parsed below it, on the same stack.
    let room = with_room(move || files.module(path, text));
    room.unwrap_or_else(|| {
        Err(SyntaxError {
            message: "this machine has no room to read it".into(),
            place: place(path, 0..0),
        })
    })
}

/// How many values are made at most: `[...a, ...a]` in thirty lines would fill the memory.
const MOST: usize = 400_000;

/// The files of one call of [`evaluate`].
pub(super) struct Files<'a> {
    read: &'a Read<'a>,
    /// Paths of the modules that are being read, to see a circle.
    open: RefCell<Vec<String>>,
    /// How many values may still be made.
    pub(super) left: Cell<usize>,
}

impl Files<'_> {
    fn module(&self, path: &str, text: &str) -> Result<Module, SyntaxError> {
        let file: Arc<str> = path.into();
        let wrong = |message: String, range| SyntaxError {
            message,
            place: place(path, range),
        };
        if text.len() > LONGEST {
            let message = format!("longer than {} kB, and not read", LONGEST >> 10);
            return Err(wrong(message, 0..0));
        }
        if too_deep(text) {
            return Err(wrong("nested too deeply, and not read".into(), 0..0));
        }
        if !in_time(text) {
            return Err(wrong("it takes too long to read".into(), 0..0));
        }
        let allocator = Allocator::default();
        let json = path.ends_with(".json");
        // JSON is an expression; as a program, `{` would open a block.
        let wrapped = if json {
            format!("({text})")
        } else {
            String::new()
        };
        let (text, shift) = if json {
            (wrapped.as_str(), 1)
        } else {
            (text, 0)
        };
        let parsed = Parser::new(&allocator, text, KIND)
            .with_options(options())
            .parse();
        if let Some(error) = parsed.diagnostics.errors().next() {
            let label = error.labels.first();
            let start = label
                .map_or(0, |l| l.offset() as usize)
                .saturating_sub(shift);
            let len = label.map_or(0, |l| l.len() as usize);
            return Err(wrong(error.message.to_lowercase(), start..start + len));
        }
        self.open.borrow_mut().push(path.to_owned());
        let module = self.exports(&file, text, shift, &parsed.program);
        self.open.borrow_mut().pop();
        module.ok_or_else(|| wrong("it exports nothing".into(), 0..0))
    }

    fn exports(
        &self,
        file: &Arc<str>,
        text: &str,
        shift: usize,
        program: &Program<'_>,
    ) -> Option<Module> {
        let mut scope = Scope::default();
        program.body.iter().for_each(|s| scope.statement(s));
        let json = shift == 1;
        if json && let Some(Statement::ExpressionStatement(statement)) = program.body.first() {
            scope.exports = Some(&statement.expression);
        }
        let evaluator = Evaluator::new(self, file, text, shift, &scope);
        let at = |range| Place {
            file: file.clone(),
            range,
        };
        let mut exports = match scope.exports {
            Some(expression) => evaluator.expression(expression),
            None if scope.exported.is_empty() => return None,
            None => Node {
                value: Value::Table(super::Table::default()),
                place: at(0..0),
            },
        };
        evaluator.patch(&mut exports, &scope.exported);
        let unread = if json { Vec::new() } else { scope.unread };
        Some(Module {
            exports,
            unread: unread
                .into_iter()
                .map(|range| Unread { place: at(range) })
                .collect(),
        })
    }

    /// What a module that another one names exports, or why that is not known.
    pub(super) fn required(&self, from: &str, name: &str) -> Result<Node, String> {
        if !name.starts_with('.') {
            return Err(format!("the package `{name}` is not read"));
        }
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = joined(folder, name).ok_or_else(|| format!("`{name}` lies elsewhere"))?;
        let endings: &[&str] = if path.ends_with(".json") || path.ends_with(".js") {
            &[""]
        } else {
            &[".js", ".json", "/index.js"]
        };
        let found = endings.iter().find_map(|ending| {
            let path = format!("{path}{ending}");
            (self.read)(&path).map(|text| (path, text))
        });
        let (path, text) = found.ok_or_else(|| format!("there is no file `{path}`"))?;
        if self.open.borrow().contains(&path) {
            return Err(format!("`{path}` names itself in a circle"));
        }
        match self.module(&path, &text) {
            Ok(module) => Ok(module.exports),
            Err(error) => Err(format!("`{path}` cannot be read: {}", error.message)),
        }
    }
}

/// Settings are scripts or modules, and may hold elements of React.
const KIND: SourceType = SourceType::unambiguous().with_jsx(true);

fn options() -> ParseOptions {
    ParseOptions {
        allow_return_outside_function: true,
        ..ParseOptions::default()
    }
}

/// Whether a text can be parsed in a sensible time at all.
fn in_time(text: &str) -> bool {
    let text = text.to_owned();
    let parsed = bounded(text.len(), move || {
        Parser::new(&Allocator::default(), &text, KIND)
            .with_options(options())
            .parse()
            .panicked
    });
    parsed.is_some()
}

/// A path from a folder, without `.` and `..`; may lead above where it starts.
fn joined(folder: &str, name: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

fn place(file: &str, range: Range<usize>) -> Place {
    Place {
        file: file.into(),
        range,
    }
}

/// What a name stands for.
pub(super) enum Binding<'a, 'p> {
    /// The value of an expression.
    Expression(&'p Expression<'a>),
    /// What another module exports.
    Module(&'p str),
    /// Something that is not read: a lowercase fragment.
    Unknown(&'static str),
}

/// A value that is set on a name afterwards: `name.key.key = value`.
pub(super) struct Patch<'a, 'p> {
    /// The keys, outermost first.
    pub(super) keys: Vec<String>,
    /// Where the target is written.
    pub(super) range: Range<usize>,
    pub(super) value: &'p Expression<'a>,
}

/// The names of a module.
#[derive(Default)]
pub(super) struct Scope<'a, 'p> {
    pub(super) names: HashMap<&'p str, Binding<'a, 'p>>,
    pub(super) patches: HashMap<&'p str, Vec<Patch<'a, 'p>>>,
    exports: Option<&'p Expression<'a>>,
    exported: Vec<Patch<'a, 'p>>,
    unread: Vec<Range<usize>>,
}

impl<'a, 'p> Scope<'a, 'p> {
    fn statement(&mut self, statement: &'p Statement<'a>) {
        match statement {
            Statement::VariableDeclaration(declared) => self.variables(declared),
            Statement::FunctionDeclaration(function) => {
                if let Some(id) = &function.id {
                    self.bind(id.name.as_str(), Binding::Unknown("a function is not run"));
                }
            }
            Statement::ClassDeclaration(class) => {
                if let Some(id) = &class.id {
                    self.bind(id.name.as_str(), Binding::Unknown("a class is not run"));
                }
            }
            Statement::ImportDeclaration(import) => {
                for specifier in import.specifiers.iter().flatten() {
                    let binding = match specifier {
                        ImportDeclarationSpecifier::ImportDefaultSpecifier(_) => {
                            Binding::Module(import.source.value.as_str())
                        }
                        _ => Binding::Unknown("a named import is not read"),
                    };
                    self.bind(specifier.local().name.as_str(), binding);
                }
            }
            Statement::ExportDefaultDeclaration(export) => match &export.declaration {
                ExportDefaultDeclarationKind::FunctionDeclaration(_)
                | ExportDefaultDeclarationKind::ClassDeclaration(_) => self.skip(statement),
                other => self.exports = other.as_expression(),
            },
            Statement::ExportDeclaration(export) => match &export.declaration {
                Declaration::VariableDeclaration(declared) => self.variables(declared),
                _ => self.skip(statement),
            },
            Statement::ExpressionStatement(inner) => {
                if !self.assignment(&inner.expression) && !is_harmless(&inner.expression) {
                    self.skip(statement);
                }
            }
            Statement::EmptyStatement(_) => {}
            _ => self.skip(statement),
        }
    }

    fn skip(&mut self, statement: &Statement<'_>) {
        let span = statement.span();
        self.unread.push(span.start as usize..span.end as usize);
    }

    fn bind(&mut self, name: &'p str, binding: Binding<'a, 'p>) {
        let again = Binding::Unknown("the name is given a value more than once");
        let binding = if self.names.contains_key(name) {
            again
        } else {
            binding
        };
        self.names.insert(name, binding);
    }

    fn variables(&mut self, declared: &'p VariableDeclaration<'a>) {
        for one in &declared.declarations {
            match (&one.id, &one.init) {
                (BindingPattern::BindingIdentifier(id), Some(init)) => {
                    self.bind(id.name.as_str(), Binding::Expression(init));
                }
                (BindingPattern::BindingIdentifier(id), None) => {
                    self.bind(id.name.as_str(), Binding::Unknown("its value is set later"));
                }
                // Names out of a pattern are met as names that are not known.
                _ => {}
            }
        }
    }

    /// Takes `module.exports = x`, `exports.key = x` and `name.key = x`. False for any other expression.
    fn assignment(&mut self, expression: &'p Expression<'a>) -> bool {
        let Expression::AssignmentExpression(assignment) = expression else {
            return false;
        };
        let Some((root, mut keys)) = target(&assignment.left) else {
            return false;
        };
        if assignment.operator != AssignmentOperator::Assign {
            return false;
        }
        let span = assignment.left.span();
        let range = span.start as usize..span.end as usize;
        let value = &assignment.right;
        if root == "module" && keys.first().is_some_and(|key| key == "exports") {
            keys.remove(0);
            if keys.is_empty() {
                self.exports = Some(value);
            } else {
                self.exported.push(Patch { keys, range, value });
            }
        } else if keys.is_empty() {
            self.names.insert(
                root,
                Binding::Unknown("the name is given a value more than once"),
            );
        } else if root == "exports" {
            self.exported.push(Patch { keys, range, value });
        } else {
            let patches = self.patches.entry(root).or_default();
            patches.push(Patch { keys, range, value });
        }
        true
    }
}

/// The name and the keys of `name.key.key`.
fn target<'p>(left: &'p AssignmentTarget<'_>) -> Option<(&'p str, Vec<String>)> {
    match left {
        AssignmentTarget::AssignmentTargetIdentifier(id) => Some((id.name.as_str(), Vec::new())),
        AssignmentTarget::StaticMemberExpression(member) => {
            let (root, mut keys) = chain(&member.object)?;
            keys.push(member.property.name.to_string());
            Some((root, keys))
        }
        AssignmentTarget::ComputedMemberExpression(member) => {
            let Expression::StringLiteral(key) = &member.expression else {
                return None;
            };
            let (root, mut keys) = chain(&member.object)?;
            keys.push(key.value.to_string());
            Some((root, keys))
        }
        _ => None,
    }
}

fn chain<'p>(expression: &'p Expression<'_>) -> Option<(&'p str, Vec<String>)> {
    match expression {
        Expression::Identifier(id) => Some((id.name.as_str(), Vec::new())),
        Expression::StaticMemberExpression(member) => {
            let (root, mut keys) = chain(&member.object)?;
            keys.push(member.property.name.to_string());
            Some((root, keys))
        }
        _ => None,
    }
}

/// Whether an expression that stands alone can change nothing: a string such as `'use strict'`, a name.
fn is_harmless(expression: &Expression<'_>) -> bool {
    matches!(
        expression,
        Expression::StringLiteral(_) | Expression::Identifier(_) | Expression::ObjectExpression(_)
    )
}

/// An entry for a patch.
pub(super) fn entry(key: &str, place: Place, node: Node) -> Entry {
    Entry {
        key: key.to_owned(),
        place,
        node,
    }
}
