//! Lists: every page in order, nothing twice, nothing left out, and the same answer from every store.

use denizen_domain::event::EventType;
use denizen_domain::id::UserId;
use denizen_domain::ports::{LogSelection, Position, StoreError, UserCriterion, UserSelection, Write};
use denizen_domain::schema::Schema;
use denizen_domain::search::{Expression, LogQuery, Operator, UserQuery, UserRecord, UserSort, matches};
use denizen_domain::user::{Status, User};
use serde_json::json;

use super::sample::{Sample, dawn};

pub(super) async fn run(sample: &Sample) {
    let everybody = crowd(sample).await;
    pages_cover_everybody_once(sample, &everybody).await;
    starts_with_finds_names_and_addresses(sample).await;
    searches_agree_with_their_meaning(sample, &everybody).await;
    sorted_pages_are_sorted(sample).await;
    foreign_positions_are_refused(sample).await;
    the_log_is_told_in_order(sample).await;
}

/// Adds users of many kinds and gives back everybody in the store.
async fn crowd(sample: &Sample) -> Vec<User> {
    let cities = [
        "Zürich",
        "ZÜRICH",
        "Ålesund",
        "San Francisco",
        "san antonio",
        "100% \\ _\"'",
    ];
    for n in 0..60usize {
        let extra = json!({
            "firstName": format!("First{}", n % 7), "lastName": format!("Last{n:02}"),
            "city": cities[n % cities.len()], "department": if n % 3 == 0 { "Sales" } else { "Support" },
            "nickName": if n % 4 == 0 { json!(format!("nick{n}")) } else { json!(null) },
            "postalAddress": "x".repeat(200 + n),
        });
        let mut user = sample.user(&format!("crowd{n:02}@example.org"), &extra);
        user.status = Status::ALL[n % 8];
        user.resumes_to = user.status;
        user.last_updated = user.created.plus_minutes(i64::try_from(n % 5).unwrap_or(0) * 60);
        user.activated = (n % 2 == 0).then(|| user.created.plus_millis(1000));
        sample.write(vec![Write::InsertUser(Box::new(user))]).await;
    }
    let query = UserQuery::search("profile.login pr", &schema()).expect("it is a query");
    walk(sample, UserCriterion::Matching(query), None, 7).await
}

fn schema() -> [Schema; 1] {
    [Schema::default_user(dawn())]
}

/// Follows a list to its end.
async fn walk(sample: &Sample, criterion: UserCriterion, sort: Option<UserSort>, limit: usize) -> Vec<User> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let selection = UserSelection {
            criterion: criterion.clone(),
            within: None,
            sort: sort.clone(),
            after,
            limit,
        };
        let page = sample.store.list_users(&selection).await.expect("the list is read");
        assert!(page.items.len() <= limit);
        assert!(
            page.next.is_none() || page.items.len() == limit,
            "only the last page is short"
        );
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

async fn pages_cover_everybody_once(sample: &Sample, everybody: &[User]) {
    assert!(everybody.len() > 70);
    let present: Vec<&UserId> = everybody
        .iter()
        .filter(|user| user.status != Status::Deprovisioned)
        .map(|user| &user.id)
        .collect();
    for limit in [1, 10, present.len(), 200] {
        let found = walk(sample, UserCriterion::Present, None, limit).await;
        assert_eq!(
            found.iter().map(|user| &user.id).collect::<Vec<_>>(),
            present,
            "limit {limit}"
        );
    }
}

async fn starts_with_finds_names_and_addresses(sample: &Sample) {
    let find = async |text: &str| walk(sample, UserCriterion::StartsWith(text.to_owned()), None, 200).await;
    assert_eq!(find("LAST0").await.len(), 9, "ten, less one who is deprovisioned");
    assert_eq!(find("crowd1").await.len(), 9, "ten, less one who is deprovisioned");
    assert!(
        find("first3")
            .await
            .iter()
            .all(|user| user.profile.text("firstName").as_deref() == Some("First3"))
    );
    assert!(find("nobody").await.is_empty());
    assert!(find("%").await.is_empty() && find("_").await.is_empty());
}

