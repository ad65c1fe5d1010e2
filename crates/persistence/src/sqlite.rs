//! The store on SQLite.
//!
//! Reads of single rows run where the caller is, on a connection of the calling thread: that costs less than handing them to
//! another thread. Lists run on a bounded pool. All writes go through one thread, which commits what waits together.

mod bearers;
mod lane;
mod open;
#[path = "store/mod.rs"]
mod store;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use denizen_domain::authority::Standing;
use denizen_domain::id::UserId;
use denizen_domain::ports::{Changes, Commit, Standings, StoreError, TokenBearer, Tokens, Users};
use denizen_domain::secret::SecretDigest;
use denizen_domain::user::User;
use diesel::prelude::*;
use diesel::query_dsl::methods::LoadQuery;
use diesel::r2d2::{ConnectionManager, Pool};
use tokio::sync::Semaphore;

use self::lane::Source;
use self::store::grants::KnownGrants;
use self::store::{AtOnce, apply, unavailable};
use self::writer::Writer;
use crate::open::OpenError;

type Conn = SqliteConnection;
type Backend = diesel::sqlite::Sqlite;
use SqliteStore as Store;

/// How SQL turns a JSON object into rows of `key` and `value`: before the object, and after it.
const PAIRS: (&str, &str) = ("json_each(", ")");
/// What keeps the rows of a query from being changed by others: nothing, since nobody else writes.
const LOCK: &str = "";

/// How the store on SQLite works.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// Wait until a change is on the disk itself. Without it, a power failure may take the last changes; the file stays whole.
    pub synchronous_full: bool,
    /// Lists that are read at the same time; one for each processor.
    pub readers: usize,
    /// How long a list may take, waiting included.
    pub query_time_limit: Duration,
    /// Changes that may wait to be written; more are turned away.
    pub write_queue: usize,
    /// Index entries that a search reads to see whether an index helps.
    pub search_probe: usize,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            synchronous_full: true,
            readers: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            query_time_limit: Duration::from_secs(10),
            write_queue: 4096,
            search_probe: 20_000,
        }
    }
}

/// A directory in a SQLite file.
pub struct SqliteStore {
    source: Arc<Source>,
    options: SqliteOptions,
    readers: Pool<ConnectionManager<Conn>>,
    free_readers: Arc<Semaphore>,
    writer: Writer,
    known_grants: KnownGrants,
}

impl SqliteStore {
    /// Opens a file, which is made if there is none, and brings it to the present schema.
    ///
    /// # Errors
    /// When it is no database, belongs to a newer program, or cannot be read or written.
    pub fn open(file: &Path, options: SqliteOptions) -> Result<Self, OpenError> {
        let source = Source::of(file, &options)?;
        let mut conn = source.write()?;
        open::migrate(&mut conn)?;
        let size = options.readers.max(1);
        Ok(Self {
            readers: source.pool(size)?,
            free_readers: Arc::new(Semaphore::new(size)),
            writer: Writer::start(conn, options.write_queue.max(1))?,
            source: Arc::new(source),
            options,
            known_grants: KnownGrants::default(),
        })
    }

