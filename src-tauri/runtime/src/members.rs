//! What members of a board tell each other of one another: who there is and where, and who was
//! removed. What of it to believe is [`link::Directory`]'s business; here it is fetched, kept, acted
//! upon and handed on.

use crate::access::Access;
use crate::shared::{Shared, lock};
use crate::{clock, peers};
use board::Role;
use bytes::Bytes;
use link::{
    BoardId, CloseCode, Credential, DeviceId, Directory, Lane, News, Peer, PeerAddr, SendError,
    Standing, Teller,
};
use std::collections::BTreeMap;
use store::{LoadError, Setting, Store, Write};

/// Where what is known of a board's members is kept.
fn directory_key(board: &str) -> String {
    format!("directory:{board}")
}

/// Reads what was known of a board's members when Upshot ended.
pub(crate) fn recall(
    store: &Store,
    access: &Access,
    credential: &Credential,
) -> Result<(), LoadError> {
    let Some(text) = store.setting(&directory_key(credential.board().as_str()))? else {
        return Ok(());
    };
    let bytes = crate::from_base64(&text).unwrap_or_default();
    match Directory::from_bytes(credential, &bytes, now_ms()) {
        Ok(directory) => {
            access.change_directory(credential.board().as_str(), |held| *held = directory);
        }
        Err(error) => {
            tracing::warn!(board = %credential.board(), %error, "the members could not be read");
        }
    }
    Ok(())
}

/// A member has connected: it is told of the others, and the others where this laptop is now.
pub(crate) fn greet(shared: &Shared, peer: &Peer) {
    let board = peer.board();
    introduce(shared, board);
    proclaim(shared, board);
    let Some(own) = own(shared, board) else {
        return;
    };
    let frames = shared
        .access
        .directory(board.as_str(), |directory| directory.frames(own, now_ms()));
    for frame in frames.unwrap_or_default() {
        send(peer, frame);
    }
}

/// Tells the members where this laptop is, where that is news.
pub(crate) fn introduce(shared: &Shared, board: &BoardId) {
    let link = shared.link();
    let held = shared
        .access
        .directory(board.as_str(), |directory| {
            directory.member(&link.device()).cloned()
        })
        .flatten();
    let Some(card) = link.card(board, held.as_ref()) else {
        return;
    };
    let news = shared.access.change_directory(board.as_str(), |directory| {
        directory.introduce(card, now_ms())
    });
    spread(shared, board, news.unwrap_or_default(), None);
}

/// Tells the members what this laptop, a facilitator's, has withdrawn.
pub(crate) fn proclaim(shared: &Shared, board: &BoardId) {
    let said = shared.access.unsaid(board.as_str());
    let mut all = News::default();
    for (key, standing) in said {
        // Not while only a ticket makes this laptop a facilitator's: then it holds here.
        let Some(revocation) = shared.link().revocation(board, key, standing) else {
            continue;
        };
        let news = shared.access.change_directory(board.as_str(), |directory| {
            directory.revoke(revocation, now_ms())
        });
        let news = news.unwrap_or_default();
        all.revoked |= news.revoked;
        all.frames.extend(news.frames);
    }
    spread(shared, board, all, None);
}

/// A member says something of the members.
pub(crate) fn hear(shared: &Shared, peer: &Peer, frame: &[u8]) {
    let board = peer.board();
    let teller = Teller {
        device: peer.device(),
        role: peer.role(),
    };
    let heard = shared.access.change_directory(board.as_str(), |directory| {
        directory.hear(teller, frame, now_ms())
    });
    match heard {
        Some(Ok(news)) => spread(shared, board, news, Some(peer)),
        Some(Err(error)) => peer.close(CloseCode::BrokeProtocol, &error.to_string()),
        None => {}
    }
}

/// Keeps what is new, acts upon it, and hands it on to all but the one it came from.
fn spread(shared: &Shared, board: &BoardId, news: News, from: Option<&Peer>) {
    if news.is_empty() {
        return;
    }
    keep(shared, board.as_str());
    if news.revoked {
        shared.link().recheck(board);
    }
    let hands_on = own(shared, board).is_some_and(|own| own.role >= link::Role::TakePart);
    if from.is_none() || hands_on {
        for peer in shared.link().peers(board) {
            if from.is_none_or(|from| from.device() != peer.device()) {
                for frame in &news.frames {
                    send(&peer, frame.clone());
                }
            }
        }
    }
    if news.members
        && let Some(caller) = lock(&shared.callers).get(board.as_str())
    {
        caller.look();
    }
}

fn send(peer: &Peer, frame: Bytes) {
    match peer.send(Lane::Members, frame) {
        Ok(()) | Err(SendError::Closed) => {}
        Err(error) => {
            tracing::warn!(peer = peer.id().0, %error, "a peer does not hear of the members");
            peer.close(
                CloseCode::Busy,
                "this device was not read from for too long",
            );
        }
    }
}

fn keep(shared: &Shared, board: &str) {
    let Some(bytes) = shared.access.directory(board, Directory::to_bytes) else {
        return;
    };
    let setting = Setting {
        key: directory_key(board),
        value: crate::to_base64(&bytes),
    };
    shared
        .store
        .submit(vec![Write::PutSetting(setting)], |result| {
            if let Err(error) = result {
                tracing::warn!(%error, "what is known of the members was not stored");
            }
        });
}

fn own(shared: &Shared, board: &BoardId) -> Option<Teller> {
    let role: Role = shared.access.role(board.as_str())?;
    Some(Teller {
        device: shared.link().device(),
        role: crate::access::link_role(role),
    })
}

/// Whether a device was removed from a board.
pub(crate) fn is_out(shared: &Shared, board: &BoardId, device: &DeviceId) -> bool {
    use link::Gate;
    shared.access.standing(board, device) == Standing::Revoked
}

fn now_ms() -> u64 {
    clock::unix_ms().unsigned_abs()
}

/// Where the members of a board are reached, as far as this laptop knows: where they say, then
/// where they were last seen. These are not dialled together: at an address that is somebody
/// else's by now, a stranger may answer first. This laptop and those who were removed are left out.
pub(crate) fn addresses(shared: &Shared, board: &BoardId) -> BTreeMap<DeviceId, Vec<PeerAddr>> {
    let name = board.as_str();
    let told: Vec<PeerAddr> = shared
        .access
        .directory(name, |directory| {
            directory
                .members(now_ms())
                .map(|member| member.address().clone())
                .collect()
        })
        .unwrap_or_default();
    let seen = shared
        .store
        .membership(name)
        .ok()
        .flatten()
        .map(|membership| peers::known(&membership))
        .unwrap_or_default();
    let me = shared.link().device();
    let mut addresses: BTreeMap<DeviceId, Vec<PeerAddr>> = BTreeMap::new();
    for address in told.into_iter().chain(seen) {
        if address.id() != me && !is_out(shared, board, &address.id()) {
            let known = addresses.entry(address.id()).or_default();
            // Seen at one of the places it names.
            let named = known.iter().any(|known| {
                address
                    .addrs()
                    .all(|addr| known.addrs().any(|known| known == addr))
            });
            if !named {
                known.push(address);
            }
        }
    }
    addresses
}
