//! What users may do, remembered for as long as nothing changes about it.
//!
//! Everything that could change it counts up the version of authority in the same transaction. Whoever reads the version with
//! the caller therefore knows whether what is remembered is still true, on every server of the database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use denizen_domain::authority::{Grant, Rank};

/// When more callers than this are remembered, all are forgotten.
const MOST: usize = 4096;

/// What is remembered of one version.
#[derive(Default)]
pub(crate) struct KnownGrants(Mutex<Known>);

/// Who holds roles, users and groups by their ids, and how high these make them.
pub(super) type Ranks = HashMap<String, Rank>;

#[derive(Default)]
struct Known {
    version: i64,
    grants: HashMap<String, Arc<[Grant]>>,
    ranks: Option<Arc<Ranks>>,
}

impl KnownGrants {
    /// What somebody may do at a version, if that is known.
    pub(super) fn get(&self, version: i64, assignee: &str) -> Option<Arc<[Grant]>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.version != version {
            return None;
        }
        known.grants.get(assignee).cloned()
    }

    /// Who holds roles at a version, if that is known.
    pub(super) fn ranks(&self, version: i64) -> Option<Arc<Ranks>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.ranks.clone().filter(|_| known.version == version)
    }

    /// Remembers who holds roles, as read after the version was.
    pub(super) fn put_ranks(&self, version: i64, ranks: &Arc<Ranks>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.version < version {
            known.version = version;
            known.grants.clear();
        }
        if known.version == version {
            known.ranks = Some(Arc::clone(ranks));
        }
    }

    /// Remembers what somebody may do, as read after the version was. A change between the two has a version of its own, and
    /// so is read then.
    pub(super) fn put(&self, version: i64, assignee: &str, grants: &Arc<[Grant]>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.version > version {
            return;
        }
        if known.version < version {
            known.ranks = None;
        }
        if known.version < version || known.grants.len() >= MOST {
            known.version = version;
            known.grants.clear();
        }
        known.grants.insert(assignee.to_owned(), Arc::clone(grants));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use denizen_domain::authority::Role;

    /// R9: what was read before a change is not used after it, in whatever order two readers arrive.
    #[test]
    fn an_older_version_is_never_used() {
        let known = KnownGrants::default();
        let (old, new): (Arc<[Grant]>, Arc<[Grant]>) = (
            [Grant::of(Role::SuperAdmin)].into(),
            [Grant::of(Role::ReadOnlyAdmin)].into(),
        );
        known.put(7, "00u1", &old);
        assert_eq!(known.get(7, "00u1"), Some(Arc::clone(&old)));
        assert_eq!((known.get(8, "00u1"), known.get(7, "00u2")), (None, None));
        known.put(8, "00u1", &new);
        known.put(7, "00u1", &old);
        assert_eq!((known.get(8, "00u1"), known.get(7, "00u1")), (Some(new), None));
    }
}
