//! The store on PostgreSQL. Several servers may share one database: nothing that matters lives in this process.
//!
//! Reads of single rows go over one pipelined connection of the calling thread. Lists and writes take a connection of the
//! thread's pool; the statements of a change are sent together, without waiting for each other's answers.

mod call;
mod connect;
mod lane;
mod line;
mod link;
#[path = "store/mod.rs"]
mod store;

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use denizen_domain::ports::{Changes, Commit, StoreError, TokenBearer};
use denizen_domain::secret::SecretDigest;
use diesel::connection::SimpleConnection;
use diesel::prelude::{ExpressionMethods, IntoSql, QueryDsl, SelectableHelper};
use diesel::result::QueryResult;
use diesel_async::RunQueryDsl;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::methods::LoadQuery;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use self::connect::Connector;
use self::lane::Lane;
use self::link::Link;
use self::store::grants::KnownGrants;
use self::store::{AtOnce, apply, refused, unavailable};
use crate::open::OpenError;
use crate::schema::{authority, organization};

type Conn = AsyncConnectionWrapper<Link>;
type Backend = diesel::pg::Pg;
use PostgresStore as Store;

/// How SQL turns a JSON object into rows of `key` and `value`: before the object, and after it.
const PAIRS: (&str, &str) = ("json_each_text(CAST(", " AS json))");
/// What keeps the rows of a query from being changed by others until the transaction ends.
const LOCK: &str = " FOR NO KEY UPDATE";

/// Connections for lists and writes that nobody has asked for: a server of default settings takes 100 in all.
const MOST_CONNECTIONS: usize = 64;

/// How the store on PostgreSQL works.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// Connections for lists and writes, shared out among as many threads as there are processors, at least one to each.
    /// Each thread has one more for single rows.
    pub connections: usize,
    /// How long a statement, or a list with all of its statements, may take.
    pub query_time_limit: Duration,
    /// Index entries that a search reads to see whether an index helps.
    pub search_probe: usize,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            connections: (8 * processors()).min(MOST_CONNECTIONS),
            query_time_limit: Duration::from_secs(10),
            search_probe: 20_000,
        }
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// A directory in a PostgreSQL database.
pub struct PostgresStore {
    connector: Arc<Connector>,
    options: PostgresOptions,
    known_grants: KnownGrants,
}

impl PostgresStore {
    /// Opens a database and brings it to the present schema. With `sslmode=require` in the address, the connection is
    /// encrypted and the server must prove its name to an authority that this machine trusts.
    ///
    /// # Errors
    /// When it cannot be reached, belongs to a newer program, or refuses.
    pub async fn open(url: &str, options: PostgresOptions) -> Result<Self, OpenError> {
        let connector = Arc::new(Connector::of(url, &options)?);
        connect::migrate(&connector).await?;
        Ok(Self {
            connector,
            options,
            known_grants: KnownGrants::default(),
        })
    }

    /// Runs the migrations that are missing in a database and gives back their names.
    ///
    /// # Errors
    /// As [`PostgresStore::open`].
    pub async fn migrate(url: &str) -> Result<Vec<String>, OpenError> {
        connect::migrate(&Connector::of(url, &PostgresOptions::default())?).await
    }

    fn options(&self) -> &PostgresOptions {
        &self.options
    }

    fn known_grants(&self) -> &KnownGrants {
        &self.known_grants
    }

    /// The row with a unique key.
    async fn row<'a, Q, R>(&'a self, query: impl Fn() -> Q + Send + 'a) -> Result<Option<R>, StoreError>
    where
        Q: LoadQuery<'a, Lane, R> + Send + 'a,
        R: Send + 'static,
    {
        Ok(self.rows(query).await?.pop())
    }

    /// A few rows, read once more on a new connection if this thread's has died. The box spares callers a proof about
    /// lifetimes that the compiler cannot make.
    fn rows<'a, Q, R>(&'a self, query: impl Fn() -> Q + Send + 'a) -> BoxFuture<'a, Result<Vec<R>, StoreError>>
    where
        Q: LoadQuery<'a, Lane, R> + Send + 'a,
        R: Send + 'static,
    {
        let read = async move {
            let mut is_first = true;
            loop {
                let mut lane = lane::open(&self.connector).await?;
                let rows: QueryResult<Vec<R>> = query().load(&mut lane).await;
                match rows {
                    Err(error) if lane::is_lost(&error) && is_first => lane.give_up(),
                    rows => return rows.map_err(unavailable),
                }
                is_first = false;
            }
        };
        read.boxed()
    }

