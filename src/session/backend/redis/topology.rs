//! Which server a key is at, as far as it is known, and the connections to the servers.

use std::collections::HashMap;
use std::sync::{Arc, Once, PoisonError, RwLock};
use std::thread::{self, ThreadId};

use futures_util::future::select_ok;
use redis::aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError};
use tokio::sync::Mutex;
use tracing::{debug, info};

use super::RedisSettings;
use super::sentinels::{agreed, ask_sentinel};
use super::slots::{Slots, slot_of};
use super::target::{Access, Target, TargetError};

/// A thread's connection to a server. It is made when first needed, and made again whenever it is lost. Between threads, an
/// answer would wait until two of them wake up.
pub(super) struct Connection {
    pub(super) address: String,
    thread: ThreadId,
    pub(super) manager: ConnectionManager,
}

/// The servers of one URL.
pub(super) struct Topology {
    pub(super) url: Arc<str>,
    pub(super) target: Target,
    pub(super) access: Access,
    state: RwLock<State>,
    asking: Mutex<()>,
    listening: Once,
}

#[derive(Default)]
struct State {
    routes: Routes,
    /// How often they were found out.
    version: u64,
    connections: HashMap<ThreadId, HashMap<String, Arc<Connection>>>,
}

impl State {
    /// Returns this thread's connection to a server.
    fn connection_to(&self, address: &str) -> Option<Arc<Connection>> {
        self.connections.get(&thread::current().id())?.get(address).cloned()
    }

    /// Returns this thread's connection to the server that has a key, and the version.
    fn connection(&self, key: &str) -> Option<(Arc<Connection>, u64)> {
        Some((self.connection_to(self.routes.address(key)?)?, self.version))
    }
}

#[derive(Clone, Default)]
enum Routes {
    #[default]
    Unknown,
    /// One server has all keys.
    All(String),
    Slots(Arc<Slots>),
}

impl Routes {
    /// The server that has a key.
    fn address(&self, key: &str) -> Option<&str> {
        match self {
            Self::Unknown => None,
            Self::All(address) => Some(address),
            Self::Slots(slots) => slots.address(slot_of(key)),
        }
    }

    /// Every server, once, sorted.
    fn addresses(&self) -> Vec<String> {
        match self {
            Self::Unknown => Vec::new(),
            Self::All(address) => vec![address.clone()],
            Self::Slots(slots) => slots.addresses(),
        }
    }
}

impl Topology {
    pub(super) fn new(url: Arc<str>) -> Result<Self, TargetError> {
        let (target, access) = Target::parse(&url)?;
        let state = RwLock::new(State::default());
        Ok(Self { url, target, access, state, asking: Mutex::default(), listening: Once::new() })
    }

    /// Returns the connection to the server that has a key, and how often the routes had been found out by then.
    pub(super) async fn connection(
        self: &Arc<Self>,
        key: &str,
        settings: &RedisSettings,
    ) -> Result<(Arc<Connection>, u64), RedisError> {
        self.listening.call_once(|| self.listen_for_failovers(settings));
        if let Some(known) = self.read(|state| state.connection(key)) {
            return Ok(known);
        }
        let (routes, version) = match self.routes() {
            (Routes::Unknown, version) => {
                self.find_out(version, settings).await?;
                self.routes()
            }
            known => known,
        };
        let address = routes.address(key).ok_or((ErrorKind::Client, "no server has the slot of this key"))?;
        Ok((self.connection_to(address, settings)?, version))
    }

