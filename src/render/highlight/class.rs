//! The closed list of classes that a highlighted token can carry, and their CSS names.
//! In: nothing; out: plain data. Knows neither languages nor colours: the theme's CSS gives those.

/// What a piece of code is, as far as its colour goes.
///
/// The number of a variant is written to the highlight cache: new ones go to the end, and removing
/// or reordering any calls for a new `cache_bytes::REVISION`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Class {
    /// Comments, doc comments included, and a console's prompt.
    Comment,
    /// Keywords, and constants that the language itself names (`true`, `null`).
    Keyword,
    /// Strings, characters, regular expressions.
    String,
    /// Numbers with their suffix or unit, and colour literals.
    Number,
    /// Functions and methods, where they are defined and where they are called.
    Function,
    /// Types, classes, traits, primitive types.
    Type,
    /// Macros and preprocessor directives.
    Macro,
    /// Attributes, annotations, decorators, and the attribute names of markup.
    Attribute,
    /// Lifetimes and loop labels.
    Lifetime,
    /// Keys and properties: JSON, YAML, TOML, CSS.
    Property,
    /// Element names of markup.
    Tag,
    /// An added line of a diff.
    Inserted,
    /// A removed line of a diff.
    Deleted,
    /// Headings of markup, sections of configuration files, headers of a diff.
    Heading,
}

/// All classes, each at the index of its own number.
pub(super) const ALL: [Class; 14] = [
    Class::Comment,
    Class::Keyword,
    Class::String,
    Class::Number,
    Class::Function,
    Class::Type,
    Class::Macro,
    Class::Attribute,
    Class::Lifetime,
    Class::Property,
    Class::Tag,
    Class::Inserted,
    Class::Deleted,
    Class::Heading,
];

impl Class {
    /// The CSS class, one letter.
    pub fn css(self) -> &'static str {
        match self {
            Class::Comment => "c",
            Class::Keyword => "k",
            Class::String => "s",
            Class::Number => "n",
            Class::Function => "f",
            Class::Type => "t",
            Class::Macro => "m",
            Class::Attribute => "a",
            Class::Lifetime => "l",
            Class::Property => "p",
            Class::Tag => "g",
            Class::Inserted => "i",
            Class::Deleted => "d",
            Class::Heading => "h",
        }
    }
}
