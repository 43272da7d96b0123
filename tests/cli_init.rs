//! `docproof init`: new sites build as they are, also from a README full of odd links.

mod cli;

use cli::Site;

#[test]
fn a_new_site_builds_without_a_warning() {
    let site = Site::new(&[]);
    let run = site.expect(&["init"], 0, &["next:", "docproof build"]);
    assert_eq!(
        run.out,
        "wrote  docproof.yaml\nwrote  docs/introduction.md\nwrote  docs/writing.md\nwrote  sidebars.json\nwrote  .gitignore\n"
    );
    assert_eq!(site.read(".gitignore"), "/build/\n/.docproof/\n");
    site.builds();
    let page = std::fs::read_to_string(site.path("build/docs/writing.html")).expect("a page");
    for part in ["role=\"tab\"", "callout tip", "line highlight"] {
        assert!(page.contains(part), "no {part}");
    }
}

#[test]
fn a_folder_is_made_and_named() {
    let site = Site::new(&[]);
    site.expect(
        &["init", "my-new site"],
        0,
        &["docproof build --site 'my-new site'"],
    );
    assert!(
        site.read("my-new site/docproof.yaml")
            .contains("title: My new site\n")
    );
    let run = site.expect(&["init", "b", "--format", "json"], 0, &[]);
    let value: serde_json::Value = serde_json::from_str(run.out.trim()).expect("JSON");
    assert_eq!(value["written"][0], "docproof.yaml");
}

#[test]
fn nothing_is_written_over() {
    let site = Site::new(&[("sidebars.json", "{}"), ("docs/introduction.md", "mine")]);
    let before = site.tree();
    site.expect(
        &["init"],
        2,
        &["already there: `docs/introduction.md`, `sidebars.json`"],
    );
    assert_eq!(site.tree(), before);
    let site = Site::new(&[("templates/base.html", "x")]);
    site.expect(&["init"], 2, &["templates/base.html", "docproof init site"]);
    let site = Site::new(&[("file", "x")]);
    site.expect(&["init", "file"], 2, &["cannot create"]);
    site.expect(&["init", "file/below"], 2, &["cannot create"]);
    // A file where a folder should be: found out on the way, and taken back.
    let site = Site::new(&[("docs", "x")]);
    let before = site.tree();
    site.expect(&["init"], 2, &[]);
    assert_eq!(site.tree(), before);
}

#[test]
fn an_ignore_file_is_added_to() {
    let site = Site::new(&[
        (".gitignore", "target\r\nbuild/\r\nlast"),
        ("build/mine", "x"),
    ]);
    site.expect(&["init"], 0, &[]);
    assert_eq!(
        site.read(".gitignore"),
        "target\r\nbuild/\r\nlast\r\n/site/\r\n/.docproof/\r\n"
    );
    assert!(site.read("docproof.yaml").contains("\noutput: site\n"));
    site.builds();
}

#[test]
fn docs_that_are_there_stay_listed() {
    let site = Site::new(&[("docs/mine.md", "# Mine\n")]);
    site.expect(&["init"], 0, &[]);
    assert!(!site.path("sidebars.json").exists());
    site.builds();
}

#[test]
fn a_package_gives_title_tagline_and_first_page() {
    let site = Site::new(&[
        (
            "Cargo.toml",
            "[package]\nname = \"thing\"\ndescription = \"\"\"A thing:\n  with # signs\"\"\"\n",
        ),
        (
            "README.md",
            "# The thing\n\n[licence](LICENSE) ![logo](logo.svg)\n",
        ),
        ("LICENSE", "x"),
        ("logo.svg", "<svg viewBox=\"0 0 2 1\"></svg>"),
    ]);
    site.expect(&["init"], 0, &["docs/assets/logo.svg"]);
    let config = site.read("docproof.yaml");
    assert!(
        config.contains("title: thing\ntagline: \"A thing: with # signs\"\n"),
        "{config}"
    );
    assert_eq!(
        site.read("docs/introduction.md"),
        "---\nid: introduction\ntitle: thing\nhide_title: true\ndescription: \"A thing: with # signs\"\n---\n\n\
         # The thing\n\nlicence ![logo](assets/logo.svg)\n"
    );
    site.builds();
}

#[test]
fn a_workspace_gives_what_its_members_take() {
    let site = Site::new(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"a\"]\n[workspace.package]\ndescription = \"Shared\"\nreadme = \"TOP.md\"\nrepository = \"https://github.com/o/r\"\n",
        ),
        ("TOP.md", "Top [l](a/src/lib.rs)\n"),
        (".git/HEAD", ""),
        (
            "a/Cargo.toml",
            "[package]\nname = \"a\"\ndescription.workspace = true\nreadme = { workspace = true }\nrepository = { workspace = true }\n",
        ),
    ]);
    site.expect(&["init", "a"], 0, &[]);
    assert!(site.read("a/docproof.yaml").contains("tagline: Shared\n"));
    let page = site.read("a/docs/introduction.md");
    assert!(
        page.ends_with("Top [l](https://github.com/o/r/blob/HEAD/a/src/lib.rs)\n"),
        "{page}"
    );
    site.expect(&["build", "--site", "a"], 0, &[]);
}

#[test]
fn a_manifest_with_a_mistake_is_named() {
    let site = Site::new(&[("Cargo.toml", "[package\n")]);
    site.expect(&["init"], 2, &["Cargo.toml` is not valid TOML", "help:"]);
    assert_eq!(site.tree().len(), 1);
}

const ODD: &str = include_str!("cli/odd_readme.md");

#[test]
fn an_odd_readme_builds() {
    for repository in ["", "repository = \"https://gitlab.com/o/r.git\"\n"] {
        let manifest = format!("[package]\nname = \"odd\"\n{repository}");
        let site = Site::new(&[
            ("Cargo.toml", &manifest),
            ("README.md", ODD),
            ("LICENSE", "x"),
            ("src/lib.rs", ""),
            ("img/l.svg", "<svg viewBox=\"0 0 2 1\"></svg>"),
            ("docs/guide.md", "# Guide\n"),
        ]);
        let run = site.expect(&["init"], 0, &[]);
        assert!(!run.err.contains("note:"), "{run:?}");
        let page = site.read("docs/introduction.md");
        assert!(page.contains("# odd"), "{page}");
        assert_eq!(
            page.contains("gitlab.com/o/r/-/blob/HEAD/LICENSE"),
            !repository.is_empty(),
            "{page}"
        );
        assert!(page.contains("[guide](guide.md) and a dead part"), "{page}");
        site.expect(&["build"], 0, &["built"]);
    }
}

#[test]
fn a_readme_that_cannot_be_a_page_is_left_out() {
    let site = Site::new(&[("README.md", "# R\n\n:::nonsense\nx\n:::\n")]);
    site.expect(&["init"], 0, &["is not the first page"]);
    site.builds();
    let site = Site::new(&[]);
    site.write("README.md", b"# \xff\n");
    site.expect(&["init"], 0, &["is not the first page"]);
    site.builds();
}
