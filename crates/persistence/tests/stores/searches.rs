//! Random searches over random people: every store gives the answers of the store in memory, page by page.
//!
//! The stores look at two index entries, at a few, or at thousands before they choose a way, so that each way is taken.

use std::time::Duration;

use denizen_application::memory::MemoryStore;
use denizen_application::store_contract::user;
use denizen_domain::group::Group;
use denizen_domain::id::{GroupId, OrgId, UserId, UserTypeId};
use denizen_domain::organization::{Foundation, Organization};
use denizen_domain::ports::{Changes, Page, Position, Store, StoreError, UserCriterion, UserSelection, Users, Write};
use denizen_domain::schema::Schema;
use denizen_domain::search::{Case, Expression, Operator, UserAttribute, UserQuery, UserSort, Value};
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::user::{Status, User};
use denizen_domain::user_type::UserType;
use denizen_persistence::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use crate::databases::{self, Folder};

/// How many index entries the stores look at.
const PROBES: [usize; 3] = [2, 9, 20_000];
/// Random directories, and questions about each.
const CASES: u32 = 12;
const QUESTIONS: usize = 30;

const DAWN: i64 = 1_700_000_000_000;
/// As many characters as a key of the attribute index has.
const KEY: usize = 150;

/// Texts that share prefixes and foldings, speak SQL, or differ only behind the end of a key.
fn text() -> impl Strategy<Value = String> {
    let short = prop::sample::select(vec![
        "",
        "a",
        "A",
        "ab",
        "AB",
        "b",
        "ZÜRICH",
        "zürich",
        "Zü",
        "ß",
        "İ",
        "ΟΔΟΣ",
        "οδός",
        "100%",
        "1_0",
        "_",
        "%",
        "'",
        "\"",
        "\\",
        "' OR 1=1 --",
        "\u{1}",
        "a\u{1}",
        "\u{D7FF}",
        "\u{E000}",
        "\u{10FFFF}",
        "🦀",
        "🦀🦀",
        "a b",
        "null",
    ])
    .prop_map(str::to_owned);
    let long = (
        prop::sample::select(vec!["x", "X", "Ü"]),
        KEY - 1..KEY + 3,
        prop::sample::select(vec!["", "a", "B"]),
    )
        .prop_map(|(letter, length, end)| letter.repeat(length) + end);
    prop_oneof![6 => short, 1 => long]
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["firstName", "lastName", "email", "city", "nickName", "department"])
}

/// Attributes of other types. One has values of several types, as when types of users define it differently.
const TYPED: [&str; 6] = ["level", "score", "remote", "tags", "sizes", "badge"];
/// Those that lists cannot be sorted by.
const LISTS: [&str; 2] = ["tags", "sizes"];

/// Numbers that are near each other in some way: as texts, as bits, or as floating point numbers.
fn number() -> impl Strategy<Value = f64> {
    let numbers = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        2.0,
        10.0,
        -10.0,
        1.5,
        -1.5,
        5e-324,
        -5e-324,
        1e300,
        -1e300,
        9_007_199_254_740_993.0,
    ];
    prop::sample::select(numbers.to_vec())
}

fn json_number() -> impl Strategy<Value = Json> {
    prop_oneof![
        number().prop_map(Json::from),
        prop::sample::select(vec![
            json!(0),
            json!(1),
            json!(-1),
            json!(10),
            json!(9_007_199_254_740_992_i64),
            json!(u64::MAX)
        ]),
    ]
}

/// Values for the attributes of other types, by name; some have none.
fn typed() -> impl Strategy<Value = Json> {
    let missing = || Just(Json::Null);
    let integer = prop_oneof![1 => missing(), 3 => (-2i64..4).prop_map(Json::from)];
    let score = prop_oneof![1 => missing(), 3 => json_number()];
    let truth = prop_oneof![1 => missing(), 3 => any::<bool>().prop_map(Json::from)];
    let tags = prop_oneof![1 => missing(), 3 => prop::collection::vec(text(), 0..4).prop_map(Json::from)];
    let sizes = prop_oneof![1 => missing(), 3 => prop::collection::vec(json_number(), 0..4).prop_map(Json::from)];
    let badge = prop_oneof![
        missing(),
        text().prop_map(Json::from),
        json_number(),
        any::<bool>().prop_map(Json::from)
    ];
    (integer, score, truth, tags, sizes, badge).prop_map(|(level, score, remote, tags, sizes, badge)| {
        json!({"level": level, "score": score, "remote": remote, "tags": tags, "sizes": sizes, "badge": badge})
    })
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0i64..6).prop_map(|n| Timestamp::from_millis(DAWN + n * 1000))
}

