//! The table of languages: names that a code fence may use, the label to show, the grammar to use.
//! In: a name; out: a small `Language`. Loads no grammar and never guesses from the code itself.

use super::javascript::Dialect;

/// A language that code can be highlighted as. Cheap to copy and compare.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Language {
    /// Text that is not highlighted.
    Plain,
    /// Rust, which has a highlighter of its own.
    Rust,
    /// JavaScript or a language around it, which have a highlighter of their own.
    Script(Script),
    /// JSON, which has a highlighter of its own.
    Json,
    /// A terminal session: prompt lines are shell, the others output.
    Console,
    /// Any other language, by its place in this file's table.
    Grammar(GrammarIndex),
}

/// A language that is JavaScript with something added.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Script {
    /// JavaScript itself.
    JavaScript,
    /// JavaScript with elements.
    Jsx,
    /// JavaScript with types.
    TypeScript,
    /// JavaScript with types and elements.
    Tsx,
}

/// The place of a language in the table of grammars.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct GrammarIndex(u8);

/// A row of the table.
pub(super) struct Row {
    /// What a reader sees.
    pub(super) label: &'static str,
    /// The name of the grammar in the syntax set.
    pub(super) grammar: &'static str,
    /// Lower case names, separated by spaces.
    pub(super) names: &'static str,
}

impl Language {
    /// Finds a language by the name that a code fence uses, whatever its case. The empty name is
    /// plain text; `None` means that nobody knows the name.
    pub fn from_name(name: &str) -> Option<Language> {
        let name = name.trim().to_ascii_lowercase();
        match name.as_str() {
            "" | "text" | "plain" | "txt" | "plaintext" | "plain-text" | "none" | "output"
            | "ascii" | "nohighlight" | "no-highlight" => Some(Language::Plain),
            "rust" | "rs" | "rust-script" => Some(Language::Rust),
            "console" | "shell-session" | "shellsession" | "sh-session" | "bash-session"
            | "terminal" => Some(Language::Console),
            "javascript" | "js" | "mjs" | "cjs" | "node" | "es6" | "ecmascript" => {
                Some(Language::Script(Script::JavaScript))
            }
            "jsx" | "babel" | "javascriptreact" | "flow" => Some(Language::Script(Script::Jsx)),
            "typescript" | "ts" | "mts" | "cts" | "deno" => {
                Some(Language::Script(Script::TypeScript))
            }
            "tsx" | "typescriptreact" => Some(Language::Script(Script::Tsx)),
            "json" | "jsonc" | "json5" | "jsonl" | "ndjson" | "ipynb" | "webmanifest"
            | "geojson" => Some(Language::Json),
            _ => grammar_index(&name).map(Language::Grammar),
        }
    }

    /// The name that a reader sees, such as `TypeScript`; empty for plain text.
    pub fn label(self) -> &'static str {
        match self {
            Language::Plain => "",
            Language::Rust => "Rust",
            Language::Script(script) => script.label(),
            Language::Json => "JSON",
            Language::Console => "Console",
            Language::Grammar(index) => index.row().label,
        }
    }

    /// A name that stays the same between releases of this program, for cache keys.
    pub(super) fn key(self) -> &'static str {
        match self {
            Language::Grammar(index) => index.row().grammar,
            Language::Plain => "\u{1}plain",
            Language::Rust => "\u{1}rust",
            Language::Script(script) => script.label(),
            Language::Json => "\u{1}json",
            Language::Console => "\u{1}console",
        }
    }
}

impl Script {
    fn label(self) -> &'static str {
        match self {
            Script::JavaScript => "JavaScript",
            Script::Jsx => "JSX",
            Script::TypeScript => "TypeScript",
            Script::Tsx => "TSX",
        }
    }

    pub(super) fn dialect(self) -> Dialect {
        Dialect {
            types: matches!(self, Script::TypeScript | Script::Tsx),
            elements: self != Script::TypeScript,
        }
    }
}