    /// Whoever stands behind a token. Nothing tells this process of changes that other servers make, so it is read each time.
    async fn bearer(
        &self,
        _digest: &SecretDigest,
        read: impl Future<Output = Result<Option<TokenBearer>, StoreError>> + Send,
    ) -> Result<Option<TokenBearer>, StoreError> {
        read.await
    }

    /// Reads a list, all of it in one state of the database, and before a deadline.
    async fn snapshot<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Conn, Instant) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let deadline = Instant::now() + self.options.query_time_limit;
        let read = move |conn: &mut Conn| match read(conn, deadline) {
            // PostgreSQL itself ends statements that take too long.
            Err(StoreError::Unavailable(_)) if Instant::now() >= deadline => Err(StoreError::TimedOut),
            result => result,
        };
        self.blocking("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", read)
            .await
    }

    /// Writes, all or nothing.
    async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.blocking(line::BEGIN, change).await
    }

    /// Runs a transaction on a thread where waiting harms nobody. It reaches its end even if the caller goes away.
    async fn blocking<T: Send + 'static>(
        &self,
        begin: &'static str,
        work: impl FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let mut link = lane::links(&self.connector)?.take().await?;
        let transaction = move || {
            link.enter_transaction();
            let mut conn = Conn::from(link);
            conn.batch_execute(begin).map_err(unavailable)?;
            let result = work(&mut conn);
            let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
            let ended = conn.batch_execute(end);
            if ended.is_ok() {
                conn.leave_transaction();
            }
            let result = result?;
            ended.map_err(refused)?;
            Ok(result)
        };
        tokio::task::spawn_blocking(transaction).await.map_err(stopped)?
    }
}

#[async_trait]
impl Commit for PostgresStore {
    async fn commit(&self, changes: Changes) -> Result<(), StoreError> {
        if line::needs_answers(&changes) {
            return self.write(move |conn| apply(&changes, &mut AtOnce(conn))).await;
        }
        // A task of its own reaches commit or rollback even if the caller goes away.
        let links = lane::links(&self.connector)?;
        tokio::spawn(async move { line::commit(&links, &changes).await })
            .await
            .map_err(stopped)?
    }

    async fn ready(&self) -> Result<(), StoreError> {
        let one = || diesel::select(1.into_sql::<diesel::sql_types::Integer>());
        self.row::<_, i32>(one).await?;
        self.commit(Changes::default()).await
    }
}

/// A part of the store that has ended.
fn stopped(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

/// The organization, while the shape of the directory has a version. Its row is locked against changes of the shape.
#[diesel::dsl::auto_type(no_type_alias)]
fn organization_at(version: i64) -> _ {
    organization::table
        .filter(organization::structure_version.eq(version))
        .select(organization::structure_version)
        .for_share()
}

/// Whether the shape of the directory has a version, which it keeps until the transaction ends.
fn structure_is(conn: &mut Conn, version: i64) -> QueryResult<bool> {
    let found: Vec<i64> = diesel::RunQueryDsl::load(organization_at(version), conn)?;
    Ok(!found.is_empty())
}

/// The version of authority, while it is this one. Its row is locked against changes of who holds which roles.
#[diesel::dsl::auto_type(no_type_alias)]
fn authority_at(version: i64) -> _ {
    authority::table
        .filter(authority::version.eq(version))
        .select(authority::version)
        .for_share()
}

/// Whether authority has a version, which it keeps until the transaction ends.
fn authority_is(conn: &mut Conn, version: i64) -> QueryResult<bool> {
    let found: Vec<i64> = diesel::RunQueryDsl::load(authority_at(version), conn)?;
    Ok(!found.is_empty())
}

/// Messages that are due, the longest waiting first. They are locked; those that another server has locked are left to it.
fn due_messages(conn: &mut Conn, now: i64, limit: i64) -> QueryResult<Vec<store::MessageRow>> {
    use crate::schema::messages;
    let due = messages::table
        .filter(messages::next_attempt.le(now))
        .order((messages::next_attempt, messages::id))
        .limit(limit)
        .select(store::MessageRow::as_select())
        .for_update()
        .skip_locked();
    diesel::RunQueryDsl::load(due, conn)
}
