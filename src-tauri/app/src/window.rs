//! The one window, and the runtime beside it.

use crate::commands::{self, PageSession};
use anyhow::Context;
use runtime::{Config, Reach, Runtime};
use std::path::PathBuf;
use tauri::{Manager, RunEvent, WebviewUrl, WebviewWindowBuilder};

/// Runs the app until its window is closed.
pub(crate) fn run(profile: Option<PathBuf>, loopback: bool) -> anyhow::Result<()> {
    let is_default = profile.is_none();
    let profile = match profile {
        Some(folder) => folder,
        None => runtime::default_profile()
            .context("this user has no data folder; name one with --profile")?,
    };
    runtime::log_to(&profile);
    let reach = if loopback {
        Reach::Loopback
    } else {
        Reach::LocalNetwork
    };

    let mut builder = tauri::Builder::default();
    if is_default {
        // Starting Upshot again brings up the window that is there. A named profile is another app.
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _, _| {
            if let Some(window) = app.get_webview_window("main") {
                let _ = window.unminimize();
                let _ = window.set_focus();
            }
        }));
    }
    let app = builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .manage(PageSession::default())
        .invoke_handler(tauri::generate_handler![
            commands::session,
            commands::send,
            commands::save_file,
            commands::open_external
        ])
        .setup(move |app| {
            let runtime =
                tauri::async_runtime::block_on(Runtime::start(Config { profile, reach }))?;
            app.manage(runtime.handle());
            app.manage(std::sync::Mutex::new(Some(runtime)));
            WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .title("Upshot")
                .inner_size(1440.0, 900.0)
                .min_inner_size(1024.0, 680.0)
                // Files dropped on the page are the page's: it reads and imports them.
                .disable_drag_drop_handler()
                .on_navigation(|url| {
                    matches!(url.scheme(), "tauri")
                        || url.host_str() == Some("tauri.localhost")
                        || cfg!(debug_assertions) && url.port() == Some(5173)
                })
                .build()?;
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            let runtime = app
                .state::<std::sync::Mutex<Option<Runtime>>>()
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .take();
            if let Some(runtime) = runtime {
                tauri::async_runtime::block_on(runtime.stop());
            }
        }
    });
    Ok(())
}
