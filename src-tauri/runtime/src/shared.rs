//! What the parts of the runtime share.

use crate::access::Access;
use crate::core::{Core, Work};
use crate::folders::Folders;
use crate::peers::Caller;
use crate::protocol::{HomeEvent, NearbyOffer, Theme};
use board::Tint;
use engine::Input;
use link::{Browsing, Link, Offer, OpenCode};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::Store;

/// Who uses this laptop, and how they like it.
#[derive(Debug, Clone)]
pub(crate) struct Me {
    pub(crate) name: String,
    pub(crate) tint: Tint,
    pub(crate) theme: Theme,
    pub(crate) projector: bool,
    /// Better questions are offered while somebody writes.
    pub(crate) hints: bool,
    /// Kinds of hints that are not to come again.
    pub(crate) no_hints: std::collections::BTreeSet<String>,
}

/// A way in by a spoken code, open now.
pub(crate) struct OpenOffer {
    pub(crate) open: OpenCode,
    pub(crate) invitation: link::InvitationId,
}

/// Boards offered on this network.
#[derive(Default)]
pub(crate) struct Nearby {
    pub(crate) browsing: Option<Browsing>,
    pub(crate) offers: BTreeMap<String, Offer>,
}

pub(crate) struct Shared {
    pub(crate) store: Store,
    link: Mutex<Link>,
    link_config: link::Config,
    pub(crate) core: Core,
    pub(crate) access: Arc<Access>,
    pub(crate) me: Mutex<Me>,
    pub(crate) nearby: Mutex<Nearby>,
    pub(crate) offers: Mutex<BTreeMap<String, OpenOffer>>,
    /// Connections a board has now.
    pub(crate) connected: Mutex<BTreeMap<String, u32>>,
    /// Boards whose members are being called.
    pub(crate) callers: Mutex<BTreeMap<String, Arc<Caller>>>,
    /// The tasks that call; `None` once Upshot is closing.
    pub(crate) calling: Mutex<Option<tokio::task::JoinSet<()>>>,
    pub(crate) boards_changed: tokio::sync::Notify,
    /// Boards that are kept in step through folders.
    pub(crate) folders: Folders,
}

/// A lock that a panic elsewhere does not take away: what it guards is replaced whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn new(
        store: Store,
        core: Core,
        access: Arc<Access>,
        me: Me,
        link: Link,
        mut link_config: link::Config,
    ) -> Self {
        // On the next network too: others remember this laptop by it.
        if let Some(address) = link.address().addrs().next() {
            link_config.port = address.port();
        }
        Self {
            store,
            link: Mutex::new(link),
            link_config,
            core,
            access,
            me: Mutex::new(me),
            nearby: Mutex::default(),
            offers: Mutex::default(),
            connected: Mutex::default(),
            callers: Mutex::default(),
            calling: Mutex::new(Some(tokio::task::JoinSet::new())),
            boards_changed: tokio::sync::Notify::new(),
            folders: Folders::default(),
        }
    }

    /// This laptop's end of the network, as bound now.
    pub(crate) fn link(&self) -> Link {
        lock(&self.link).clone()
    }

    /// Binds the network anew: the laptop has moved to another.
    pub(crate) async fn bind_again(
        &self,
    ) -> Result<tokio::sync::mpsc::Receiver<link::Event>, link::BindError> {
        let gate = Arc::clone(&self.access) as Arc<dyn link::Gate>;
        let (link, events) = Link::bind(self.link_config.clone(), gate).await?;
        *lock(&self.link) = link;
        Ok(events)
    }

    /// Tells the engine something.
    pub(crate) fn tell(&self, input: Input) {
        self.core.send(Work::Input(input));
    }

    /// Tells all sessions something of this laptop.
    pub(crate) fn broadcast(&self, event: HomeEvent) {
        self.core.send(Work::Broadcast(Box::new(event)));
    }

    /// The boards offered nearby, for the sessions.
    pub(crate) fn nearby_offers(&self) -> Vec<NearbyOffer> {
        lock(&self.nearby)
            .offers
            .iter()
            .map(|(id, offer)| NearbyOffer {
                id: id.clone(),
                title: offer
                    .title
                    .as_ref()
                    .map(|title| title.as_str().to_owned())
                    .unwrap_or_default(),
            })
            .collect()
    }
}
