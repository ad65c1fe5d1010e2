//! Turns an expression into a stream and what the stream leaves to be asked.

use denizen_domain::ports::StoreError;
use denizen_domain::search::{Case, Expression, UserAttribute, UserQuery};
use denizen_domain::user::Status;

use super::Reader;
use super::column::{Column, Key};
use super::leaf::{Leaf, statuses};
use super::stream::{IndexStream, Stream};

/// So few users are asked about what is left, one by one, rather than looked up in further indexes.
const FEW: usize = 256;
/// A stream that holds so large a part of all users does not help to narrow down others.
const DENSE: f64 = 0.3;
/// More statuses than this are most users; walking them is cheaper than merging their streams.
const FEW_STATUSES: usize = 4;

/// A way to the users whom an expression admits.
pub(super) struct Plan {
    /// All of them, and maybe others.
    pub(super) stream: Stream,
    /// What tells them from the others; `None` if there are no others.
    pub(super) residual: Option<Expression<UserAttribute>>,
}

impl Plan {
    fn exact(stream: Stream) -> Self {
        Self { stream, residual: None }
    }
}

/// Plans for users from a place on.
pub(super) struct Planner<'r, 'c> {
    pub(super) reader: &'r mut Reader<'c>,
    pub(super) case: Case,
    /// Nobody before this place is wanted.
    pub(super) from: i64,
    /// How many entries an index is asked for at first.
    pub(super) length: usize,
}

impl Planner<'_, '_> {
    /// The way to the users whom a query admits; `None` where no index leads there.
    pub(super) fn plan(mut self, query: &UserQuery) -> Result<Option<Plan>, StoreError> {
        self.branch(&query.expression)
    }

    fn branch(&mut self, expression: &Expression<UserAttribute>) -> Result<Option<Plan>, StoreError> {
        if let Some(statuses) = statuses(expression, self.case) {
            return self.statuses(&statuses);
        }
        match expression {
            Expression::All(branches) => self.all(branches),
            Expression::Any(branches) => self.any(expression, branches),
            Expression::Not(_) => Ok(None),
            Expression::Compare { .. } | Expression::Present(_) => self.leaf(expression),
        }
    }

    fn statuses(&mut self, statuses: &[Status]) -> Result<Option<Plan>, StoreError> {
        if statuses.len() > FEW_STATUSES {
            return Ok(None);
        }
        let mut streams = Vec::new();
        for status in statuses {
            streams.push(self.equal(Column::Status, Key::Text(status.as_str().to_owned()))?);
        }
        Ok(Some(Plan::exact(one_or(streams, Stream::Any))))
    }

    fn equal(&mut self, column: Column, key: Key) -> Result<Stream, StoreError> {
        IndexStream::open(self.reader, column, key, self.from, self.length)
    }

    fn leaf(&mut self, expression: &Expression<UserAttribute>) -> Result<Option<Plan>, StoreError> {
        let (stream, exact) = match Leaf::of(expression, self.case) {
            None => return Ok(None),
            Some(Leaf::One(column, key, exact)) => (self.equal(column, key)?, exact),
            Some(Leaf::Between(column, span, exact)) => {
                let Some(mut places) = self.reader.few(&column, &span)? else {
                    return Ok(None);
                };
                places.retain(|place| *place >= self.from);
                (Stream::Set(places), exact)
            }
            Some(Leaf::Present(columns)) => {
                let mut all = Vec::new();
                for column in columns {
                    let Some(places) = self.reader.few(&column, &column.span())? else {
                        return Ok(None);
                    };
                    all.extend(places.into_iter().filter(|place| *place >= self.from));
                }
                all.sort_unstable();
                all.dedup();
                (Stream::Set(all), true)
            }
        };
        let residual = (!exact).then(|| expression.clone());
        Ok(Some(Plan { stream, residual }))
    }

    /// A union leads to all only if each branch does.
    fn any(
        &mut self,
        whole: &Expression<UserAttribute>,
        branches: &[Expression<UserAttribute>],
    ) -> Result<Option<Plan>, StoreError> {
        if !branches.iter().all(|branch| self.may_have_a_plan(branch)) {
            return Ok(None);
        }
        let mut streams = Vec::new();
        let mut exact = true;
        for branch in branches {
            let Some(plan) = self.branch(branch)? else {
                return Ok(None);
            };
            exact &= plan.residual.is_none();
            streams.push(plan.stream);
        }
        Ok(Some(Plan {
            stream: one_or(streams, Stream::Any),
            residual: (!exact).then(|| whole.clone()),
        }))
    }

    /// Whether it is worth asking an index at all.
    fn may_have_a_plan(&self, expression: &Expression<UserAttribute>) -> bool {
        if statuses(expression, self.case).is_some() {
            return true;
        }
        match expression {
            Expression::All(branches) => branches.iter().any(|branch| self.may_have_a_plan(branch)),
            Expression::Any(branches) => branches.iter().all(|branch| self.may_have_a_plan(branch)),
            Expression::Not(_) => false,
            Expression::Compare { .. } | Expression::Present(_) => Leaf::of(expression, self.case).is_some(),
        }
    }

    /// Equalities are cheap to look up and come first. Once they leave few users, the rest is asked of these.
    fn all(&mut self, branches: &[Expression<UserAttribute>]) -> Result<Option<Plan>, StoreError> {
        let is_equality =
            |branch: &&Expression<UserAttribute>| matches!(Leaf::of(branch, self.case), Some(Leaf::One(..)));
        let (equalities, others): (Vec<_>, Vec<_>) = branches.iter().partition(is_equality);
        let mut plans: Vec<(Plan, &Expression<UserAttribute>)> = Vec::new();
        let mut asked: Vec<Expression<UserAttribute>> = Vec::new();
        for branch in equalities.into_iter().chain(others) {
            let is_enough = plans.iter().any(|(plan, _)| plan.stream.holds_at_most(FEW));
            let plan = if is_enough { None } else { self.branch(branch)? };
            match plan {
                Some(plan) => plans.push((plan, branch)),
                None => asked.push(branch.clone()),
            }
        }
        plans.sort_by(|(a, _), (b, _)| a.stream.density().total_cmp(&b.stream.density()));
        let mut streams: Vec<Stream> = Vec::new();
        for (plan, branch) in plans {
            let helps = streams.is_empty()
                || plan.stream.density() < DENSE && !streams.iter().any(|stream| stream.holds_at_most(FEW));
            if helps {
                streams.push(plan.stream);
                asked.extend(plan.residual);
            } else {
                asked.push(branch.clone());
            }
        }
        if streams.is_empty() {
            return Ok(None);
        }
        Ok(Some(Plan {
            stream: one_or(streams, Stream::All),
            residual: (!asked.is_empty()).then(|| one_or(asked, Expression::All)),
        }))
    }
}

/// The only one of some, or all of them together.
fn one_or<T>(mut some: Vec<T>, together: impl FnOnce(Vec<T>) -> T) -> T {
    match (some.len(), some.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            some.extend(last);
            together(some)
        }
    }
}