/// D6: whatever the plan, the answer is the meaning of the expression.
async fn searches_agree_with_their_meaning(sample: &Sample, everybody: &[User]) {
    let created = everybody[everybody.len() / 2].created;
    let id = &everybody[3].id;
    let texts = [
        r#"profile.department eq "sales""#.to_owned(),
        r#"profile.city eq "zürich""#.to_owned(),
        r#"profile.city eq "100% \\ _\"'""#.to_owned(),
        r#"profile.city sw "san""#.to_owned(),
        r#"profile.lastName sw "last1""#.to_owned(),
        r#"profile.lastName gt "last40" and profile.lastName le "last50""#.to_owned(),
        r#"profile.login co "wd1""#.to_owned(),
        r#"profile.email co "%""#.to_owned(),
        r#"profile.firstName co "o""#.to_owned(),
        "profile.nickName pr".to_owned(),
        r#"profile.nickName pr and profile.department eq "SUPPORT" and status eq "ACTIVE""#.to_owned(),
        r#"status eq "SUSPENDED" or status eq "DEPROVISIONED""#.to_owned(),
        r#"(profile.department eq "sales" or profile.lastName sw "last2") and status eq "staged""#.to_owned(),
        r#"profile.department eq "sales" and profile.city sw "z""#.to_owned(),
        r#"profile.department eq "none" or profile.title pr"#.to_owned(),
        format!(r#"created ge "{created}""#),
        format!(r#"lastUpdated lt "{created}" and profile.department eq "support""#),
        format!(r#"lastUpdated gt "{created}""#),
        format!(r#"id eq "{id}""#),
        format!(r#"activated gt "{created}" or id eq "{id}""#),
        format!(r#"type.id eq "{}""#, sample.type_id),
        r#"profile.login eq "CROWD07@example.org""#.to_owned(),
        format!(r#"profile.postalAddress eq "{}""#, "x".repeat(230)),
        format!(r#"profile.postalAddress sw "{}""#, "x".repeat(240)),
        r#"profile.city gt "s""#.to_owned(),
    ];
    for text in &texts {
        check(
            sample,
            everybody,
            &UserQuery::search(text, &schema()).expect("it is a query"),
            text,
        )
        .await;
    }
    for text in [
        r#"status eq "ACTIVE" and profile.lastName eq "Last02""#,
        r#"profile.lastName eq "last02""#,
        r#"profile.login eq "crowd07@example.org""#,
        r#"profile.login eq "CROWD07@example.org""#,
    ] {
        check(
            sample,
            everybody,
            &UserQuery::filter(text, &schema()).expect("it is a query"),
            text,
        )
        .await;
    }
}

async fn check(sample: &Sample, everybody: &[User], query: &UserQuery, text: &str) {
    let mut wanted: Vec<&UserId> = everybody
        .iter()
        .filter(|user| matches(&query.expression, query.case, &UserRecord::new(user)))
        .map(|user| &user.id)
        .collect();
    // Whoever begins with a text may come in any order.
    let has_order = !matches!(
        query.expression,
        Expression::Compare {
            operator: Operator::Sw,
            ..
        }
    );
    if !has_order {
        wanted.sort();
    }
    for limit in [3, 200] {
        let found = walk(sample, UserCriterion::Matching(query.clone()), None, limit).await;
        let mut found: Vec<&UserId> = found.iter().map(|user| &user.id).collect();
        if !has_order {
            found.sort();
        }
        assert_eq!(found, wanted, "{text}, limit {limit}");
    }
}

async fn sorted_pages_are_sorted(sample: &Sample) {
    let query = UserQuery::search(r#"profile.login sw "crowd""#, &schema()).expect("it is a query");
    for (by, order) in [
        ("profile.lastName", "asc"),
        ("profile.city", "desc"),
        ("profile.nickName", "asc"),
        ("profile.nickName", "desc"),
        ("status", "asc"),
        ("lastUpdated", "desc"),
        ("created", "desc"),
        ("activated", "asc"),
    ] {
        let sort = UserSort::parse(by, Some(order), &schema()).expect("it is an order");
        let criterion = || UserCriterion::Matching(query.clone());
        let whole = walk(sample, criterion(), Some(sort.clone()), 200).await;
        assert_eq!(whole.len(), 60, "{by} {order}");
        let pages = walk(sample, criterion(), Some(sort.clone()), 7).await;
        let ids = |users: &[User]| users.iter().map(|user| user.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&pages), ids(&whole), "{by} {order}");
        let memory = crate::memory::MemoryStore::sorted(&whole, &sort);
        assert_eq!(ids(&whole), ids(&memory), "{by} {order}");
    }
}

/// D8: a position that no list gave out is refused, not guessed at.
async fn foreign_positions_are_refused(sample: &Sample) {
    let selection = UserSelection {
        criterion: UserCriterion::Present,
        within: None,
        sort: None,
        after: Some(Position("' OR 1=1".to_owned())),
        limit: 10,
    };
    let refused = sample.store.list_users(&selection).await;
    assert!(matches!(refused, Err(StoreError::InvalidPosition)), "{refused:?}");
}

async fn the_log_is_told_in_order(sample: &Sample) {
    let start = dawn().plus_minutes(60 * 24 * 365);
    let user = sample.stored("logged@example.com", &json!({})).await;
    let mut events = Vec::new();
    for n in 0..25i64 {
        let kind = if n % 5 == 0 {
            EventType::UserSuspend
        } else {
            EventType::UserUnsuspend
        };
        events.push(sample.event(kind, &user, start.plus_millis(n / 2)));
    }
    let changes = denizen_domain::ports::Changes {
        events: events.clone(),
        ..Default::default()
    };
    sample.store.commit(changes).await.expect("events are taken");
    let all = LogSelection {
        since: start,
        until: None,
        query: None,
        keywords: Vec::new(),
        descending: false,
        after: None,
        limit: 4,
    };
    assert_eq!(told(sample, &all).await, events);
    let backwards: Vec<_> = events.iter().rev().cloned().collect();
    assert_eq!(
        told(
            sample,
            &LogSelection {
                descending: true,
                ..all.clone()
            }
        )
        .await,
        backwards
    );
    let window = LogSelection {
        since: start.plus_millis(2),
        until: Some(start.plus_millis(4)),
        ..all.clone()
    };
    assert_eq!(told(sample, &window).await, events[4..8]);
    let some = |text: &str| LogSelection {
        query: Some(LogQuery::filter(text).expect("it is a filter")),
        ..all.clone()
    };
    assert_eq!(
        told(sample, &some(r#"eventType eq "user.lifecycle.suspend""#))
            .await
            .len(),
        5
    );
    assert_eq!(
        told(sample, &some(r#"target.id eq "x" or not (eventType sw "user")"#))
            .await
            .len(),
        0
    );
    assert_eq!(
        told(sample, &some(&format!(r#"target.id eq "{}""#, user.id)))
            .await
            .len(),
        25
    );
    let words = LogSelection {
        keywords: vec!["LOGGED@example".to_owned(), "lifecycle.suspend".to_owned()],
        ..all
    };
    assert_eq!(told(sample, &words).await.len(), 5);
}

async fn told(sample: &Sample, selection: &LogSelection) -> Vec<denizen_domain::event::LogEvent> {
    let mut found = Vec::new();
    let mut selection = selection.clone();
    loop {
        let page = sample.store.list_events(&selection).await.expect("the log is read");
        found.extend(page.items);
        selection.after = page.next;
        if selection.after.is_none() {
            return found;
        }
    }
}
