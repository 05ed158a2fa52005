//! The house rules that a compiler does not check: who may depend on whom, which library stands in
//! whose manifest, and that every rule of SPEC.md has a test of its name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The table of ARCHITECTURE.md. `testkit` may use everything: nothing may use it.
const MAY_USE: &[(&str, &[&str])] = &[
    ("board", &[]),
    ("replica", &["board"]),
    ("engine", &["board", "replica"]),
    ("store", &[]),
    ("link", &[]),
    ("door", &[]),
    (
        "runtime",
        &["board", "replica", "engine", "store", "link", "door"],
    ),
    ("cli", &["runtime"]),
    ("upshot", &["runtime"]),
];

/// Libraries by the beginning of their names, and the one crate that names them.
const STANDS_IN: &[(&str, &str)] = &[
    ("yrs", "replica"),
    ("rusqlite", "store"),
    ("iroh", "link"),
    ("axum", "door"),
    ("tauri", "upshot"),
];

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("testkit stands two folders below the root")
        .to_owned()
}

/// Every package of the workspace and the names of what it depends on, for whatever purpose.
fn packages() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let names = |value: &Value| -> BTreeSet<String> {
        let list = value["dependencies"]
            .as_array()
            .expect("a list of dependencies");
        list.iter()
            .filter_map(|dependency| Some(dependency["name"].as_str()?.to_owned()))
            .collect()
    };
    let packages = metadata["packages"].as_array().expect("a list of packages");
    packages
        .iter()
        .map(|package| {
            (
                package["name"].as_str().expect("a name").to_owned(),
                names(package),
            )
        })
        .collect()
}

#[test]
fn crates_depend_only_on_what_the_architecture_says() {
    let packages = packages();
    for (name, dependencies) in packages.iter().filter(|(name, _)| *name != "testkit") {
        let (_, may) = MAY_USE
            .iter()
            .find(|(crate_name, _)| crate_name == name)
            .unwrap_or_else(|| panic!("{name} is not in the table of the architecture"));
        for dependency in dependencies
            .iter()
            .filter(|dependency| packages.contains_key(*dependency))
        {
            assert!(
                may.contains(&dependency.as_str()),
                "{name} depends on {dependency}, which the architecture does not say"
            );
        }
    }
}

#[test]
fn each_of_the_large_libraries_stands_in_one_manifest() {
    for (name, dependencies) in packages().iter().filter(|(name, _)| *name != "testkit") {
        for (library, home) in STANDS_IN.iter().filter(|(_, home)| home != name) {
            let named = dependencies.iter().find(|dependency| {
                *dependency == library || dependency.starts_with(&format!("{library}-"))
            });
            assert!(
                named.is_none(),
                "{name} names {named:?}; {library} belongs to {home}"
            );
        }
    }
}

/// Rules are written `[M3]` in SPEC.md; a test of a rule is named `m3_…`, in Rust or TypeScript.
#[test]
fn every_rule_of_the_spec_has_a_test_of_its_name() {
    let spec = root().join("SPEC.md");
    if !spec.exists() {
        return;
    }
    let spec = std::fs::read_to_string(spec).expect("SPEC.md is readable");
    let rules = rules(&spec);
    assert!(!rules.is_empty(), "SPEC.md has no rules");
    let mut tests = String::new();
    for folder in ["src-tauri", "tests", "ui/src"] {
        read_sources(&root().join(folder), &mut tests);
    }
    let untested: Vec<&String> = rules
        .iter()
        .filter(|rule| !is_tested(rule, &tests))
        .collect();
    assert!(
        untested.is_empty(),
        "rules of SPEC.md without a test of their name: {untested:?}"
    );
}

/// All `[X9]`, `[X10]`, `[X9a]` of a text.
fn rules(spec: &str) -> BTreeSet<String> {
    let candidates = spec
        .split('[')
        .skip(1)
        .filter_map(|rest| rest.split_once(']'))
        .map(|(id, _)| id);
    candidates
        .filter(|id| {
            let mut chars = id.chars();
            chars.next().is_some_and(|c| c.is_ascii_uppercase())
                && chars.next().is_some_and(|c| c.is_ascii_digit())
                && chars.all(|c| c.is_ascii_alphanumeric())
        })
        .map(str::to_ascii_lowercase)
        .collect()
}

/// Whether a test's name begins with the rule's id, or with several ids and it is one of them.
fn is_tested(rule: &str, tests: &str) -> bool {
    ["fn ", "test('", "it('", "test(\"", "it(\""]
        .iter()
        .any(|opening| {
            tests.split(opening).skip(1).any(|rest| {
                let ids = rest.split('_').take_while(|word| is_id(word));
                ids.into_iter().any(|id| id == rule)
            })
        })
}

/// `m3`, `p12`, `s1a`.
fn is_id(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && chars.next().is_some_and(|c| c.is_ascii_digit())
        && chars.all(|c| c.is_ascii_alphanumeric())
}

fn read_sources(folder: &Path, into: &mut String) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() && entry.file_name() != "node_modules" {
            read_sources(&path, into);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "rs" || extension == "ts")
        {
            into.push_str(&std::fs::read_to_string(&path).unwrap_or_default());
        }
    }
}

#[test]
fn rules_and_their_tests_are_recognised() {
    let found = rules("- **[M3]** a note stays. See [P12], [a link](https://x.y) and [S1a].");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["m3", "p12", "s1a"]);
    assert!(is_tested("m3", "    fn m3_note_survives_its_section() {"));
    assert!(is_tested("m4", "fn m3_m4_both() {"));
    assert!(!is_tested("m3", "fn m30_other() {"));
    assert!(!is_tested("m3", "fn other_m3_() {"));
    assert!(is_tested("x4", "test('x4_pans', () => {})"));
}
