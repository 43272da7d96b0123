//! Expressions to values.
//!
//! Literals, templates, names of the same module, `require` of a file, spreads, members, `+`, `||`, `&&`, `??` and
//! `? :` are read. Whatever would have to run becomes a [`Computed`], with what is known of it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use oxc_ast::ast::{
    Argument, ArrayExpression, ArrayExpressionElement, BinaryExpression, BinaryOperator,
    CallExpression, Expression, LogicalExpression, LogicalOperator, ObjectExpression,
    ObjectProperty, ObjectPropertyKind, PropertyKind, TemplateLiteral, UnaryOperator,
};
use oxc_span::{GetSpan, Span};

use super::module::{Binding, Files, Patch, Scope, entry};
use super::value::{Computed, Entry, Node, Place, Table, Value};

/// How deep values are read; nobody nests settings deeper.
const DEEPEST: usize = 200;

/// Reads the expressions of one module.
pub(super) struct Evaluator<'e, 'a, 'p> {
    files: &'e Files<'e>,
    file: &'e Arc<str>,
    text: &'e str,
    /// How far the text stands behind the file's own.
    shift: usize,
    scope: &'e Scope<'a, 'p>,
    /// Values of names; none while one is being read.
    known: RefCell<HashMap<String, Option<Node>>>,
    depth: RefCell<usize>,
}

impl<'e, 'a, 'p> Evaluator<'e, 'a, 'p> {
    pub(super) fn new(
        files: &'e Files<'e>,
        file: &'e Arc<str>,
        text: &'e str,
        shift: usize,
        scope: &'e Scope<'a, 'p>,
    ) -> Self {
        Self {
            files,
            file,
            text,
            shift,
            scope,
            known: RefCell::default(),
            depth: RefCell::default(),
        }
    }

    fn place(&self, span: Span) -> Place {
        self.at(span.start as usize..span.end as usize)
    }

    fn at(&self, range: Range<usize>) -> Place {
        Place {
            file: self.file.clone(),
            range: range.start.saturating_sub(self.shift)..range.end.saturating_sub(self.shift),
        }
    }

    fn node(&self, span: Span, value: Value) -> Node {
        Node {
            value,
            place: self.place(span),
        }
    }

    fn computed(&self, span: Span, why: impl Into<String>) -> Node {
        let computed = Computed {
            why: why.into(),
            otherwise: None,
            sketch: None,
        };
        self.node(span, Value::Computed(Box::new(computed)))
    }

    /// The source of an expression, shortened, for a message.
    fn shown(&self, span: Span) -> String {
        let text = &self.text[span.start as usize..span.end as usize];
        let line = text.lines().next().unwrap_or_default();
        let short: String = line.chars().take(40).collect();
        if short.len() == text.len() {
            short
        } else {
            format!("{}…", short.trim_end())
        }
    }

    /// Counts values against the limit.
    fn spend(&self, weight: usize) -> bool {
        let left = self.files.left.get();
        self.files.left.set(left.saturating_sub(weight));
        left > weight
    }

    /// The value of an expression.
    pub(super) fn expression(&self, expression: &Expression<'_>) -> Node {
        let span = expression.span();
        if *self.depth.borrow() >= DEEPEST {
            return self.computed(span, "it is nested too deeply");
        }
        if !self.spend(1) {
            return self.computed(span, "there are too many values");
        }
        *self.depth.borrow_mut() += 1;
        let node = self.inner(expression, span);
        *self.depth.borrow_mut() -= 1;
        node
    }

