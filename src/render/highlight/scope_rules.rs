//! The rules that give scopes their classes. In: nothing; out: one table. A rule holds for its scope
//! and all longer ones; the longest rule wins. Rules follow Sublime Text's scope naming guidelines,
//! and below them come the names by which single grammars depart from it.

use super::class::Class;

/// What a rule says about a scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mark {
    /// Plain text, whatever the scopes below say.
    Plain,
    /// This class.
    Paint(Class),
    /// This class if the text starts with a letter: `and` is a keyword, `&&` is not.
    Word(Class),
    /// Strings inside are keys.
    Key,
}

use Class::{
    Attribute, Comment, Deleted, Function, Heading, Inserted, Keyword, Lifetime, Macro, Number,
    Property, String, Tag, Type,
};
use Mark::{Key, Paint, Plain, Word};

/// Scope and what it means.
pub(super) static RULES: &[(&str, Mark)] = &[
    // Where code of any kind starts again, as inside the placeholders of a template string.
    ("source", Plain),
    ("text", Plain),
    ("meta.interpolation", Plain),
    ("meta.template.expression", Plain),
    ("meta.embedded", Plain),
    ("meta.string-interpolation", Plain),
    ("punctuation.section.interpolation", Plain),
    ("punctuation.section.embedded", Plain),
    ("punctuation.definition.template-expression", Plain),
    ("punctuation.definition.variable", Plain),
    ("meta.group.expansion", Plain),
    ("punctuation.quasi.element", Plain),
    ("keyword.other.block", Plain),
    ("keyword.other.substitution", Plain),
    ("comment", Paint(Comment)),
    ("keyword.command.rem", Paint(Comment)),
    ("text.html.javadoc", Paint(Comment)),
    // Strings.
    ("string", Paint(String)),
    ("string.unquoted", Plain),
    ("string.unquoted.heredoc", Paint(String)),
    ("constant.character", Paint(String)),
    ("constant.other.placeholder", Paint(String)),
    ("constant.other.symbol", Paint(String)),
    ("constant.other.character-class", Paint(String)),
    ("source.regexp", Paint(String)),
    ("keyword.other.template", Paint(String)),
    ("storage.type.string", Paint(String)),
    ("meta.toc-list.id.html", Paint(String)),
    ("punctuation.definition.quote.ini", Paint(String)),
    // Constants.
    ("constant.numeric", Paint(Number)),
    ("constant.other.color", Paint(Number)),
    ("constant.other.rgb-value", Paint(Number)),
    ("keyword.other.unit", Paint(Number)),
    ("storage.type.numeric", Paint(Number)),
    ("constant.other.datetime", Paint(Number)),
    ("constant.language", Paint(Keyword)),
    ("constant.nil", Paint(Keyword)),
    ("constant.other", Plain),
    ("entity.name.constant", Plain),
    // Keywords.
    ("keyword", Word(Keyword)),
    ("storage", Word(Keyword)),
    ("variable.language", Word(Keyword)),
    ("keyword.control.import.include", Paint(Macro)),
    ("keyword.control.import.define", Paint(Macro)),
    ("keyword.control.import.c", Paint(Macro)),
    ("keyword.control.import.c++", Paint(Macro)),
    ("keyword.control.import.objc", Paint(Macro)),
    ("keyword.control.directive", Paint(Macro)),
    ("keyword.preprocessor", Paint(Macro)),
    ("entity.name.function.preprocessor", Paint(Macro)),
    ("entity.name.macro", Paint(Macro)),
    ("support.macro", Paint(Macro)),
    // Names.
    ("variable", Plain),
    ("variable.function", Paint(Function)),
    ("entity.name.function", Paint(Function)),
    ("support.function", Word(Function)),
    ("entity.name.type", Paint(Type)),
    ("entity.name.class", Paint(Type)),
    ("entity.name.struct", Paint(Type)),
    ("entity.name.enum", Paint(Type)),
    ("entity.name.union", Paint(Type)),
    ("entity.name.trait", Paint(Type)),
    ("entity.name.interface", Paint(Type)),
    ("entity.name.impl", Paint(Type)),
    ("entity.name.inherited-class", Paint(Type)),
    ("entity.other.inherited-class", Paint(Type)),
    ("support.class", Paint(Type)),
    ("support.type", Paint(Type)),
    ("storage.type.primitive", Paint(Type)),
    ("storage.type.buildin", Paint(Type)),
    ("storage.type.go", Paint(Type)),
    ("support.type.package", Plain),
    ("entity.type.function", Paint(Function)),
    ("entity.name.namespace", Plain),
    ("entity.name.enum.tag-digest", Plain),
    ("entity.name.function.target", Paint(Property)),
    ("entity.name.label", Paint(Lifetime)),
    // Attributes.
    ("entity.other.attribute-name", Paint(Attribute)),
    ("meta.annotation", Paint(Attribute)),
    ("variable.annotation", Paint(Attribute)),
    ("storage.type.annotation", Paint(Attribute)),
    ("storage.modifier.annotation", Paint(Attribute)),
    ("punctuation.definition.annotation", Paint(Attribute)),
    ("meta.decorator", Paint(Attribute)),
    ("storage.modifier.attribute", Paint(Attribute)),
    // Keys and properties.
    ("meta.mapping.key", Key),
    ("meta.structure.dictionary.key", Key),
    ("meta.mapping.value", Plain),
    ("entity.name.tag.yaml", Paint(Property)),
    ("support.type.property-name", Paint(Property)),
    ("meta.property-name", Paint(Property)),
    ("meta.tag.key.toml", Key),
    ("entity.name.tag.toml", Paint(Property)),
    ("entity.name.table", Paint(Heading)),
    ("keyword.name.ini", Paint(Property)),
    ("keyword.other.http-header", Paint(Property)),
    ("support.type.custom-property", Paint(Property)),
    // Markup.
    ("entity.name.tag", Paint(Tag)),
    ("entity.name.section", Paint(Heading)),
    ("entity.section", Paint(Heading)),
    ("markup.heading", Paint(Heading)),
    ("markup.inserted", Paint(Inserted)),
    ("markup.deleted", Paint(Deleted)),
    ("markup.raw", Paint(String)),
    ("markup.underline.link", Paint(String)),
    ("meta.diff.header", Paint(Heading)),
    ("meta.diff.range", Paint(Heading)),
    ("meta.toc-list", Paint(Heading)),
];
