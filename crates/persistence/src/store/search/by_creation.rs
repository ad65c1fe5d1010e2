//! Lists in the order of creation.

use denizen_domain::ports::StoreError;
use denizen_domain::search::UserQuery;

use super::candidate::{Row, spares_the_profile};
use super::pace::Pace;
use super::plan::Planner;
use super::position::Place;
use super::stream::Stream;
use super::within::Within;
use super::{Found, Reader};

/// Entries that an index is asked for at first.
const FIRST_PIECE: usize = 256;

/// The first users behind a place whom a query admits: `wanted` of them, or all that there are.
pub(crate) fn list(
    reader: &mut Reader<'_>,
    query: &UserQuery,
    within: Option<&Within>,
    behind: Option<i64>,
    wanted: usize,
) -> Result<Vec<Found>, StoreError> {
    let from = behind.map_or(0, |place| place.saturating_add(1));
    let planner = Planner {
        reader: &mut *reader,
        case: query.case,
        from,
        length: wanted.min(FIRST_PIECE),
    };
    let length = planner.length;
    let mut plan = planner.plan(query)?;
    if let Some(within) = within {
        plan = Some(within.narrow(reader, plan, &query.expression, from, length)?);
    }
    let (mut stream, residual) = match plan {
        Some(plan) => (Some(plan.stream), plan.residual),
        None => (None, Some(query.expression.clone())),
    };
    match (&mut stream, residual) {
        (Some(stream), None) => {
            let places = stream.take(reader, from, wanted)?;
            Ok(places.into_iter().map(|seq| found(seq, None)).collect())
        }
        (_, expression) => {
            let expression = expression.unwrap_or_else(|| query.expression.clone());
            let residual = UserQuery {
                expression,
                case: query.case,
            };
            sift(reader, stream, &residual, from, wanted)
        }
    }
}

/// Reads users until enough of them fit.
fn sift(
    reader: &mut Reader<'_>,
    mut stream: Option<Stream>,
    residual: &UserQuery,
    mut from: i64,
    wanted: usize,
) -> Result<Vec<Found>, StoreError> {
    // A question that does not concern the profile is often answered with yes: then the row may as well be read whole.
    let spares_the_profile = spares_the_profile(&residual.expression);
    let mut all = Vec::new();
    let mut pace = Pace::default();
    while all.len() < wanted {
        let length = pace.next(wanted - all.len());
        let whole = spares_the_profile && pace.is_good();
        let rows = match &mut stream {
            None => Row::from_place(reader, from, length, whole)?,
            Some(stream) => {
                let places = stream.take(reader, from, length)?;
                Row::at(reader, &places, whole)?
            }
        };
        let (looked_at, before) = (rows.len(), all.len());
        for row in rows {
            from = row.seq().saturating_add(1);
            if row.candidate().fits(residual) {
                all.push(found(row.seq(), row.into_whole()));
            }
        }
        if looked_at < length {
            break;
        }
        pace.count(looked_at, all.len() - before);
    }
    all.truncate(wanted);
    Ok(all)
}

fn found(seq: i64, row: Option<super::UserRow>) -> Found {
    Found {
        seq,
        place: Place::Number(seq),
        row,
    }
}