    fn inner(&self, expression: &Expression<'_>, span: Span) -> Node {
        match expression {
            Expression::StringLiteral(text) => self.node(span, Value::Text(text.value.to_string())),
            Expression::TemplateLiteral(template) => self.template(template),
            Expression::NumericLiteral(number) => self.node(span, Value::Number(number.value)),
            Expression::BooleanLiteral(flag) => self.node(span, Value::Bool(flag.value)),
            Expression::NullLiteral(_) => self.node(span, Value::Nothing),
            Expression::ArrayExpression(array) => self.array(array),
            Expression::ObjectExpression(object) => self.object(object),
            Expression::ParenthesizedExpression(inner) => self.expression(&inner.expression),
            Expression::Identifier(id) => self.name(id.name.as_str(), span),
            Expression::StaticMemberExpression(member) => {
                self.member(&member.object, member.property.name.as_str(), span)
            }
            Expression::ComputedMemberExpression(member) => {
                match self.expression(&member.expression).written() {
                    Some(key) => self.member(&member.object, &key, span),
                    None => self.computed(span, "the key is computed"),
                }
            }
            Expression::LogicalExpression(logical) => self.logical(logical),
            Expression::BinaryExpression(binary) => self.binary(binary),
            Expression::ConditionalExpression(choice) => {
                match self.expression(&choice.test).truth() {
                    Some(true) => self.expression(&choice.consequent),
                    Some(false) => self.expression(&choice.alternate),
                    None => self.computed(
                        span,
                        format!("`{}` decides it", self.shown(choice.test.span())),
                    ),
                }
            }
            Expression::UnaryExpression(unary) => {
                let inner = self.expression(&unary.argument);
                match (unary.operator, &inner.value, inner.truth()) {
                    (UnaryOperator::UnaryNegation, Value::Number(n), _) => {
                        self.node(span, Value::Number(-n))
                    }
                    (UnaryOperator::LogicalNot, _, Some(truth)) => {
                        self.node(span, Value::Bool(!truth))
                    }
                    _ => self.not_run(span),
                }
            }
            Expression::CallExpression(call) => self.call(call),
            Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_) => {
                self.computed(span, "a function is not run")
            }
            _ => self.not_run(span),
        }
    }

    fn not_run(&self, span: Span) -> Node {
        self.computed(span, format!("`{}` is not run", self.shown(span)))
    }

    fn name(&self, name: &str, span: Span) -> Node {
        if name == "undefined" {
            return self.node(span, Value::Nothing);
        }
        match self.known.borrow().get(name) {
            Some(Some(node)) => {
                if self.spend(node.weight()) {
                    return node.clone();
                }
                return self.computed(span, "there are too many values");
            }
            Some(None) => return self.computed(span, format!("`{name}` is made of itself")),
            None => {}
        }
        self.known.borrow_mut().insert(name.to_owned(), None);
        let mut node = match self.scope.names.get(name) {
            Some(Binding::Expression(expression)) => self.expression(expression),
            Some(Binding::Module(path)) => self.required(path, span),
            Some(Binding::Unknown(why)) => self.computed(span, format!("`{name}`: {why}")),
            None => self.computed(span, format!("`{name}` is not a name of this file")),
        };
        if let Some(patches) = self.scope.patches.get(name) {
            self.patch(&mut node, patches);
        }
        self.known
            .borrow_mut()
            .insert(name.to_owned(), Some(node.clone()));
        node
    }

    /// Sets what is set on a value after its making.
    pub(super) fn patch(&self, node: &mut Node, patches: &[Patch<'_, '_>]) {
        for patch in patches {
            let value = self.expression(patch.value);
            let place = self.at(patch.range.clone());
            set(node, &patch.keys, place, value);
        }
    }

    fn required(&self, name: &str, span: Span) -> Node {
        match self.files.required(self.file, name) {
            Ok(node) => node,
            Err(why) => self.computed(span, why),
        }
    }

    fn template(&self, template: &TemplateLiteral<'_>) -> Node {
        let span = template.span;
        let mut text = String::new();
        let mut why = None;
        for (at, quasi) in template.quasis.iter().enumerate() {
            text.push_str(
                quasi
                    .value
                    .cooked
                    .as_ref()
                    .unwrap_or(&quasi.value.raw)
                    .as_str(),
            );
            let Some(expression) = template.expressions.get(at) else {
                continue;
            };
            let node = self.expression(expression);
            match (node.written(), &node.value) {
                (Some(part), _) => text.push_str(&part),
                (None, Value::Computed(computed)) => {
                    text.push_str(computed.sketch.as_deref().unwrap_or("…"));
                    why.get_or_insert_with(|| computed.why.clone());
                }
                (None, _) => {
                    text.push('…');
                    why.get_or_insert_with(|| {
                        format!("`{}` is no text", self.shown(expression.span()))
                    });
                }
            }
        }
        self.text(span, text, why)
    }

    /// A text, or a sketch of one.
    fn text(&self, span: Span, text: String, why: Option<String>) -> Node {
        if !self.spend(text.len() / 16) {
            return self.computed(span, "there are too many values");
        }
        match why {
            None => self.node(span, Value::Text(text)),
            Some(why) => {
                let computed = Computed {
                    why,
                    otherwise: None,
                    sketch: Some(text),
                };
                self.node(span, Value::Computed(Box::new(computed)))
            }
        }
    }

    fn array(&self, array: &ArrayExpression<'_>) -> Node {
        let mut items = Vec::new();
        for element in &array.elements {
            match element {
                ArrayExpressionElement::Elision(hole) => {
                    items.push(self.node(hole.span, Value::Nothing));
                }
                ArrayExpressionElement::SpreadElement(spread) => {
                    match self.expression(&spread.argument) {
                        Node {
                            value: Value::List(inner),
                            ..
                        } => items.extend(inner),
                        other => items.push(self.spread_of(other, spread.span)),
                    }
                }
                other => items.extend(other.as_expression().map(|e| self.expression(e))),
            }
        }
        self.node(array.span, Value::List(items))
    }

    /// What stands for a spread of something that is no collection.
    fn spread_of(&self, node: Node, span: Span) -> Node {
        match node.value {
            Value::Computed(_) => Node {
                place: self.place(span),
                ..node
            },
            _ => self.computed(span, format!("{} is spread", node.kind())),
        }
    }

    fn object(&self, object: &ObjectExpression<'_>) -> Node {
        let mut table = Table::default();
        for property in &object.properties {
            match property {
                ObjectPropertyKind::ObjectProperty(property) => self.property(&mut table, property),
                ObjectPropertyKind::SpreadProperty(spread) => {
                    match self.expression(&spread.argument) {
                        Node {
                            value: Value::Table(inner),
                            ..
                        } => {
                            inner.entries.into_iter().for_each(|entry| table.set(entry));
                            table.unknown.extend(inner.unknown);
                        }
                        Node {
                            value: Value::Nothing | Value::Bool(false),
                            ..
                        } => {}
                        other => table.unknown.push(self.spread_of(other, spread.span)),
                    }
                }
            }
        }
        self.node(object.span, Value::Table(table))
    }

    fn property(&self, table: &mut Table, property: &ObjectProperty<'_>) {
        let key = property.key.static_name().map(String::from).or_else(|| {
            let expression = property.key.as_expression()?;
            self.expression(expression).written()
        });
        let Some(key) = key else {
            table
                .unknown
                .push(self.computed(property.span, "the key is computed"));
            return;
        };
        let node = if property.method || property.kind != PropertyKind::Init {
            self.computed(property.span, "a function is not run")
        } else {
            self.expression(&property.value)
        };
        let place = self.place(property.key.span());
        table.set(Entry { key, place, node });
    }

    fn member(&self, object: &Expression<'_>, key: &str, span: Span) -> Node {
        let object = self.expression(object);
        let found = match &object.value {
            Value::Table(table) => match table.get(key) {
                Some(entry) => Some(entry.node.clone()),
                None if table.unknown.is_empty() => Some(self.node(span, Value::Nothing)),
                None => None,
            },
            Value::List(items) => key
                .parse::<usize>()
                .ok()
                .and_then(|at| items.get(at).cloned()),
            _ => None,
        };
        found.unwrap_or_else(|| match self.shown(span) {
            name if name.starts_with("process.env") => {
                self.computed(span, format!("`{name}` is set where the site is built"))
            }
            name => self.computed(span, format!("`{name}` is not known")),
        })
    }

    fn logical(&self, logical: &LogicalExpression<'_>) -> Node {
        let left = self.expression(&logical.left);
        let nothing = match left.value {
            Value::Computed(_) => None,
            Value::Nothing => Some(true),
            _ => Some(false),
        };
        let right_counts = match logical.operator {
            LogicalOperator::Or => left.truth().map(|truth| !truth),
            LogicalOperator::And => left.truth(),
            LogicalOperator::Coalesce => nothing,
        };
        match right_counts {
            Some(true) => self.expression(&logical.right),
            Some(false) => left,
            None => {
                let Value::Computed(mut computed) = left.value else {
                    return left;
                };
                if logical.operator != LogicalOperator::And {
                    let right = self.expression(&logical.right);
                    let known = !matches!(right.value, Value::Computed(_));
                    computed.otherwise = known.then_some(right);
                }
                self.node(logical.span, Value::Computed(computed))
            }
        }
    }

    fn binary(&self, binary: &BinaryExpression<'_>) -> Node {
        let (left, right) = (
            self.expression(&binary.left),
            self.expression(&binary.right),
        );
        match binary.operator {
            BinaryOperator::Addition => self.sum(&left, &right, binary.span),
            BinaryOperator::StrictEquality | BinaryOperator::Equality => {
                match (left.written(), right.written()) {
                    (Some(a), Some(b)) => self.node(binary.span, Value::Bool(a == b)),
                    _ => self.not_run(binary.span),
                }
            }
            BinaryOperator::StrictInequality | BinaryOperator::Inequality => {
                match (left.written(), right.written()) {
                    (Some(a), Some(b)) => self.node(binary.span, Value::Bool(a != b)),
                    _ => self.not_run(binary.span),
                }
            }
            _ => self.not_run(binary.span),
        }
    }

    fn sum(&self, left: &Node, right: &Node, span: Span) -> Node {
        if let (Value::Number(a), Value::Number(b)) = (&left.value, &right.value) {
            return self.node(span, Value::Number(a + b));
        }
        let mut why = None;
        let mut part = |node: &Node| match (&node.value, node.written()) {
            (Value::Computed(computed), _) => {
                why.get_or_insert_with(|| computed.why.clone());
                computed.sketch.clone().unwrap_or_else(|| "…".into())
            }
            (_, Some(text)) => text,
            _ => {
                why.get_or_insert_with(|| format!("{} is added", node.kind()));
                "…".into()
            }
        };
        let text = part(left) + &part(right);
        self.text(span, text, why)
    }

    /// `require('./file')`, `list.concat(list)`, `list.join('')`, `Object.assign({}, a)`; no other call is understood.
    fn call(&self, call: &CallExpression<'_>) -> Node {
        let arguments: Option<Vec<&Expression<'_>>> =
            call.arguments.iter().map(Argument::as_expression).collect();
        let arguments = arguments.unwrap_or_default();
        let known = match &call.callee {
            Expression::Identifier(name) if name.name == "require" => match arguments[..] {
                [Expression::StringLiteral(path)] => {
                    Some(self.required(path.value.as_str(), call.span))
                }
                _ => None,
            },
            Expression::StaticMemberExpression(member) => {
                let object_is = |name: &str| matches!(&member.object, Expression::Identifier(id) if id.name == name);
                match (member.property.name.as_str(), &arguments[..]) {
                    ("assign", all) if object_is("Object") => self.merged(all, call.span),
                    ("freeze", [one]) if object_is("Object") => Some(self.expression(one)),
                    ("concat", all) => self.concatenated(&member.object, all, call.span),
                    ("join", [glue]) => self.join(&member.object, glue, call.span),
                    _ => None,
                }
            }
            _ => None,
        };
        known.unwrap_or_else(|| self.not_run(call.span))
    }

    fn merged(&self, tables: &[&Expression<'_>], span: Span) -> Option<Node> {
        let mut all = Table::default();
        for table in tables {
            let Value::Table(table) = self.expression(table).value else {
                return None;
            };
            table.entries.into_iter().for_each(|entry| all.set(entry));
            all.unknown.extend(table.unknown);
        }
        Some(self.node(span, Value::Table(all)))
    }

    fn concatenated(
        &self,
        first: &Expression<'_>,
        rest: &[&Expression<'_>],
        span: Span,
    ) -> Option<Node> {
        let Value::List(mut all) = self.expression(first).value else {
            return None;
        };
        for list in rest {
            let Value::List(items) = self.expression(list).value else {
                return None;
            };
            all.extend(items);
        }
        Some(self.node(span, Value::List(all)))
    }

    fn join(&self, list: &Expression<'_>, glue: &Expression<'_>, span: Span) -> Option<Node> {
        let Value::List(items) = self.expression(list).value else {
            return None;
        };
        let glue = self.expression(glue).written()?;
        let parts: Option<Vec<String>> = items.iter().map(Node::written).collect();
        Some(self.text(span, parts?.join(&glue), None))
    }
}

/// Sets a key below a value. A value that is no table stays as it is, and the key is lost with what else is not known.
fn set(node: &mut Node, keys: &[String], place: Place, value: Node) {
    let Value::Table(table) = &mut node.value else {
        return;
    };
    let [key, rest @ ..] = keys else {
        return;
    };
    if rest.is_empty() {
        table.set(entry(key, place, value));
        return;
    }
    match table.entries.iter_mut().rfind(|entry| entry.key == *key) {
        Some(inner) => set(&mut inner.node, rest, place, value),
        None => table.unknown.push(value),
    }
}
