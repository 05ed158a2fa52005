//! The built UI is embedded in release builds, so its folder must be there to compile.

fn main() {
    let dist = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/dist");
    // An empty folder compiles; the door then says that the UI is not built.
    if let Err(error) = std::fs::create_dir_all(dist) {
        println!("cargo::warning=could not make {dist}: {error}");
    }
    println!("cargo::rerun-if-changed={dist}");
}
