//! Which renderer WebKitGTK should use.
//!
//! Without a GPU its DMABUF renderer doubles every frame's time or worse, with one it is the
//! fast way (measured, see ARCHITECTURE.md). WebKit reads the choice from the environment when
//! it starts, so it is made before anything else, by starting this program once more.

/// Turns the DMABUF renderer off where there is no GPU, unless the user has chosen.
#[cfg(target_os = "linux")]
pub(crate) fn choose_renderer() {
    use std::os::unix::process::CommandExt;
    const CHOICE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::env::var_os(CHOICE).is_some() || has_gpu() {
        return;
    }
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    // On success this does not return; on failure the window is slower, not broken.
    let error = std::process::Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(CHOICE, "1")
        .exec();
    tracing::debug!(%error, "could not restart with the other renderer");
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn choose_renderer() {}

/// A render node is there exactly when a kernel driver for a GPU is; software GL has none.
#[cfg(target_os = "linux")]
fn has_gpu() -> bool {
    std::fs::read_dir("/dev/dri").is_ok_and(|nodes| {
        nodes
            .flatten()
            .any(|node| node.file_name().to_string_lossy().starts_with("renderD"))
    })
}