fn type_id() -> UserTypeId {
    UserTypeId::generate(Timestamp::from_millis(DAWN), 1)
}

/// Ids are not in the order of creation, as happens when clocks differ.
fn person(number: usize) -> impl Strategy<Value = User> {
    let values = (
        text(),
        text(),
        text(),
        prop::option::of(text()),
        prop::option::of(text()),
        0..3usize,
        typed(),
    );
    let times = (time(), prop::option::of(time()), prop::option::of(time()), time());
    let id = (0i64..3, any::<u64>());
    (values, times, id, prop::sample::select(Status::ALL.to_vec())).prop_map(
        move |((first, last, email, city, nick, department, typed), (created, activated, changed, updated), id, status)| {
            let department = ["Sales", "Support", "R&D"][department];
            let mut extra: Json = json!({
                "firstName": first, "lastName": last, "email": email, "city": city, "nickName": nick, "department": department,
            });
            extra.as_object_mut().expect("it is an object").extend(typed.as_object().expect("it is an object").clone());
            let mut user = user(number as u64, &type_id(), &format!("Person{number}@example.org"), &extra);
            user.id = UserId::generate(Timestamp::from_millis(DAWN + id.0), id.1);
            (user.created, user.activated, user.status_changed, user.last_updated) = (created, activated, changed, updated);
            (user.status, user.resumes_to) = (status, status);
            user
        },
    )
}

fn people() -> impl Strategy<Value = Vec<User>> {
    (0usize..60).prop_flat_map(|number| (0..number).map(person).collect::<Vec<_>>())
}

fn attribute() -> impl Strategy<Value = UserAttribute> {
    prop_oneof![
        6 => name().prop_map(|name| UserAttribute::Profile(name.to_owned())),
        6 => prop::sample::select(TYPED.to_vec()).prop_map(|name| UserAttribute::Profile(name.to_owned())),
        1 => Just(UserAttribute::Profile("login".to_owned())),
        1 => Just(UserAttribute::Id),
        1 => Just(UserAttribute::TypeId),
        2 => Just(UserAttribute::Status),
        1 => Just(UserAttribute::Created),
        1 => Just(UserAttribute::Activated),
        1 => Just(UserAttribute::StatusChanged),
        1 => Just(UserAttribute::LastUpdated),
    ]
}

/// A comparison, most of them such as the parser lets through.
fn comparison(ids: Vec<String>) -> impl Strategy<Value = Expression<UserAttribute>> {
    use Operator::{Co, Eq, Ew, Ge, Gt, Le, Lt, Ne, Sw};
    let operator = prop_oneof![4 => Just(Eq), 4 => prop::sample::select(vec![Gt, Ge, Lt, Le, Sw]), 1 => prop::sample::select(vec![Co, Ne, Ew])];
    let id = prop::sample::select(ids);
    let status = prop::sample::select(vec![
        "ACTIVE",
        "staged",
        "Deprovisioned",
        "s",
        "none",
        "PASSWORD_EXPIRED",
    ]);
    let department = prop::sample::select(vec!["sales", "SUPPORT", "S", "R&D"]);
    (
        attribute(),
        operator,
        (text(), number(), any::<bool>()),
        time(),
        id,
        status,
        department,
        0..12usize,
    )
        .prop_map(
            |(attribute, operator, (text, number, truth), time, id, status, department, kind)| {
                if kind == 0 {
                    return Expression::Present(attribute);
                }
                let value = match &attribute {
                    UserAttribute::Id => Value::Exact(if kind == 1 { id[..11].to_owned() } else { id }),
                    UserAttribute::TypeId => Value::Exact(type_id().as_str().to_owned()),
                    UserAttribute::Status => Value::Text(status.to_owned()),
                    UserAttribute::Profile(name) if name == "department" => Value::Text(department.to_owned()),
                    UserAttribute::Profile(name) if name == "login" => Value::Text(format!("person{kind}@example.org")),
                    UserAttribute::Profile(name) => match (name.as_str(), kind % 3) {
                        ("level" | "score" | "sizes", _) | ("badge", 1) => Value::Number(number),
                        ("remote", _) | ("badge", 2) => Value::Boolean(truth),
                        _ => Value::Text(text),
                    },
                    _ => Value::Time(time),
                };
                Expression::Compare {
                    attribute,
                    operator,
                    value,
                }
            },
        )
}

