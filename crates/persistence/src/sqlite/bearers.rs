//! Who stands behind which API token, remembered for as long as nothing changes.
//!
//! SQLite counts the commits that a connection has not made itself, whichever thread or program made them. A connection that
//! only reads therefore sees every one of them: with the first, everything is forgotten, so that a revoked token stops at
//! once. Asking for the count costs a fraction of the query.

use std::collections::HashMap;

use denizen_domain::ports::TokenBearer;
use denizen_domain::secret::SecretDigest;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::BigInt;
use diesel::sqlite::Sqlite;
use diesel::{RunQueryDsl, SqliteConnection};

/// When more tokens than this are in use, all are forgotten.
const MOST: usize = 1024;

/// The memory of one connection that only reads.
#[derive(Default)]
pub(super) struct Bearers {
    commits: Option<i64>,
    known: HashMap<[u8; 32], TokenBearer>,
}

impl Bearers {
    /// Whoever stands behind a token, if that is known and still true.
    pub(super) fn get(
        &mut self,
        conn: &mut SqliteConnection,
        digest: &SecretDigest,
    ) -> QueryResult<Option<TokenBearer>> {
        let commits = CountCommits.get_result(conn)?;
        if self.commits != Some(commits) {
            self.known.clear();
            self.commits = Some(commits);
        }
        Ok(self.known.get(digest.as_bytes()).cloned())
    }

    /// Remembers who stands behind a token, as read after the last [`Bearers::get`]. A commit between the two is counted at
    /// the next one.
    pub(super) fn put(&mut self, digest: &SecretDigest, bearer: &TokenBearer) {
        if self.known.len() >= MOST {
            self.known.clear();
        }
        self.known.insert(*digest.as_bytes(), bearer.clone());
    }
}

/// Changes whenever another connection commits. One text, so that it is prepared once.
#[derive(Clone, Copy, QueryId)]
struct CountCommits;

impl QueryFragment<Sqlite> for CountCommits {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("PRAGMA data_version");
        Ok(())
    }
}

impl Query for CountCommits {
    type SqlType = BigInt;
}

impl RunQueryDsl<SqliteConnection> for CountCommits {}
