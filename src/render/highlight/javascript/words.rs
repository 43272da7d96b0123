//! The words of JavaScript and TypeScript. In: a name; out: what it always or sometimes is. Looks at
//! no context.

/// Words that are keywords wherever they stand, the constants included.
pub(super) fn is_keyword(text: &str) -> bool {
    if !(2..=10).contains(&text.len()) {
        return false;
    }
    match text.as_bytes()[0] {
        b'a' => matches!(text, "await" | "arguments"),
        b'b' => text == "break",
        b'c' => matches!(text, "const" | "case" | "catch" | "class" | "continue"),
        b'd' => matches!(text, "default" | "delete" | "do" | "debugger"),
        b'e' => matches!(text, "else" | "export" | "extends"),
        b'f' => matches!(text, "function" | "for" | "false" | "finally"),
        b'i' => matches!(text, "if" | "in" | "import" | "instanceof"),
        b'l' => text == "let",
        b'n' => matches!(text, "new" | "null"),
        b'r' => text == "return",
        b's' => matches!(text, "super" | "switch"),
        b't' => matches!(text, "this" | "true" | "try" | "throw" | "typeof"),
        b'u' => text == "undefined",
        b'v' => matches!(text, "var" | "void"),
        b'w' => matches!(text, "while" | "with"),
        b'y' => text == "yield",
        b'I' => text == "Infinity",
        b'N' => text == "NaN",
        _ => false,
    }
}

/// Words that are keywords in some places only.
pub(super) fn is_contextual(text: &str, types: bool) -> bool {
    (2..=11).contains(&text.len())
        && (matches!(
            text,
            "async" | "of" | "get" | "set" | "as" | "from" | "static" | "using" | "constructor"
        ) || (types
            && matches!(
                text,
                "type"
                    | "interface"
                    | "enum"
                    | "namespace"
                    | "module"
                    | "declare"
                    | "abstract"
                    | "readonly"
                    | "private"
                    | "public"
                    | "protected"
                    | "override"
                    | "accessor"
                    | "satisfies"
                    | "keyof"
                    | "infer"
                    | "is"
                    | "asserts"
                    | "unique"
                    | "implements"
                    | "global"
            )))
}

/// Words after which an operand stands, not an operator.
pub(super) fn expects_value(text: &str) -> bool {
    matches!(
        text,
        "await"
            | "case"
            | "default"
            | "delete"
            | "do"
            | "else"
            | "export"
            | "extends"
            | "import"
            | "in"
            | "instanceof"
            | "new"
            | "of"
            | "return"
            | "throw"
            | "typeof"
            | "void"
            | "yield"
    )
}

/// Words whose parentheses are not a list of arguments.
pub(super) fn is_control(text: &str) -> bool {
    matches!(
        text,
        "if" | "for"
            | "while"
            | "switch"
            | "catch"
            | "with"
            | "function"
            | "super"
            | "import"
            | "this"
    )
}

/// Words that may stand before the name of a member.
pub(super) fn is_modifier(text: &str) -> bool {
    matches!(
        text,
        "static"
            | "get"
            | "set"
            | "async"
            | "readonly"
            | "private"
            | "public"
            | "protected"
            | "override"
            | "accessor"
            | "abstract"
            | "declare"
    )
}

/// Types that TypeScript itself names.
pub(super) fn is_builtin_type(text: &str) -> bool {
    matches!(
        text,
        "string"
            | "number"
            | "boolean"
            | "any"
            | "unknown"
            | "never"
            | "void"
            | "object"
            | "symbol"
            | "bigint"
    )
}

/// Objects that the browser or Node provides, shown like types.
pub(super) fn is_known_object(text: &str) -> bool {
    matches!(
        text,
        "console"
            | "window"
            | "document"
            | "process"
            | "module"
            | "exports"
            | "globalThis"
            | "navigator"
            | "localStorage"
            | "sessionStorage"
            | "JSON"
            | "URL"
            | "CSS"
    )
}

/// Whether a name is written like a type: `Foo`, and `T` where there are types.
pub(super) fn is_type_name(text: &str, types: bool) -> bool {
    let name = text.trim_start_matches(['_', '$']);
    let mut chars = name.chars();
    chars.next().is_some_and(char::is_uppercase)
        && (name.bytes().any(|byte| byte.is_ascii_lowercase())
            || (types && name.len() <= 2 && !name.is_empty()))
}