    /// Runs the migrations that are missing in a file and gives back their names.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn migrate(file: &Path) -> Result<Vec<String>, OpenError> {
        let source = Source::of(file, &SqliteOptions::default())?;
        open::migrate(&mut source.write()?)
    }

    fn options(&self) -> &SqliteOptions {
        &self.options
    }

    fn known_grants(&self) -> &KnownGrants {
        &self.known_grants
    }

    /// The row with a unique key.
    async fn row<'q, Q, R>(&self, query: impl Fn() -> Q + Send) -> Result<Option<R>, StoreError>
    where
        Q: RunQueryDsl<Conn> + LoadQuery<'q, Conn, R>,
    {
        lane::read(&self.source, |conn| query().get_result(conn).optional())
    }

    /// A few rows.
    async fn rows<'q, Q, R>(&self, query: impl Fn() -> Q + Send) -> Result<Vec<R>, StoreError>
    where
        Q: RunQueryDsl<Conn> + LoadQuery<'q, Conn, R>,
    {
        lane::read(&self.source, |conn| query().load(conn))
    }

    /// Whoever stands behind a token, and the user with an id, read in one transaction: SQLite takes its file lock, and gives
    /// it back, once. Such reads never wait, so nobody else comes between them on this thread.
    async fn bearer_and_user(
        &self,
        digest: &SecretDigest,
        id: &UserId,
    ) -> Result<(Option<TokenBearer>, Option<User>), StoreError> {
        lane::begin(&self.source)?;
        let read = async { Ok((self.token_bearer(digest).await?, self.user(id).await?)) }.await;
        // A lane that failed was closed with its transaction; the end of none is no error.
        lane::end(&self.source)?;
        read
    }

    /// The same, with what the user is to administrators.
    async fn bearer_user_and_standing(
        &self,
        digest: &SecretDigest,
        id: &UserId,
    ) -> Result<(Option<TokenBearer>, Option<(User, Standing)>), StoreError> {
        lane::begin(&self.source)?;
        let read = async {
            let bearer = self.token_bearer(digest).await?;
            let user = match self.user(id).await? {
                Some(user) => Some((user, self.standing_of(id).await?)),
                None => None,
            };
            Ok((bearer, user))
        }
        .await;
        lane::end(&self.source)?;
        read
    }

    /// Whoever stands behind a token; read only when it is not known.
    async fn bearer(
        &self,
        digest: &SecretDigest,
        read: impl Future<Output = Result<Option<TokenBearer>, StoreError>> + Send,
    ) -> Result<Option<TokenBearer>, StoreError> {
        if let Some(known) = lane::known_bearer(&self.source, digest)? {
            return Ok(Some(known));
        }
        let read = read.await?;
        if let Some(bearer) = &read {
            lane::remember_bearer(&self.source, digest, bearer)?;
        }
        Ok(read)
    }

    /// Reads a list, all of it in one state of the database, on a thread of its own and before a deadline.
    async fn snapshot<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Conn, Instant) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let limit = self.options.query_time_limit;
        let deadline = Instant::now() + limit;
        let free = Arc::clone(&self.free_readers).acquire_owned();
        let turn = tokio::time::timeout(limit, free).await;
        let turn = turn.map_err(|_| StoreError::Busy)?.map_err(stopped)?;
        let readers = self.readers.clone();
        let work = move || {
            let _turn = turn;
            step_back();
            let mut conn = readers.get().map_err(stopped)?;
            conn.transaction(|conn| read(conn, deadline).map_err(Refusal))
                .map_err(|Refusal(error)| error)
        };
        tokio::task::spawn_blocking(work).await.map_err(stopped)?
    }

    /// Writes, all or nothing.
    async fn write<T: Send + 'static>(
        &self,
        change: impl FnMut(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.write(change).await
    }
}

#[async_trait]
impl Commit for SqliteStore {
    async fn commit(&self, changes: Changes) -> Result<(), StoreError> {
        self.write(move |conn| apply(&changes, &mut AtOnce(conn))).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        lane::read(&self.source, |conn| {
            diesel::select(1.into_sql::<diesel::sql_types::Integer>()).get_result::<i32>(conn)
        })?;
        self.write(|_| Ok(())).await
    }
}

/// Whether the shape of the directory has a version. Nobody else writes before the transaction ends.
fn structure_is(conn: &mut Conn, version: i64) -> QueryResult<bool> {
    use crate::schema::organization;
    let present: Option<i64> = organization::table
        .select(organization::structure_version)
        .first(conn)
        .optional()?;
    Ok(present == Some(version))
}

/// Whether authority has a version. Nobody else writes before the transaction ends.
fn authority_is(conn: &mut Conn, version: i64) -> QueryResult<bool> {
    use crate::schema::authority;
    let present: Option<i64> = authority::table.select(authority::version).first(conn).optional()?;
    Ok(present == Some(version))
}

/// An error of the store that ends a transaction.
struct Refusal(StoreError);

impl From<diesel::result::Error> for Refusal {
    fn from(error: diesel::result::Error) -> Self {
        Self(unavailable(error))
    }
}

/// Lets threads that answer single rows go first: a list may read for seconds.
fn step_back() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, 5);
}

/// A part of the store that has ended.
fn stopped(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

/// Messages that are due, the longest waiting first.
fn due_messages(conn: &mut Conn, now: i64, limit: i64) -> QueryResult<Vec<store::MessageRow>> {
    use crate::schema::messages;
    messages::table
        .filter(messages::next_attempt.le(now))
        .order((messages::next_attempt, messages::id))
        .limit(limit)
        .select(store::MessageRow::as_select())
        .load(conn)
}