fn expression(ids: Vec<String>) -> impl Strategy<Value = Expression<UserAttribute>> {
    comparison(ids).prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            4 => prop::collection::vec(inner.clone(), 0..4).prop_map(Expression::All),
            4 => prop::collection::vec(inner.clone(), 0..4).prop_map(Expression::Any),
            1 => inner.prop_map(|inner| Expression::Not(Box::new(inner))),
        ]
    })
}

fn selection(ids: Vec<String>) -> impl Strategy<Value = UserSelection> {
    let case = prop::sample::select(vec![Case::Insensitive, Case::Insensitive, Case::Sensitive]);
    let criterion = prop_oneof![
        1 => Just(UserCriterion::Present),
        2 => text().prop_map(UserCriterion::StartsWith),
        9 => (expression(ids), case)
            .prop_map(|(expression, case)| UserCriterion::Matching(UserQuery { expression, case })),
    ];
    let is_sortable = |attribute: &UserAttribute| match attribute {
        UserAttribute::Profile(name) => !LISTS.contains(&name.as_str()),
        _ => true,
    };
    let by = attribute().prop_filter("lists are no order", is_sortable);
    let sort = prop::option::of((by, any::<bool>()))
        .prop_map(|sort| sort.map(|(attribute, descending)| UserSort { attribute, descending }));
    (criterion, sort, 1usize..12).prop_map(|(criterion, sort, limit)| UserSelection {
        criterion,
        within: None,
        sort,
        after: None,
        limit,
    })
}

/// Some people, questions about them, and a text that may be taken for a position.
fn case() -> impl Strategy<Value = (Vec<User>, Vec<UserSelection>, String)> {
    people().prop_flat_map(|people| {
        let mut ids: Vec<String> = people.iter().map(|user| user.id.to_string()).collect();
        ids.push("00uqrks9ig7XuWV7X5d7".to_owned());
        let position = prop_oneof![
            any::<String>(),
            "[tnfb-]00u[0-9A-Za-z]{17}.{0,9}",
            "f00u[0-9A-Za-z]{17}[0-9a-f]{16}",
            "[0-9]{1,19}",
            "@[0-9]@[0-9]{1,19}@.{0,9}"
        ];
        (Just(people), prop::collection::vec(selection(ids), QUESTIONS), position)
    })
}

fn foundation() -> Foundation {
    let dawn = Timestamp::from_millis(DAWN);
    Foundation {
        organization: Organization {
            id: OrgId::generate(dawn, 1),
            name: "Org".to_owned(),
            created: dawn,
            cursor_key: Secret::new("cursor key"),
        },
        user_type: UserType::default_type(type_id(), dawn),
        user_schema: Schema::default_user(dawn),
        group_schema: Schema::default_group(dawn),
        everyone: Group::everyone(GroupId::generate(dawn, 1), dawn),
    }
}

async fn write(store: &dyn Store, writes: Vec<Write>) {
    let changes = Changes {
        writes,
        ..Changes::default()
    };
    store.commit(changes).await.expect("the writes are accepted");
}

fn insertions(people: &[User]) -> Vec<Write> {
    people
        .iter()
        .map(|user| Write::InsertUser(Box::new(user.clone())))
        .collect()
}

/// Every page of a list.
async fn pages(store: &dyn Store, selection: &UserSelection) -> Result<Vec<Vec<User>>, StoreError> {
    let mut selection = selection.clone();
    let mut pages = Vec::new();
    loop {
        let Page { items, next } = store.list_users(&selection).await?;
        pages.push(items);
        assert!(pages.len() < 1000, "the list has an end: {selection:?}");
        selection.after = next;
        if selection.after.is_none() {
            return Ok(pages);
        }
    }
}

