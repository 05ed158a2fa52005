//! Starting and stopping.

use crate::access::{Access, Standings};
use crate::core::{Core, Errand, Session, Sink, Thread, Work, load_failure};
use crate::home::boards::Word;
use crate::marker::Marker;
use crate::protocol::ServerMessage;
use crate::shared::{Me, Shared};
use crate::{clock, folders, home, members, peers};
use board::BoardId;
use engine::{Input, LoadFailure, Stored};
use link::Credential;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::{Key, NewQuarantined, Store, Write};
use tokio::sync::{mpsc, oneshot};

/// The name of this laptop's identity among the store's keys.
const DEVICE_KEY: &str = "device";

/// How long peers are waited for when Upshot closes.
const GOODBYE: Duration = Duration::from_millis(800);

/// How far this laptop reaches for peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Other copies on this machine only.
    Loopback,
    /// The local network, and nothing beyond it.
    LocalNetwork,
}

/// What a runtime is started with.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder boards are kept in.
    pub profile: PathBuf,
    /// How far to reach for peers.
    pub reach: Reach,
}

/// Why Upshot could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The profile could not be opened.
    #[error(transparent)]
    Store(#[from] store::OpenError),
    /// The profile could not be read or written.
    #[error(
        "the folder {folder} could not be used: {source}. Check its rights and the disk's space"
    )]
    Folder {
        /// Which.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Something the profile must have could not be read.
    #[error(transparent)]
    Read(#[from] store::LoadError),
    /// Something could not be written.
    #[error(transparent)]
    Write(#[from] store::WriteError),
    /// No network socket could be had.
    #[error(transparent)]
    Link(#[from] link::BindError),
    /// The system gives no random numbers.
    #[error("this system gives no random numbers, so nothing can be kept secret on it")]
    NoRandomness,
    /// The engine's thread could not be started.
    #[error("no thread could be started: {0}")]
    Thread(std::io::Error),
}

/// A running Upshot without a face.
pub struct Runtime {
    shared: Arc<Shared>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

/// The way to a running Upshot. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    pub(crate) shared: Arc<Shared>,
}

/// Where this user's boards are kept, if the system says.
pub fn default_profile() -> Option<PathBuf> {
    dirs::data_dir().map(|folder| folder.join("upshot"))
}

impl Runtime {
    /// Opens the profile, binds the network, starts the engine, and calls the peers of the boards
    /// that are shared.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let folder = config.profile.clone();
        let store = tokio::task::spawn_blocking({
            let folder = folder.clone();
            move || Store::open(&folder)
        })
        .await
        .map_err(|error| StartError::Thread(std::io::Error::other(error)))??;
        let (marker, left) = Marker::open(&folder).map_err(|source| StartError::Folder {
            folder: folder.clone(),
            source,
        })?;
        for left in left {
            set_aside(&store, &left);
        }
        let device_key = device_key(&store)?;
        let access = Arc::new(Access::default());
        let memberships = read_memberships(&store, &access)?;
        let me = home::settings::read_me(&store)?;

        let link_config = link::Config {
            device_key,
            reach: match config.reach {
                Reach::Loopback => link::Reach::Loopback,
                Reach::LocalNetwork => link::Reach::LocalNetwork,
            },
            port: remembered_port(&store),
            clock: Arc::new(|| clock::unix_ms().unsigned_abs()),
            limits: link::Limits::default(),
        };
        let gate = Arc::clone(&access) as Arc<dyn link::Gate>;
        let (link, events) = link::Link::bind(link_config.clone(), gate).await?;
        remember_port(&store, &link);

        let (core, work) = Core::new();
        let (errands, errands_wanted) = mpsc::unbounded_channel();
        let seed = getrandom::u64().map_err(|_| StartError::NoRandomness)?;
        let thread = Thread::new(core.clone(), store.clone(), marker, seed, errands);
        std::thread::Builder::new()
            .name("engine".into())
            .spawn(move || thread.run(&work))
            .map_err(StartError::Thread)?;
        let shared = Arc::new(Shared::new(
            store,
            core,
            access,
            me.clone(),
            link,
            link_config,
        ));
        tell_me(&shared, &me);
        let tasks = vec![
            tokio::spawn(peers::listen(Arc::clone(&shared), events)),
            tokio::spawn(run_errands(Arc::clone(&shared), errands_wanted)),
            tokio::spawn(home::boards::announce(Arc::clone(&shared))),
        ];
        for board in memberships {
            peers::call(&shared, &board);
        }
        folders::follow_all(&shared);
        Ok(Self { shared, tasks })
    }

    /// The way to it.
    pub fn handle(&self) -> Handle {
        Handle {
            shared: Arc::clone(&self.shared),
        }
    }

    /// Ends it: peers are told, what was accepted is on disk, the profile is free.
    pub async fn stop(self) {
        let (done, stopped) = oneshot::channel();
        self.shared.core.send(Work::Stop(done));
        let _ = tokio::time::timeout(Duration::from_secs(5), stopped).await;
        // Peers that answer are told within a round trip; one that has died never answers.
        let _ = tokio::time::timeout(GOODBYE, self.shared.link().close()).await;
        for task in self.tasks {
            task.abort();
            let _ = task.await;
        }
        peers::hang_up(&self.shared).await;
        // An empty list is answered when everything before it is on disk.
        let store = self.shared.store.clone();
        let _ = tokio::task::spawn_blocking(move || store.commit(Vec::new())).await;
        folders::leave(&self.shared).await;
    }
}

impl Handle {
    /// Opens a session of this laptop's user. `sink` takes what is said to it, on the engine's
    /// thread: it must not wait, and answers whether it can take more.
    pub fn session(&self, sink: Box<dyn FnMut(&ServerMessage) -> bool + Send>) -> Session {
        let sink: Sink = sink;
        self.shared.core.session(sink)
    }
}

/// Tells the engine who uses this laptop.
pub(crate) fn tell_me(shared: &Shared, me: &Me) {
    shared.tell(Input::Me {
        name: me.name.clone(),
        tint: Some(me.tint),
    });
}

async fn run_errands(shared: Arc<Shared>, mut errands: mpsc::UnboundedReceiver<Errand>) {
    let (summaries, wanted) = mpsc::unbounded_channel();
    tokio::spawn(home::boards::keep_summaries(Arc::clone(&shared), wanted));
    while let Some(errand) = errands.recv().await {
        match errand {
            Errand::Home {
                session,
                id,
                request,
            } => {
                tokio::spawn(home::answer(Arc::clone(&shared), session, id, *request));
            }
            Errand::Load(board) => {
                let shared = Arc::clone(&shared);
                tokio::task::spawn_blocking(move || load(&shared, board));
            }
            // The other end ends with this one.
            Errand::Summary(board, summary) => {
                let _ = summaries.send(Word::Summary(board, summary));
            }
            Errand::Last(done) => {
                let _ = summaries.send(Word::Last(done));
            }
        }
    }
}

fn load(shared: &Arc<Shared>, board: BoardId) {
    let name = board.to_string();
    // Whatever was appended before must be in what is read.
    let loaded = shared
        .store
        .commit(Vec::new())
        .map_err(|error| LoadFailure::Storage(error.to_string()))
        .and_then(|_| {
            shared
                .store
                .load(&name)
                .map_err(|error| load_failure(&error))
        });
    let secrets = crate::secrets::read(&shared.store, board);
    let stored = loaded.map(|loaded| {
        for damaged in &loaded.damaged {
            tracing::warn!(board = %name, ?damaged, "a stored change cannot be read");
        }
        Stored {
            last_seq: loaded.last_seq,
            snapshot: loaded.snapshot.map(|snapshot| snapshot.bytes),
            updates: loaded
                .updates
                .into_iter()
                .map(|update| update.bytes)
                .collect(),
        }
    });
    let role = shared.access.role(&name).unwrap_or(board::Role::Facilitate);
    if stored.is_ok() {
        let opened = Write::BoardOpened {
            board: name,
            at_ms: clock::unix_ms(),
        };
        shared.store.submit(vec![opened], |_| ());
    }
    shared.tell(Input::Loaded {
        board,
        role,
        stored,
        secrets,
    });
}

fn set_aside(store: &Store, left: &crate::marker::Marked) {
    let reason = "Upshot ended while this peer's change was being merged; it is left out";
    let write = Write::Quarantine(NewQuarantined {
        board: left.board.clone(),
        peer: left.device.clone(),
        hash: left.hash.to_vec(),
        bytes: Vec::new(),
        reason: reason.into(),
        at_ms: clock::unix_ms(),
    });
    if let Err(error) = store.commit(vec![write]) {
        tracing::warn!(%error, "a change could not be set aside");
    }
}

fn device_key(store: &Store) -> Result<[u8; 32], StartError> {
    if let Some(key) = store.key(DEVICE_KEY)?
        && let Ok(secret) = key.secret.try_into()
    {
        return Ok(secret);
    }
    let secret = link::new_device_key();
    store.commit(vec![Write::PutKey(Key {
        name: DEVICE_KEY.into(),
        secret: secret.to_vec(),
    })])?;
    Ok(secret)
}

/// The boards this laptop is a member of, that have peers to call.
fn read_memberships(store: &Store, access: &Access) -> Result<Vec<String>, StartError> {
    let mut with_peers = Vec::new();
    for membership in store.memberships()?.rows {
        match Credential::from_bytes(&membership.secret) {
            Ok(credential) => {
                access.admit(credential.clone());
                members::recall(store, access, &credential)?;
            }
            Err(error) => {
                tracing::warn!(board = %membership.board, %error, "a membership cannot be read");
                continue;
            }
        }
        if let Some(text) = store.setting(&home::invite::standings_key(&membership.board))?
            && let Ok(standings) = serde_json::from_str::<Standings>(&text)
        {
            access.remember(&membership.board, standings);
        }
        if !peers::known(&membership).is_empty() {
            with_peers.push(membership.board);
        }
    }
    Ok(with_peers)
}

/// The port peers remember this laptop by.
const PORT: &str = "port";

fn remembered_port(store: &Store) -> u16 {
    store
        .setting(PORT)
        .ok()
        .flatten()
        .and_then(|port| port.parse().ok())
        .unwrap_or(0)
}

fn remember_port(store: &Store, link: &link::Link) {
    if let Some(address) = link.address().addrs().next() {
        let setting = store::Setting {
            key: PORT.into(),
            value: address.port().to_string(),
        };
        store.submit(vec![Write::PutSetting(setting)], |_| ());
    }
}

/// The profile's folder of the store.
pub(crate) fn folder(shared: &Shared) -> &Path {
    shared.store.path().parent().unwrap_or(Path::new("."))
}
