//! `docproof import docusaurus-v1`, on real folders: what it writes builds, and what is in the way stays.

#[path = "cli/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod cli;

use cli::Site;

const WARP: &str = "---\nid: warp\ntitle: Warp\n---\nTie it. See [the weft](weft.md) and ![a loom](/img/loom.svg).\n";
const WEFT: &str = "---\ntitle: Weft\n---\nOver, under.\n";
const CONFIG: &str = "\
const base = '/';
module.exports = {
  title: 'Loom', tagline: 'Threads in order', url: 'https://loom.example.com', baseUrl: base,
  headerLinks: [{ doc: 'warp', label: 'Docs' }, { page: 'versions', label: 'Versions' }, { blog: true, label: 'Blog' }],
  headerIcon: 'img/loom.svg', favicon: 'img/loom.svg', colors: { primaryColor: '#0b57c5' },
  copyright: `Copyright © ${new Date().getFullYear()} Loom`, cleanUrl: true,
};
";
const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"4\"></svg>";

/// One project with versions, below a folder.
fn project(site: &Site, folder: &str, config: &str) {
    let write = |path: &str, text: &str| site.write(&format!("{folder}{path}"), text);
    write("docs/warp.md", WARP);
    write("docs/weft.md", WEFT);
    write("website/siteConfig.js", config);
    write("website/static/img/loom.svg", SVG);
    write(
        "website/sidebars.json",
        "{ \"docs\": { \"Weaving\": [\"warp\", \"weft\"] } }",
    );
    write("website/versions.json", "[\"1.0\"]");
    write(
        "website/versioned_docs/version-1.0/warp.md",
        "---\nid: version-1.0-warp\ntitle: Warp\noriginal_id: warp\n---\nTied.\n",
    );
    write("website/node_modules/x/website/siteConfig.js", "broken(");
    write(
        "website/pages/en/index.js",
        "const React = require('react');\n",
    );
}

#[test]
fn what_is_written_builds() {
    let site = Site::new(&[]);
    project(&site, "", CONFIG);
    let before = site.tree();
    let shown = site.expect(&["import", "docusaurus-v1", "--check"], 0, &["1 project"]);
    assert!(shown.out.starts_with("# Made by"), "{shown:?}");
    assert_eq!(site.tree(), before);
    site.expect(&["import", "docusaurus-v1"], 0, &["wrote  ./docproof.yaml"]);
    assert_eq!(site.read("docproof.yaml"), shown.out);
    site.expect(&["build", "--no-cache"], 0, &["built"]);
    for page in [
        "docs/warp.html",
        "docs/warp/index.html",
        "docs/next/weft.html",
        "img/loom.svg",
        "versions.html",
    ] {
        assert!(site.path(&format!("build/{page}")).exists(), "{page}");
    }
    assert!(site.read("build/docs/warp.html").contains("Tied."));
}

#[test]
fn several_projects_keep_their_addresses() {
    let site = Site::new(&[]);
    for name in ["loom", "wheel"] {
        let config = CONFIG
            .replace(
                "const base = '/'",
                &format!("const base = '/crafts/{name}/'"),
            )
            .replace("'Loom'", &format!("'The {name}'"))
            .replace(
                "headerLinks: [",
                &format!("headerLinks: [{{ href: '/{name}', label: 'Our {name}' }}, "),
            );
        project(&site, &format!("{name}/"), &config);
        let own = SVG.replace("width=\"4\"", &format!("width=\"{}\"", name.len()));
        site.write(&format!("{name}/website/static/img/loom.svg"), own);
        let warp = WARP.replace("/img/", &format!("/{name}/img/"));
        site.write(&format!("{name}/docs/warp.md"), warp);
    }
    site.expect(&["import", "docusaurus-v1"], 0, &["2 projects"]);
    site.expect(&["build", "--no-cache"], 0, &["built"]);
    for name in ["loom", "wheel"] {
        let page = site.read(&format!("build/{name}/docs/next/warp.html"));
        let other = if name == "loom" { "wheel" } else { "loom" };
        assert!(page.contains(&format!("Our {name}")), "{page}");
        assert!(!page.contains(&format!("Our {other}")), "{page}");
        assert!(
            page.contains(&format!(
                "src=\"/crafts/{name}/img/loom.svg\" alt=\"a loom\" width=\"{}\"",
                name.len()
            )),
            "{page}"
        );
        assert!(site.path(&format!("build/{name}/img/loom.svg")).exists());
    }
}

#[test]
fn nothing_is_written_over_or_outside() {
    let site = Site::new(&[("docproof.yaml", "title: Mine\n")]);
    project(&site, "", CONFIG);
    site.expect(
        &["import", "docusaurus-v1"],
        2,
        &["is there already", "--force"],
    );
    assert_eq!(site.read("docproof.yaml"), "title: Mine\n");
    site.expect(
        &["import", "docusaurus-v1", "--output", "new.yaml"],
        0,
        &["wrote  new.yaml"],
    );
    site.expect(&["import", "docusaurus-v1", "--force"], 0, &[]);
    assert_eq!(site.read("docproof.yaml"), site.read("new.yaml"));
    site.expect(
        &["import", "docusaurus-v1", "..", "--check"],
        2,
        &["does not lie in"],
    );
    site.expect(
        &["import", "docusaurus-v1", "gone", "--check"],
        2,
        &["no such file or folder"],
    );
    site.expect(
        &["import", "docusaurus-v1", "docs", "--check"],
        2,
        &["there is no `siteConfig.js` under"],
    );
    site.write("docs/docusaurus.config.js", "");
    site.expect(
        &["import", "docusaurus-v1", "docs", "--check"],
        2,
        &["newer version"],
    );
}

#[test]
fn a_broken_project_can_be_left_out() {
    let site = Site::new(&[]);
    project(&site, "loom/", CONFIG);
    project(&site, "old/", "module.exports = {");
    let run = site.expect(
        &["import", "docusaurus-v1"],
        1,
        &["--> old/website/siteConfig.js:1:19", "nothing was written"],
    );
    assert!(!site.path("docproof.yaml").exists(), "{run:?}");
    site.expect(
        &["import", "docusaurus-v1", "--exclude", "old"],
        0,
        &["1 project"],
    );
    site.expect(&["build", "--no-cache"], 0, &["built"]);
}

#[test]
fn json_says_it_line_by_line() {
    let site = Site::new(&[]);
    project(&site, "", CONFIG);
    let run = site.expect(
        &["import", "docusaurus-v1", "--check", "--format", "json"],
        0,
        &[],
    );
    let lines: Vec<serde_json::Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert!(lines[0]["code"].is_string(), "{run:?}");
    let text = lines.last().expect("a line")["configuration"]
        .as_str()
        .expect("a text");
    assert!(text.contains("layout: docusaurus-v1"), "{text}");
}
