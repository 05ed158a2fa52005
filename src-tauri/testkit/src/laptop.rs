//! A laptop: its engine while it runs, its disk, and the sessions on it.

use crate::disk::Disk;
use crate::ui::Ui;
use board::Role;
use engine::Engine;

/// A laptop's number in its world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaptopId(pub usize);

/// A laptop.
pub struct Laptop {
    pub(crate) id: LaptopId,
    /// `None` while it is down.
    pub(crate) engine: Option<Engine>,
    /// Counts up with every start: what was on its way to an earlier run is lost.
    pub(crate) run: u32,
    pub(crate) disk: Disk,
    pub(crate) sessions: Vec<Ui>,
    /// What the others let it do.
    pub(crate) granted: Role,
    /// What it believes it may do.
    pub(crate) believed: Role,
}

impl Laptop {
    pub(crate) fn new(id: LaptopId, granted: Role, believed: Role) -> Self {
        Self {
            id,
            engine: None,
            run: 0,
            disk: Disk::default(),
            sessions: Vec::new(),
            granted,
            believed,
        }
    }

    /// It may write, and is believed.
    pub(crate) fn is_member(&self) -> bool {
        self.granted >= Role::TakePart
    }

    /// It does what it was told that it may not.
    pub(crate) fn is_intruder(&self) -> bool {
        self.granted == Role::LookOn && self.believed > Role::LookOn
    }
}
