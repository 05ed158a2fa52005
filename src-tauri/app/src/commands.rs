//! What the window's page can ask of the program.

use runtime::protocol::{ClientMessage, ServerMessage};
use runtime::{Handle, Session};
use std::sync::{Mutex, PoisonError};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt;
use tauri_plugin_opener::OpenerExt;

/// The page's session; a reloaded page replaces it.
#[derive(Default)]
pub(crate) struct PageSession(Mutex<Option<Session>>);

/// Opens the page's session: messages to the page go over `channel` from now on.
#[tauri::command]
pub(crate) fn session(
    channel: Channel<ServerMessage>,
    handle: State<'_, Handle>,
    page: State<'_, PageSession>,
) {
    let session = handle.session(Box::new(move |message| {
        channel.send(message.clone()).is_ok()
    }));
    *page.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
}

/// A message of the page.
#[tauri::command]
pub(crate) fn send(message: ClientMessage, page: State<'_, PageSession>) {
    if let Some(session) = &*page.0.lock().unwrap_or_else(PoisonError::into_inner) {
        session.send(message);
    }
}

/// Asks the user where to put a file, and writes it there. Answers whether it was saved.
#[tauri::command]
pub(crate) async fn save_file(
    app: AppHandle,
    name: String,
    base64: String,
) -> Result<bool, String> {
    let bytes = runtime::from_base64(&base64).ok_or("the file's bytes did not arrive whole")?;
    let (answer, chosen) = tokio::sync::oneshot::channel();
    app.dialog()
        .file()
        .set_file_name(&name)
        .save_file(move |path| {
            drop(answer.send(path));
        });
    let Ok(Some(path)) = chosen.await else {
        return Ok(false);
    };
    let path = path.into_path().map_err(|error| error.to_string())?;
    runtime::write_file(&path, &bytes).map_err(|error| {
        format!(
            "Could not write {}: {error}. Choose another place.",
            path.display()
        )
    })?;
    Ok(true)
}

/// Opens a link of a note in the system's browser, if it is a link for browsers or mail.
#[tauri::command]
pub(crate) fn open_external(app: AppHandle, url: String) -> Result<(), String> {
    let allowed = ["https://", "http://", "mailto:"];
    if !allowed
        .iter()
        .any(|scheme| url.to_ascii_lowercase().starts_with(scheme))
    {
        return Err("Only web and mail links are opened from here.".into());
    }
    app.opener()
        .open_url(url, None::<&str>)
        .map_err(|error| error.to_string())
}
