//! Messages of sessions as JSON text, as they go through the door.

use crate::protocol::{Answer, ClientMessage, ServerMessage};
use engine::protocol::{Fault, FaultCode};

/// A session's message, or the answer to one that makes no sense.
pub(crate) fn decode(text: &str) -> Result<ClientMessage, Box<ServerMessage>> {
    #[derive(serde::Deserialize)]
    struct Numbered {
        id: u32,
    }
    serde_json::from_str(text).map_err(|error| {
        tracing::debug!(%error, "a message that makes no sense");
        let id = serde_json::from_str::<Numbered>(text).map_or(0, |numbered| numbered.id);
        let message = "This request was not understood. Reload the page; if it stays, both sides \
            may be of different versions."
            .into();
        Box::new(ServerMessage::Answer {
            id,
            answer: Answer::Fault(Fault {
                code: FaultCode::Malformed,
                message,
            }),
        })
    })
}

/// A message for a session.
pub(crate) fn encode(message: &ServerMessage) -> Option<String> {
    serde_json::to_string(message)
        .inspect_err(|error| tracing::error!(%error, "a message could not be written"))
        .ok()
}
