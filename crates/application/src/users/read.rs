//! Reading users, one and many (contract: users §5, §6.1).

use denizen_domain::authority::Permission;
use denizen_domain::ports::{StoreError, UserCriterion, UserSelection};
use denizen_domain::schema::Schema;
use denizen_domain::search::{UserQuery, UserSort};
use denizen_domain::user::User;
use denizen_domain::validation::Validation;

use crate::call::{Call, Listing};
use crate::directory::{Directory, must};
use crate::error::Error;

const MOST: usize = 200;
const DEFAULT: usize = 200;
const DEFAULT_WITH_Q: usize = 10;

/// A request for a list of users, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct ListUsers {
    /// First name, last name or email starts with this.
    pub q: Option<String>,
    /// A filter expression.
    pub filter: Option<String>,
    /// A search expression.
    pub search: Option<String>,
    /// The attribute to sort a search by.
    pub sort_by: Option<String>,
    /// `asc` or `desc`.
    pub sort_order: Option<String>,
    /// At most this many.
    pub limit: Option<i64>,
    /// Where to go on.
    pub after: Option<String>,
}

impl Directory {
    /// Reads a user (`getUser`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn get_user(&self, call: &Call, key: &str) -> Result<User, Error> {
        let user = self.see_user(call, key).await?;
        must(call, Permission::UsersRead, &user)?;
        self.shown(call, user).await
    }

    /// Reads a list of users (`listUsers`).
    ///
    /// # Errors
    /// `Forbidden`, `Search`, `SearchWithFilter`, `InvalidCursor`, `Validation`, `SearchTimedOut`.
    pub async fn list_users(&self, call: &Call, request: ListUsers) -> Result<Listing<User>, Error> {
        let within = self.sight(call, Permission::UsersRead)?;
        let given = |text: &Option<String>| text.as_ref().filter(|text| !text.is_empty()).cloned();
        let (q, filter, search) = (given(&request.q), given(&request.filter), given(&request.search));
        if search.is_some() && (q.is_some() || filter.is_some()) || q.is_some() && filter.is_some() {
            return Err(Error::SearchWithFilter);
        }
        let is_search = search.is_some();
        let limit = limit(request.limit, if q.is_some() { DEFAULT_WITH_Q } else { DEFAULT })?;
        let structure = self.structure().await?;
        let schemas: Vec<Schema> = structure.user_types.iter().map(|(_, schema)| schema.clone()).collect();
        let sort = match (is_search, given(&request.sort_by)) {
            (true, Some(by)) => Some(UserSort::parse(&by, request.sort_order.as_deref(), &schemas)?),
            _ => None,
        };
        let pages = q.is_none();
        let criterion = match (q, filter, search) {
            (Some(text), _, _) => UserCriterion::StartsWith(text),
            (_, Some(text), _) => UserCriterion::Matching(UserQuery::filter(&text, &schemas)?),
            (_, _, Some(text)) => UserCriterion::Matching(UserQuery::search(&text, &schemas)?),
            (None, None, None) => UserCriterion::Present,
        };
        let list = format!("users {criterion:?} {sort:?}");
        let invalid = Error::InvalidCursor { search: is_search };
        let after = match given(&request.after).filter(|_| pages) {
            None => None,
            Some(cursor) => Some(self.cursors.open(&cursor, &list, call.caller.id()).ok_or(invalid)?),
        };
        let selection = UserSelection {
            criterion,
            within,
            sort,
            after,
            limit,
        };
        let mut page = self
            .ports
            .store
            .list_users(&selection)
            .await
            .map_err(|error| match error {
                StoreError::InvalidPosition => Error::InvalidCursor { search: is_search },
                other => other.into(),
            })?;
        page.next = page.next.filter(|_| pages);
        Ok(self.listing(page, limit, &list, call))
    }
}

/// The limit that applies: nothing and too much fall back to what is usual.
fn limit(given: Option<i64>, default: usize) -> Result<usize, Error> {
    match given {
        None => Ok(default),
        Some(limit) if limit < 1 => Err(Validation::field("limit", "The value must be positive").into()),
        Some(limit) => Ok(usize::try_from(limit).unwrap_or(MOST).min(MOST)),
    }
}