/// The pages that a list should have. Memory is asked once for all of them, since it sorts everybody for each.
async fn wanted_pages(memory: &MemoryStore, selection: &UserSelection) -> Vec<Vec<User>> {
    let limit = usize::MAX / 2;
    let whole = UserSelection {
        limit,
        ..selection.clone()
    };
    let whole = memory.list_users(&whole).await.expect("memory answers").items;
    if whole.is_empty() {
        return vec![whole];
    }
    whole.chunks(selection.limit).map(<[User]>::to_vec).collect()
}

/// Whether a list may be in any order.
fn has_no_order(selection: &UserSelection) -> bool {
    let is_prefix = match &selection.criterion {
        UserCriterion::StartsWith(_) => true,
        UserCriterion::Matching(query) => matches!(
            query.expression,
            Expression::Compare {
                operator: Operator::Sw,
                ..
            }
        ),
        UserCriterion::Present => false,
    };
    selection.sort.is_none() && is_prefix
}

/// Compares the pages of a list with those that it should have.
async fn agree(wanted: &[Vec<User>], store: &dyn Store, selection: &UserSelection) -> Result<(), TestCaseError> {
    let found = pages(store, selection).await;
    let found = found.map_err(|error| TestCaseError::fail(format!("{error}: {selection:?}")))?;
    if has_no_order(selection) {
        let sizes = |pages: &[Vec<User>]| -> Vec<usize> { pages.iter().map(Vec::len).collect() };
        prop_assert_eq!(sizes(&found), sizes(wanted), "{:?}", selection);
        let sorted = |pages: &[Vec<User>]| {
            let mut all = pages.concat();
            all.sort_by(|a, b| a.id.cmp(&b.id));
            all
        };
        prop_assert_eq!(sorted(&found), sorted(wanted), "{:?}", selection);
        return Ok(());
    }
    let ids = |pages: &[Vec<User>]| -> Vec<Vec<UserId>> {
        let page = |page: &Vec<User>| page.iter().map(|user| user.id.clone()).collect();
        pages.iter().map(page).collect()
    };
    prop_assert_eq!(ids(&found), ids(wanted), "{:?}", selection);
    prop_assert_eq!(&found[..], wanted);
    Ok(())
}

