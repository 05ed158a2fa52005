//! What this laptop holds of each board, and who is let in: the [`link::Gate`], from memory.

use board::Role;
use link::{Credential, DeviceId, InvitationId, Standing};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock};

/// What is remembered of a board's invitations and devices, as kept in the store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Standings {
    /// Invitations given out from this laptop.
    #[serde(default)]
    pub(crate) given: BTreeSet<String>,
    /// Invitations that let nobody in any more.
    #[serde(default)]
    pub(crate) closed: BTreeSet<String>,
    /// Devices and invitations that are out.
    #[serde(default)]
    pub(crate) revoked: BTreeSet<String>,
}

#[derive(Debug)]
struct Shared {
    credential: Credential,
    standings: Standings,
}

/// The boards this laptop is a member of.
#[derive(Debug, Default)]
pub(crate) struct Access(RwLock<BTreeMap<String, Shared>>);

impl Access {
    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, Shared>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, BTreeMap<String, Shared>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a credential in, in place of one held for its board.
    pub(crate) fn admit(&self, credential: Credential) {
        let board = credential.board().as_str().to_owned();
        match self.write().entry(board) {
            std::collections::btree_map::Entry::Occupied(mut held) => {
                held.get_mut().credential = credential;
            }
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(Shared {
                    credential,
                    standings: Standings::default(),
                });
            }
        }
    }

    /// What the store remembers of a board.
    pub(crate) fn remember(&self, board: &str, standings: Standings) {
        if let Some(shared) = self.write().get_mut(board) {
            shared.standings = standings;
        }
    }

    /// Changes what is remembered of a board; answers what to store.
    pub(crate) fn change(
        &self,
        board: &str,
        change: impl FnOnce(&mut Standings),
    ) -> Option<Standings> {
        let mut boards = self.write();
        let shared = boards.get_mut(board)?;
        change(&mut shared.standings);
        Some(shared.standings.clone())
    }

    /// Forgets a board.
    pub(crate) fn forget(&self, board: &str) {
        self.write().remove(board);
    }

    /// What this laptop may do on a board.
    pub(crate) fn role(&self, board: &str) -> Option<Role> {
        self.read()
            .get(board)
            .map(|shared| role_of(shared.credential.role()))
    }

    /// The credential held for a board.
    pub(crate) fn held(&self, board: &str) -> Option<Credential> {
        self.read()
            .get(board)
            .map(|shared| shared.credential.clone())
    }
}

impl link::Gate for Access {
    fn credential(&self, board: &link::BoardId) -> Option<Credential> {
        self.held(board.as_str())
    }

    fn standing(&self, board: &link::BoardId, key: &DeviceId) -> Standing {
        let key = key_text(key);
        match self.read().get(board.as_str()) {
            Some(shared) if shared.standings.revoked.contains(&key) => Standing::Revoked,
            Some(shared) if shared.standings.closed.contains(&key) => Standing::Closed,
            _ => Standing::Good,
        }
    }
}

/// A device or invitation as text.
pub(crate) fn key_text(key: &InvitationId) -> String {
    data_encoding::HEXLOWER.encode(key.as_bytes())
}

/// The board's words for a role of the link.
pub(crate) fn role_of(role: link::Role) -> Role {
    match role {
        link::Role::LookOn => Role::LookOn,
        link::Role::TakePart => Role::TakePart,
        link::Role::Facilitate => Role::Facilitate,
    }
}

/// The link's words for a role of the board.
pub(crate) fn link_role(role: Role) -> link::Role {
    match role {
        Role::LookOn => link::Role::LookOn,
        Role::TakePart => link::Role::TakePart,
        Role::Facilitate => link::Role::Facilitate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use link::Gate;

    #[test]
    fn r13_the_gate_answers_what_was_said_last() {
        let device = link::device_id(&link::new_device_key());
        let other = link::device_id(&link::new_device_key());
        let board: link::BoardId = "b1".parse().unwrap();
        let access = Access::default();
        assert!(access.credential(&board).is_none());
        access.admit(Credential::for_new_board(board.clone(), device));
        assert_eq!(access.role("b1"), Some(Role::Facilitate));
        assert_eq!(access.standing(&board, &other), Standing::Good);
        access.change("b1", |standings| {
            standings.revoked.insert(key_text(&other));
        });
        assert_eq!(access.standing(&board, &other), Standing::Revoked);
        access.forget("b1");
        assert_eq!(access.standing(&board, &other), Standing::Good);
        assert!(access.credential(&board).is_none());
    }
}