impl GrammarIndex {
    pub(super) fn row(self) -> &'static Row {
        &TABLE[usize::from(self.0)]
    }

    pub(super) fn number(self) -> usize {
        usize::from(self.0)
    }
}

/// The table row that a lower case name stands for.
fn grammar_index(name: &str) -> Option<GrammarIndex> {
    let found = TABLE
        .iter()
        .position(|row| row.names.split(' ').any(|known| known == name))?;
    u8::try_from(found).ok().map(GrammarIndex)
}

/// The shell that console sessions are highlighted with.
pub(super) fn shell() -> GrammarIndex {
    grammar_index("sh").expect("invariant: the table holds a shell")
}

const fn row(label: &'static str, grammar: &'static str, names: &'static str) -> Row {
    Row {
        label,
        grammar,
        names,
    }
}

/// All languages with a grammar. A test compares this with what the syntax set has.
pub(super) static TABLE: &[Row] = &[
    row("ActionScript", "ActionScript", "actionscript as as3"),
    row("Ada", "Ada", "ada adb ads gpr"),
    row("Apache", "Apache Conf", "apache apacheconf htaccess"),
    row("AppleScript", "AppleScript", "applescript osascript"),
    row(
        "AsciiDoc",
        "AsciiDoc (Asciidoctor)",
        "asciidoc adoc asciidoctor",
    ),
    row("ASP", "ASP", "asp asa"),
    row(
        "Assembly",
        "x86_64 Assembly",
        "asm nasm yasm x86asm assembly x86",
    ),
    row("Assembly (ARM)", "ARM Assembly", "armasm arm"),
    row("AWK", "AWK", "awk gawk"),
    row("Batch", "Batch File", "batch bat cmd dosbatch"),
    row("BibTeX", "BibTeX", "bibtex bib"),
    row("C", "C", "c h"),
    row("C#", "C#", "csharp cs c# csx dotnet"),
    row("C++", "C++", "cpp c++ cc cxx hpp hh hxx inl ipp"),
    row("Cabal", "Cabal", "cabal"),
    row("CFML", "CFML", "cfml cfm cfc coldfusion"),
    row("Clojure", "Clojure", "clojure clj cljc cljs edn"),
    row("CMake", "CMake", "cmake"),
    row("CoffeeScript", "CoffeeScript", "coffeescript coffee cson"),
    row("Crontab", "Crontab", "crontab cron"),
    row("Crystal", "Crystal", "crystal cr"),
    row("CSS", "CSS", "css"),
    row("CSV", "Separated Values", "csv"),
    row("D", "D", "d di dlang"),
    row("Dart", "Dart", "dart"),
    row("Diff", "Diff", "diff patch udiff"),
    row(
        "Dockerfile",
        "Dockerfile",
        "dockerfile docker containerfile",
    ),
    row("Env", "DotENV", "env dotenv .env"),
    row("Elixir", "Elixir", "elixir ex exs iex"),
    row("Elm", "Elm", "elm"),
    row("Email", "Email", "email eml"),
    row("Erlang", "Erlang", "erlang erl hrl escript"),
    row("F#", "F#", "fsharp fs f# fsi fsx"),
    row("Fish", "Fish", "fish"),
    row("Fortran", "Fortran (Modern)", "fortran f90 f95 f03 f08"),
    row("Fortran 77", "Fortran (Fixed Form)", "f77 fixed-fortran f"),
    row("fstab", "fstab", "fstab crypttab"),
    row("GDScript", "GDScript (Godot Engine)", "gdscript gd godot"),
    row(
        "Git attributes",
        "Git Attributes",
        "gitattributes .gitattributes",
    ),
    row("Git commit", "Git Commit", "gitcommit git-commit"),
    row(
        "Git config",
        "Git Config",
        "gitconfig .gitconfig .gitmodules gitmodules",
    ),
    row("Git ignore", "Git Ignore", "gitignore .gitignore ignore"),
    row(
        "Git rebase",
        "Git Rebase Todo",
        "gitrebase git-rebase git-rebase-todo",
    ),
    row("GLSL", "GLSL", "glsl vert frag comp"),
    row("Gnuplot", "gnuplot", "gnuplot"),
    row("Go", "Go", "go golang"),
    row("go.mod", "Gomod", "gomod go.mod go.work go-mod"),
    row("go.sum", "Gosum", "gosum go.sum"),
    row("GraphQL", "GraphQL", "graphql graphqls gql"),
    row("Graphviz", "Graphviz (DOT)", "dot graphviz gv"),
    row("Groff", "Groff/troff", "groff troff man nroff roff"),
    row("Groovy", "Groovy", "groovy gradle gvy jenkinsfile"),
    row("Haskell", "Haskell", "haskell hs"),
    row(
        "Haskell (literate)",
        "Literate Haskell",
        "lhs literate-haskell",
    ),
    row("hosts", "Hosts File", "hosts"),
    row("HTML", "HTML", "html htm xhtml shtml"),
    row("HTML (ASP)", "HTML (ASP)", "html-asp aspx"),
    row("HTML (EEx)", "HTML (EEx)", "eex heex leex html.eex"),
    row("HTML (ERB)", "HTML (Rails)", "erb rhtml html.erb rails"),
    row(
        "HTML (Jinja)",
        "HTML (Jinja2)",
        "html.j2 html-jinja django htmldjango tera nunjucks",
    ),
    row("HTML (Tcl)", "HTML (Tcl)", "adp html-tcl"),
    row("HTML (Twig)", "HTML (Twig)", "twig html.twig"),
    row("HTTP", "HTTP Request and Response", "http https"),
    row("Idris", "Idris", "idris idr idris2"),
    row(
        "INI",
        "INI",
        "ini inf reg cfg desktop editorconfig .editorconfig conf.ini systemd",
    ),
    row("Java", "Java", "java bsh"),
    row(
        "Java properties",
        "Java Properties",
        "properties java-properties",
    ),
    row("Jinja", "Jinja2", "jinja jinja2 j2"),
    row("jq", "JQ", "jq"),
    row("Jsonnet", "jsonnet", "jsonnet libsonnet"),
    row("JSP", "Java Server Page (JSP)", "jsp"),
    row("Julia", "Julia", "julia jl"),
    row("Kotlin", "Kotlin", "kotlin kt kts"),
    row("LaTeX", "LaTeX", "latex ltx"),
    row("Lean", "Lean 4", "lean lean4"),
    row("Less", "Less", "less"),
    row(
        "Lisp",
        "Lisp",
        "lisp cl common-lisp commonlisp elisp emacs-lisp el scheme scm ss",
    ),
    row("LiveScript", "LiveScript", "livescript ls"),
    row("LLVM IR", "LLVM", "llvm ll"),
    row("Log", "log", "log"),
    row("Lua", "Lua", "lua luau"),
    row("Makefile", "Makefile", "makefile make mk mak gnumakefile"),
    row("Manpage", "Manpage", "manpage"),
    row("Markdown", "Markdown", "markdown md mdown markdn mdx"),
    row("MATLAB", "MATLAB", "matlab octave"),
    row("MediaWiki", "MediaWiki", "mediawiki wiki wikitext"),
    row("nginx", "nginx", "nginx nginxconf nginx.conf"),
    row("Nim", "Nim", "nim nims nimble nimrod"),
    row("Ninja", "Ninja", "ninja"),
    row("Nix", "Nix", "nix"),
    row("NSIS", "NSIS", "nsis nsi nsh"),
    row(
        "Objective-C",
        "Objective-C",
        "objective-c objectivec objc obj-c m",
    ),
    row(
        "Objective-C++",
        "Objective-C++",
        "objective-c++ objc++ objective-cpp mm",
    ),
    row("OCaml", "OCaml", "ocaml ml mli"),
    row("Odin", "Odin", "odin"),
    row("Org", "orgmode", "org orgmode org-mode"),
    row("Pascal", "Pascal", "pascal pas delphi dpr"),
    row("Perl", "Perl", "perl pl pm pod"),
    row("PHP", "PHP", "php php3 php4 php5 php7 php8 phtml"),
    row(
        "PowerShell",
        "PowerShell",
        "powershell ps1 psm1 psd1 pwsh ps posh",
    ),
    row(
        "Protocol Buffers",
        "Protocol Buffer",
        "protobuf proto proto3 protodevel",
    ),
    row(
        "Protocol Buffers (text)",
        "Protocol Buffer (TEXT)",
        "textproto prototxt pbtxt",
    ),
    row("Puppet", "Puppet", "puppet pp"),
    row("PureScript", "PureScript", "purescript purs"),
    row(
        "Python",
        "Python",
        "python py py3 python3 pyi pyw gyp starlark bazel bzl",
    ),
    row("QML", "QML", "qml"),
    row("R", "R", "r rlang splus"),
    row("R console", "R Console", "rconsole r-console"),
    row("Racket", "Racket", "racket rkt"),
    row(
        "Regular expression",
        "Regular Expression",
        "regex regexp re",
    ),
    row("Rego", "Rego", "rego opa"),
    row(
        "requirements.txt",
        "Requirements.txt",
        "requirements requirements.txt pip pip-requirements",
    ),
    row(
        "reStructuredText",
        "reStructuredText",
        "restructuredtext rst rest",
    ),
    row("Robot Framework", "Robot Framework", "robot robotframework"),
    row(
        "Ruby",
        "Ruby",
        "ruby rb rake gemfile gemspec podfile vagrantfile irb",
    ),
    row("Ruby Haml", "Ruby Haml", "haml"),
    row("Ruby Slim", "Ruby Slim", "slim"),
    row("Salt", "Salt State (SLS)", "sls salt"),
    row("Sass", "Sass", "sass"),
    row("Scala", "Scala", "scala sbt sc"),
    row("SCSS", "SCSS", "scss"),
    row(
        "Shell",
        "Bourne Again Shell (bash)",
        "shell bash sh zsh ash ksh shellscript shell-script bashrc",
    ),
    row("SML", "SML", "sml standard-ml"),
    row("Solidity", "Solidity", "solidity sol"),
    row(
        "SQL",
        "SQL",
        "sql mysql pgsql postgres postgresql sqlite plsql plpgsql tsql ddl dml mariadb",
    ),
    row(
        "SSH config",
        "SSH Config",
        "sshconfig ssh-config ssh_config",
    ),
    row(
        "sshd config",
        "SSHD Config",
        "sshdconfig sshd-config sshd_config",
    ),
    row("strace", "Strace", "strace"),
    row("Stylus", "Stylus", "stylus styl"),
    row("Svelte", "Svelte", "svelte"),
    row("Swift", "Swift", "swift"),
    row("Syslog", "syslog", "syslog"),
    row("SystemVerilog", "SystemVerilog", "systemverilog sv svh"),
    row("Tcl", "Tcl", "tcl"),
    row("Terraform", "Terraform", "terraform tf hcl tfvars opentofu"),
    row("TeX", "TeX", "tex sty cls"),
    row("Textile", "Textile", "textile"),
    row("TOML", "TOML", "toml tml"),
    row("TSV", "Tab Separated Values", "tsv"),
    row("Typst", "Typst", "typst typ"),
    row("Varlink", "varlink", "varlink"),
    row("Verilog", "Verilog", "verilog v vh"),
    row("VHDL", "VHDL", "vhdl vhd"),
    row("Vim script", "VimL", "vim viml vimscript vimrc"),
    row("Vue", "Vue Component", "vue vue-html"),
    row("Vyper", "Vyper", "vyper vy"),
    row("WGSL", "WGSL", "wgsl"),
    row(
        "XML",
        "XML",
        "xml xsd xsl xslt svg rss atom plist xaml opml wsdl pom csproj",
    ),
    row("YAML", "YAML", "yaml yml eyaml"),
    row("Zig", "Zig", "zig zon"),
];
