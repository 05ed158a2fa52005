//! Bytes reach yrs through one door only (R1).

use std::path::{Path, PathBuf};

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn v1_updates_are_decoded_in_one_file_only() {
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    assert!(files.len() > 10);
    let this = Path::new("tests").join("one_way_in.rs");
    let door = Path::new("validate").join("mod.rs");
    // A plain Yjs client of the tests, which believes everybody.
    let client = Path::new("tests").join("stranger.rs");
    for word in [
        "Decode",
        "decode_v1",
        "decode_v2",
        "Update::decode",
        "apply_update",
        "merge_updates",
    ] {
        let allowed = [&this, &door, &client];
        for file in files
            .iter()
            .filter(|file| !allowed.iter().any(|path| file.ends_with(path)))
        {
            let text = std::fs::read_to_string(file).unwrap();
            assert!(!text.contains(word), "{} says {word}", file.display());
        }
    }
    let door = files.iter().find(|file| file.ends_with(&door)).unwrap();
    assert_eq!(
        std::fs::read_to_string(door)
            .unwrap()
            .matches("decode_v1(")
            .count(),
        1
    );
}