    /// Returns this thread's connection to a server.
    pub(super) fn connection_to(&self, address: &str, settings: &RedisSettings) -> Result<Arc<Connection>, RedisError> {
        if let Some(connection) = self.read(|state| state.connection_to(address)) {
            return Ok(connection);
        }
        // A request waits for one attempt to connect, never for a back-off: the next request tries again.
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(settings.connect_timeout))
            .set_response_timeout(Some(settings.command_timeout));
        let client = self.access.server(address, settings)?;
        let manager = ConnectionManager::new_lazy_with_config(client, config)?;
        let thread = thread::current().id();
        let connection = Arc::new(Connection { address: address.to_owned(), thread, manager });
        self.write(|state| {
            let of_thread = state.connections.entry(thread).or_default();
            of_thread.insert(address.to_owned(), Arc::clone(&connection));
        });
        Ok(connection)
    }

    /// Gives up a connection, and those of the other threads to the same server. The server may have restarted behind them,
    /// or a firewall may have forgotten them: neither closes them.
    pub(super) fn give_up(&self, lost: &Arc<Connection>) {
        self.write(|state| {
            let of_thread = state.connections.get(&lost.thread);
            let current = of_thread.and_then(|connections| connections.get(&lost.address));
            if current.is_some_and(|connection| Arc::ptr_eq(connection, lost)) {
                for connections in state.connections.values_mut() {
                    connections.remove(&lost.address);
                }
                debug!(server = lost.address, "redis: gave up a connection; the next command connects again");
            }
        });
    }

    /// Finds out which servers take writes, unless somebody has since `seen`. Of one server there is nothing to find out.
    pub(super) async fn find_out(&self, seen: u64, settings: &RedisSettings) -> Result<(), RedisError> {
        let _asking = self.asking.lock().await;
        if self.read(|state| state.version) != seen {
            return Ok(());
        }
        let routes = self.ask(settings).await?;
        self.set(routes);
        Ok(())
    }

    /// Notes where a slot has moved to.
    pub(super) fn moved(&self, slot: u16, address: &str) {
        self.write(|state| {
            if let Routes::Slots(slots) = &state.routes {
                state.routes = Routes::Slots(Arc::new(slots.with(slot, address)));
            }
        });
    }

    /// Finds out which servers take writes now, and returns their addresses, sorted.
    pub(super) async fn masters(&self, settings: &RedisSettings) -> Result<Vec<String>, RedisError> {
        let routes = self.ask(settings).await?;
        let addresses = routes.addresses();
        self.set(routes);
        Ok(addresses)
    }

    /// Returns how many Sentinels know the master.
    pub(super) async fn answering_sentinels(&self, settings: &RedisSettings) -> usize {
        let Target::Sentinel { sentinels, master, credentials } = &self.target else { return 0 };
        let mut answering = 0;
        for sentinel in sentinels {
            let Ok(client) = self.access.sentinel(sentinel, credentials, settings) else { continue };
            answering += usize::from(matches!(ask_sentinel(&client, master, settings).await, Ok(Some(_))));
        }
        answering
    }

    /// Whether every slot of a Cluster is at a server.
    pub(super) fn has_every_slot(&self) -> bool {
        matches!(self.routes().0, Routes::Slots(slots) if slots.are_complete())
    }

    async fn ask(&self, settings: &RedisSettings) -> Result<Routes, RedisError> {
        match &self.target {
            Target::Single(address) => Ok(Routes::All(address.clone())),
            Target::Sentinel { sentinels, master, credentials } => {
                let clients: Vec<_> = sentinels
                    .iter()
                    .map(|sentinel| self.access.sentinel(sentinel, credentials, settings))
                    .collect::<Result<_, _>>()?;
                let answers = clients.iter().map(|client| ask_sentinel(client, master, settings));
                agreed(answers, settings.deadline() / 2).await.map(Routes::All)
            }
            Target::Cluster(seeds) => {
                let known = self.routes().0.addresses();
                // All at once: some may be mute. The first that knows the slots tells.
                let asked = known.iter().chain(seeds).map(|node| {
                    Box::pin(async move { ask_node(&self.access.server(node, settings)?, node, settings).await })
                });
                let (slots, _) = select_ok(asked).await?;
                Ok(Routes::Slots(Arc::new(slots)))
            }
        }
    }

    fn set(&self, routes: Routes) {
        self.write(|state| {
            let is_other = match (&state.routes, &routes) {
                (Routes::All(before), Routes::All(now)) => before != now,
                _ => false,
            };
            if is_other {
                info!("redis: another server is the master now");
            }
            (state.routes, state.version) = (routes, state.version + 1);
        });
    }

    /// How often the servers were found out.
    pub(super) fn version(&self) -> u64 {
        self.read(|state| state.version)
    }

    fn routes(&self) -> (Routes, u64) {
        self.read(|state| (state.routes.clone(), state.version))
    }

    fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, write: impl FnOnce(&mut State) -> T) -> T {
        write(&mut self.state.write().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(super) async fn connect(client: &Client, settings: &RedisSettings) -> Result<MultiplexedConnection, RedisError> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(settings.connect_timeout))
        .set_response_timeout(Some(settings.command_timeout));
    client.get_multiplexed_async_connection_with_config(&config).await
}

async fn ask_node(client: &Client, address: &str, settings: &RedisSettings) -> Result<Slots, RedisError> {
    let mut connection = connect(client, settings).await?;
    let slots = redis::cmd("CLUSTER").arg("SLOTS").query_async(&mut connection).await?;
    Slots::parse(&slots, address).ok_or((ErrorKind::Parse, "CLUSTER SLOTS gives no slots").into())
}
