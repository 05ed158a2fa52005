//! What this laptop holds of each board, and who is let in: the [`link::Gate`], from memory.

use board::Role;
use link::{Credential, DeviceId, Directory, InvitationId, Standing};
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
    /// What was said on this laptop.
    standings: Standings,
    /// What was said among the members, by the root that is trusted.
    directories: BTreeMap<DeviceId, Directory>,
}

impl Shared {
    fn new(credential: Credential) -> Self {
        let directories = BTreeMap::from([(credential.root(), Directory::new(&credential))]);
        Self {
            credential,
            standings: Standings::default(),
            directories,
        }
    }

    fn directory(&self) -> Option<&Directory> {
        self.directories.get(&self.credential.root())
    }
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
                let held = held.get_mut();
                // A ticket that comes to nothing leads back to the root before: its directory stays.
                held.directories
                    .entry(credential.root())
                    .or_insert_with(|| Directory::new(&credential));
                held.credential = credential;
            }
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(Shared::new(credential));
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

    /// Looks at what is known of a board's members.
    pub(crate) fn directory<T>(
        &self,
        board: &str,
        look: impl FnOnce(&Directory) -> T,
    ) -> Option<T> {
        self.read().get(board)?.directory().map(look)
    }

    /// Changes what is known of a board's members.
    pub(crate) fn change_directory<T>(
        &self,
        board: &str,
        change: impl FnOnce(&mut Directory) -> T,
    ) -> Option<T> {
        let mut boards = self.write();
        let shared = boards.get_mut(board)?;
        let root = shared.credential.root();
        shared.directories.get_mut(&root).map(change)
    }

    /// What was withdrawn on this laptop and is not known among the members.
    pub(crate) fn unsaid(&self, board: &str) -> Vec<(DeviceId, Standing)> {
        let boards = self.read();
        let Some(shared) = boards.get(board) else {
            return Vec::new();
        };
        let said = |key: &DeviceId| {
            shared
                .directory()
                .map_or(Standing::Good, |directory| directory.standing(key))
        };
        let local = &shared.standings;
        let revoked = local.revoked.iter().map(|key| (key, Standing::Revoked));
        let closed = local.closed.iter().map(|key| (key, Standing::Closed));
        revoked
            .chain(closed)
            .filter_map(|(text, standing)| Some((key_of(text)?, standing)))
            .filter(|(key, standing)| severity(said(key)) < severity(*standing))
            .collect()
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
        let text = key_text(key);
        let boards = self.read();
        let Some(shared) = boards.get(board.as_str()) else {
            return Standing::Good;
        };
        let here = if shared.standings.revoked.contains(&text) {
            Standing::Revoked
        } else if shared.standings.closed.contains(&text) {
            Standing::Closed
        } else {
            Standing::Good
        };
        let there = shared
            .directory()
            .map_or(Standing::Good, |directory| directory.standing(key));
        std::cmp::max_by_key(here, there, |standing| severity(*standing))
    }
}

fn severity(standing: Standing) -> u8 {
    match standing {
        Standing::Good => 0,
        Standing::Closed => 1,
        Standing::Revoked => 2,
    }
}

/// A device or invitation as text.
pub(crate) fn key_text(key: &InvitationId) -> String {
    data_encoding::HEXLOWER.encode(key.as_bytes())
}

/// Reads [`key_text`].
fn key_of(text: &str) -> Option<DeviceId> {
    let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
    DeviceId::from_bytes(&bytes.try_into().ok()?).ok()
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