/// Asks stores on one database about random people, who leave it again.
fn ask(runtime: &Runtime, stores: &[Box<dyn Store>]) {
    runtime.block_on(write(&*stores[0], vec![Write::Found(Box::new(foundation()))]));
    let config = Config {
        cases: CASES,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&case(), |(people, selections, position)| {
        runtime.block_on(async {
            let memory = MemoryStore::new();
            write(&memory, insertions(&people)).await;
            write(&*stores[0], insertions(&people)).await;
            let mut outcome = Ok(());
            for selection in &selections {
                let wanted = wanted_pages(&memory, selection).await;
                for store in stores {
                    outcome = match outcome {
                        Ok(()) => agree(&wanted, &**store, selection).await,
                        failed => failed,
                    };
                    let after = Some(Position(position.clone()));
                    let strange = UserSelection {
                        after,
                        ..selection.clone()
                    };
                    let answer = store.list_users(&strange).await;
                    assert!(
                        matches!(answer, Ok(_) | Err(StoreError::InvalidPosition)),
                        "{answer:?} for {strange:?}"
                    );
                }
            }
            let removals = people.into_iter().map(|user| Write::DeleteUser(Box::new(user)));
            write(&*stores[0], removals.collect()).await;
            outcome
        })
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

fn sqlite(folder: &Folder, search_probe: usize) -> SqliteStore {
    let options = SqliteOptions {
        synchronous_full: false,
        readers: 1,
        search_probe,
        ..SqliteOptions::default()
    };
    SqliteStore::open(&folder.file(), options).expect("the file opens")
}

/// D6, D8
#[test]
fn searches_on_sqlite_agree_with_memory() {
    let runtime = runtime();
    let folder = Folder::new();
    let stores = PROBES.map(|probe| -> Box<dyn Store> { Box::new(sqlite(&folder, probe)) });
    ask(&runtime, &stores);
}

/// D6, D8
#[test]
fn searches_on_postgres_agree_with_memory() {
    let runtime = runtime();
    let Some(url) = runtime.block_on(databases::postgres()) else {
        return;
    };
    let stores = PROBES.map(|search_probe| -> Box<dyn Store> {
        let options = PostgresOptions {
            connections: 1,
            search_probe,
            ..PostgresOptions::default()
        };
        Box::new(
            runtime
                .block_on(PostgresStore::open(&url, options))
                .expect("the database opens"),
        )
    });
    ask(&runtime, &stores);
}

/// People of few kinds, so that streams are read in many pieces and groups of equals are large.
fn crowd() -> Vec<User> {
    let person = |n: u64| {
        let city = ["Oslo", "OSLO", "Bergen"][n as usize % 3];
        let extra = json!({
            "lastName": format!("Last{:03}", n % 151), "city": city,
            "department": if n.is_multiple_of(7) { "Sales" } else { "Support" },
            "nickName": if n.is_multiple_of(5) { json!(format!("{}{}", "y".repeat(160), n % 11)) } else { Json::Null },
        });
        let mut user = user(n, &type_id(), &format!("p{n}@example.org"), &extra);
        user.id = UserId::generate(Timestamp::from_millis(DAWN), n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        user.status = if n.is_multiple_of(10) {
            Status::Deprovisioned
        } else {
            Status::Active
        };
        user.resumes_to = user.status;
        user.created = Timestamp::from_millis(DAWN + n as i64 / 100);
        user
    };
    (0..700).map(person).collect()
}

#[tokio::test]
async fn crowds_are_paged_as_in_memory() {
    let folder = Folder::new();
    let (careful, bold) = (sqlite(&folder, 50), sqlite(&folder, 20_000));
    let people = crowd();
    let memory = MemoryStore::new();
    write(&memory, insertions(&people)).await;
    write(&bold, vec![Write::Found(Box::new(foundation()))]).await;
    write(&bold, insertions(&people)).await;
    let schema = Schema::default_user(Timestamp::from_millis(DAWN));
    let queries = [
        r#"profile.department eq "sales""#,
        r#"profile.department eq "sales" and profile.city eq "oslo" and status eq "ACTIVE""#,
        r#"profile.department eq "support" or profile.lastName sw "last1""#,
        r#"profile.lastName sw "last0" and profile.city eq "bergen""#,
        r#"status eq "ACTIVE" and (profile.lastName eq "last007" or profile.nickName pr)"#,
        "profile.login pr",
    ];
    let sorts = [
        "",
        "profile.department",
        "profile.nickName",
        "created",
        "status",
        "id",
        "statusChanged",
    ];
    for text in queries {
        for (n, by) in sorts.into_iter().enumerate() {
            let order = if n % 2 == 0 { "desc" } else { "asc" };
            let sort = (!by.is_empty())
                .then(|| UserSort::parse(by, Some(order), std::slice::from_ref(&schema)).expect("it is an order"));
            let selection = UserSelection {
                criterion: UserCriterion::Matching(
                    UserQuery::search(text, std::slice::from_ref(&schema)).expect("it is a query"),
                ),
                within: None,
                sort,
                after: None,
                limit: 150,
            };
            let wanted = wanted_pages(&memory, &selection).await;
            for store in [&careful, &bold] {
                let outcome = agree(&wanted, store, &selection).await;
                outcome.unwrap_or_else(|failure| panic!("{failure}"));
            }
        }
    }
}

/// D6
#[tokio::test]
async fn a_search_ends_when_its_time_is_over() {
    let folder = Folder::new();
    let options = SqliteOptions {
        query_time_limit: Duration::ZERO,
        ..SqliteOptions::default()
    };
    let store: Box<dyn Store> = Box::new(SqliteStore::open(&folder.file(), options).expect("the file opens"));
    write(&*store, vec![Write::Found(Box::new(foundation()))]).await;
    let schema = Schema::default_user(Timestamp::from_millis(DAWN));
    let query = UserQuery::search(r#"profile.login co "x""#, &[schema]).expect("it is a query");
    let selection = UserSelection {
        criterion: UserCriterion::Matching(query),
        within: None,
        sort: None,
        after: None,
        limit: 10,
    };
    let answer = store.list_users(&selection).await;
    assert!(matches!(answer, Err(StoreError::TimedOut)), "{answer:?}");
}
