//! Lists in memory: every candidate is asked, which is the plainest meaning of a query.

use std::cmp::Ordering;

use denizen_domain::event::LogEvent;
use denizen_domain::ports::{LogSelection, Page, Position, StoreError, UserCriterion, UserSelection};
use denizen_domain::search::{Record, UserRecord, UserSort, fold, matches, order};
use denizen_domain::user::{Status, User};

use super::State;

/// A page of users. A position is the place of the last user shown.
pub(super) fn users(state: &State, selection: &UserSelection) -> Result<Page<User>, StoreError> {
    let mut found: Vec<(u64, &User)> = state
        .users
        .iter()
        .map(|(place, user)| (*place, user))
        .filter(|(_, user)| is_wanted(user, selection) && is_within(state, user, selection))
        .collect();
    if let Some(sort) = &selection.sort {
        found.sort_by(|(_, a), (_, b)| in_order(sort, a, b));
    }
    page(&found, selection.after.as_ref(), selection.limit)
}

/// A piece of a list whose entries are known by their places. A position is the place of the last entry shown.
pub(super) fn page<T: Clone>(
    found: &[(u64, &T)],
    after: Option<&Position>,
    limit: usize,
) -> Result<Page<T>, StoreError> {
    let start = match after {
        None => 0,
        Some(Position(text)) => {
            let last: u64 = text.parse().map_err(|_| StoreError::InvalidPosition)?;
            found.iter().position(|(place, _)| *place == last).map_or_else(
                || found.iter().take_while(|(place, _)| *place <= last).count(),
                |position| position + 1,
            )
        }
    };
    let end = found.len().min(start + limit);
    let next = (end < found.len()).then(|| Position(found[end - 1].0.to_string()));
    Ok(Page {
        items: found[start..end].iter().map(|(_, entry)| (*entry).clone()).collect(),
        next,
    })
}

fn is_wanted(user: &User, selection: &UserSelection) -> bool {
    match &selection.criterion {
        UserCriterion::Present => user.status != Status::Deprovisioned,
        UserCriterion::StartsWith(text) => {
            let attributes = user.profile.attributes();
            let starts = |name: &str| {
                attributes
                    .get(name)
                    .and_then(|value| value.as_str())
                    .is_some_and(|v| fold(v).starts_with(&fold(text)))
            };
            user.status != Status::Deprovisioned && ["firstName", "lastName", "email"].into_iter().any(starts)
        }
        UserCriterion::Matching(query) => matches(&query.expression, query.case, &UserRecord::new(user)),
    }
}

fn is_within(state: &State, user: &User, selection: &UserSelection) -> bool {
    selection.within.as_ref().is_none_or(|groups| {
        let mut groups = groups.iter();
        groups.any(|group| state.members.contains(&(group.clone(), user.id.clone())))
    })
}

/// Users without the attribute come last, whatever the direction; ties are broken by id.
pub(super) fn in_order(sort: &UserSort, a: &User, b: &User) -> Ordering {
    let key = |user: &User| UserRecord::new(user).values(&sort.attribute).into_iter().next();
    let by_value = match (key(a), key(b)) {
        (Some(a), Some(b)) if sort.descending => order(&b, &a),
        (Some(a), Some(b)) => order(&a, &b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    };
    by_value.then_with(|| a.id.cmp(&b.id))
}

/// A page of events. A position is the place of the last event shown.
pub(super) fn events(state: &State, selection: &LogSelection) -> Result<Page<LogEvent>, StoreError> {
    let mut found: Vec<(usize, &LogEvent)> = state
        .events
        .iter()
        .enumerate()
        .filter(|(_, event)| is_told(event, selection))
        .collect();
    found.sort_by_key(|(place, event)| (event.published, *place));
    if selection.descending {
        found.reverse();
    }
    let start = match &selection.after {
        None => 0,
        Some(Position(text)) => {
            let last: usize = text.parse().map_err(|_| StoreError::InvalidPosition)?;
            found
                .iter()
                .position(|(place, _)| *place == last)
                .map_or(found.len(), |position| position + 1)
        }
    };
    let end = found.len().min(start + selection.limit);
    let next = (end < found.len()).then(|| Position(found[end - 1].0.to_string()));
    Ok(Page {
        items: found[start..end].iter().map(|(_, event)| (*event).clone()).collect(),
        next,
    })
}

fn is_told(event: &LogEvent, selection: &LogSelection) -> bool {
    let at = event.published_at();
    at >= selection.since
        && selection.until.is_none_or(|until| at < until)
        && selection.query.as_ref().is_none_or(|query| query.admits(event))
        && event.mentions(&selection.keywords)
}
