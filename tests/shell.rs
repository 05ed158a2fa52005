//! R14: what the window may do, read from its configuration as it is built.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("testkit stands two folders below the root")
        .to_owned()
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("the file is readable");
    serde_json::from_str(&text).expect("the file is JSON")
}

/// All configurations Tauri would merge: for all systems and for one of them.
fn configurations() -> Vec<(String, Value)> {
    let files = std::fs::read_dir(root()).expect("the root is readable");
    let mut found = Vec::new();
    for file in files.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if name.starts_with("tauri.") || name == "Tauri.toml" {
            assert!(
                name.starts_with("tauri.") && name.ends_with(".json"),
                "{name} is not read by this test"
            );
            found.push((name, read(&file.path())));
        }
    }
    found
}

/// Keys that loosen something have a name that says so; so do those of later versions.
fn dangerous(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                if key.to_ascii_lowercase().contains("dangerous") {
                    found.push(key.clone());
                }
                dangerous(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| dangerous(item, found)),
        _ => {}
    }
}

/// What is wrong with a content security policy; script and style that are not ours do not run.
fn holes(csp: &Value) -> Vec<String> {
    let Some(directives) = csp.as_object() else {
        return vec!["there is none, or it is not a list of directives".to_owned()];
    };
    let mut found = Vec::new();
    for (directive, must) in [
        ("default-src", "'none'"),
        ("script-src", "'self'"),
        ("base-uri", "'none'"),
        ("form-action", "'none'"),
    ] {
        if directives.get(directive).and_then(Value::as_str) != Some(must) {
            found.push(format!("{directive} is not {must}"));
        }
    }
    for (directive, sources) in directives {
        let Some(sources) = sources.as_str() else {
            found.push(format!("{directive} is not a text"));
            continue;
        };
        for source in sources.split_whitespace() {
            let ours = matches!(source, "'none'" | "'self'")
                || matches!(
                    (directive.as_str(), source),
                    ("style-src", "'unsafe-inline'")
                        | ("img-src", "data:" | "blob:")
                        | ("connect-src", "ipc:" | "http://ipc.localhost")
                );
            if !ours {
                found.push(format!("{directive} lets in {source}"));
            }
        }
    }
    found
}

#[test]
fn r14_the_window_runs_nothing_but_its_own_script() {
    let configurations = configurations();
    let main = configurations
        .iter()
        .find(|(name, _)| name == "tauri.conf.json");
    let security = &main.expect("tauri.conf.json is there").1["app"]["security"];
    assert_eq!(holes(&security["csp"]), [""; 0]);
    assert_eq!(security["freezePrototype"], Value::Bool(true));
    for (name, configuration) in &configurations {
        let mut found = Vec::new();
        dangerous(configuration, &mut found);
        assert!(found.is_empty(), "{name} has {found:?}");
        let security = &configuration["app"]["security"];
        // One for development would hold in a build made for it.
        assert!(security.get("devCsp").is_none(), "{name}");
        assert!(security.get("assetProtocol").is_none(), "{name}");
        let tauri = &configuration["app"]["withGlobalTauri"];
        assert!(tauri.is_null() || *tauri == Value::Bool(false), "{name}");
        if name != "tauri.conf.json" {
            assert!(security.is_null(), "{name} says something of its own");
        }
    }
}

#[test]
fn r14_the_window_may_call_its_own_four_commands_and_nothing_else() {
    let folder = root().join("src-tauri/app/capabilities");
    let mut names = Vec::new();
    for file in std::fs::read_dir(folder).expect("the folder is readable") {
        let path = file.expect("a file").path();
        let capability = read(&path);
        names.push(capability["identifier"].clone());
        assert!(capability.get("remote").is_none(), "{path:?}");
        assert!(capability.get("webviews").is_none(), "{path:?}");
        assert_eq!(capability["windows"], serde_json::json!(["main"]));
        let may = [
            "allow-session",
            "allow-send",
            "allow-save-file",
            "allow-open-external",
        ];
        assert_eq!(capability["permissions"], serde_json::json!(may));
    }
    let main = read(&root().join("tauri.conf.json"));
    let named = &main["app"]["security"]["capabilities"];
    assert_eq!(*named, Value::Array(names), "all of them, and no other");
}

#[test]
fn r14_what_is_looked_for_is_found() {
    let mut found = Vec::new();
    let nested = serde_json::json!({"app": {"security": [{"dangerousRemoteDomainIpcAccess": []}]}});
    dangerous(&nested, &mut found);
    assert_eq!(found, ["dangerousRemoteDomainIpcAccess"]);
    let loose = serde_json::json!({
        "default-src": "'none'", "script-src": "'self' 'unsafe-eval'", "base-uri": "'none'",
        "form-action": "'none'", "img-src": "https:",
    });
    let told = holes(&loose).join("; ");
    assert!(told.contains("unsafe-eval") && told.contains("https:"));
    assert!(!holes(&Value::Null).is_empty());
}
