//! Generates the Tauri context.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=src-tauri/app/capabilities");
    // An empty folder compiles; the window then says that the UI is not built.
    std::fs::create_dir_all("ui/dist")?;
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/app/capabilities/**/*")
        .app_manifest(tauri_build::AppManifest::new().commands(&[
            "session",
            "send",
            "save_file",
            "open_external",
        ]));
    tauri_build::try_build(attributes)?;
    Ok(())
}
