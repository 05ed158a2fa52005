//! The built UI. Embedded in release builds, read from `ui/dist` in debug builds.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use std::borrow::Cow;

#[derive(rust_embed::RustEmbed)]
#[folder = "../../ui/dist"]
struct Dist;

/// The same policy as the desktop window's: own files only, no inline script, sockets to this host.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn file(path: &str) -> Option<Cow<'static, [u8]>> {
    Dist::get(path).map(|file| file.data)
}

/// The file of a path; paths without a file type are pages of the UI, which routes itself.
pub(crate) fn respond(path: &str) -> Response<Body> {
    let path = path.trim_start_matches('/');
    let is_page = !path.contains('.');
    let name = if is_page { "index.html" } else { path };
    let Some(data) = file(name) else {
        let text = if is_page {
            "The page is not built. Run `make ui` in the source folder, then start again."
        } else {
            "Not here."
        };
        return response(
            StatusCode::NOT_FOUND,
            "text/plain; charset=utf-8",
            false,
            text,
        );
    };
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    // Vite names what is in assets/ by its content.
    let forever = path.starts_with("assets/");
    response(StatusCode::OK, mime.as_ref(), forever, data.into_owned())
}

pub(crate) fn refuse(status: StatusCode, text: &'static str) -> Response<Body> {
    response(status, "text/plain; charset=utf-8", false, text)
}

fn response(
    status: StatusCode,
    mime: &str,
    forever: bool,
    body: impl Into<Body>,
) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Ok(mime) = HeaderValue::from_str(mime) {
        headers.insert(header::CONTENT_TYPE, mime);
    }
    let cache = if forever {
        "public, max-age=31536000, immutable"
    } else {
        "no-store"
    };
    for (name, value) in [
        (header::CACHE_CONTROL, cache),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
