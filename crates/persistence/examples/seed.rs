//! Fills a founded directory with made-up people, through the store's own write path, for measuring.
//!
//! `seed sqlite FILE COUNT` or `seed postgres URL COUNT`. Whatever a person has follows from their number, and so does the id,
//! which ends in the number: measures can name anybody, and know how many people a search finds.

use std::path::Path;

use denizen_domain::id::{UserId, UserTypeId};
use denizen_domain::login::Login;
use denizen_domain::ports::{Changes, Store, StructureState, StructureWrite, Write};
use denizen_domain::profile::Profile;
use denizen_domain::schema::SchemaEdit;
use denizen_domain::time::Timestamp;
use denizen_domain::user::{Credentials, Provider, Status, User};
use denizen_persistence::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use serde_json::json;

/// The moment that every id is made from, and the first person's creation.
const DAWN: i64 = 1_735_689_600_000;
/// People in one transaction.
const BATCH: u64 = 500;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match words.as_slice() {
        ["sqlite", file, count] => {
            let options = SqliteOptions {
                synchronous_full: false,
                ..SqliteOptions::default()
            };
            let store = SqliteStore::open(Path::new(file), options)?;
            runtime.block_on(fill(&store, count.parse()?))
        }
        ["postgres", url, count] => runtime.block_on(async {
            let store = PostgresStore::open(url, PostgresOptions::default()).await?;
            fill(&store, count.parse()?).await
        }),
        _ => Err("usage: seed sqlite FILE COUNT | seed postgres URL COUNT".into()),
    }
}

async fn fill(store: &dyn Store, count: u64) -> Outcome<()> {
    let structure = store.structure().await?;
    let (user_type, _) = structure.default_user_type().ok_or("the directory was never founded")?;
    let type_id = user_type.id.clone();
    describe_badges(store, &structure).await?;
    let mut next = 1;
    while next <= count {
        let last = count.min(next + BATCH - 1);
        let people = (next..=last).map(|number| person(number, &type_id));
        let changes = Changes {
            writes: people
                .map(|user| user.map(|user| Write::InsertUser(Box::new(user))))
                .collect::<Outcome<_>>()?,
            ..Changes::default()
        };
        store.commit(changes).await?;
        next = last + 1;
    }
    Ok(())
}

/// Adds an attribute of this organization's own to the schema of everybody.
async fn describe_badges(store: &dyn Store, structure: &StructureState) -> Outcome<()> {
    let (user_type, schema) = structure.default_user_type().ok_or("the directory was never founded")?;
    let badge = SchemaEdit::parse(&json!({"custom": {"properties": {"badge": {"title": "Badge", "type": "string"}}}}))?;
    let edited = schema.edit(&badge, Timestamp::from_millis(DAWN))?;
    let write = StructureWrite::UpdateUserType(Box::new(user_type.clone()), Box::new(edited.schema));
    let changes = Changes {
        writes: vec![Write::AdvanceStructure(structure.version), Write::Structure(write)],
        ..Changes::default()
    };
    Ok(store.commit(changes).await?)
}

/// An active person without a password.
fn person(number: u64, type_id: &UserTypeId) -> Outcome<User> {
    let at = Timestamp::from_millis(DAWN + i64::try_from(number)? * 1000);
    let profile = profile(number)?;
    let login = profile.text("login").and_then(|login| Login::parse(&login));
    Ok(User {
        id: id(number),
        version: 1,
        type_id: type_id.clone(),
        status: Status::Active,
        resumes_to: Status::Active,
        created: at,
        activated: Some(at),
        status_changed: Some(at),
        last_login: None,
        last_updated: at,
        password_changed: None,
        login: login.ok_or("everybody has a login")?,
        profile,
        credentials: Credentials::none(Provider::okta()),
        failed_attempts: 0,
        factors: denizen_domain::factor::FactorRecord::default(),
    })
}

/// The id that ends in a number: an id's digits of base 62 stand with the least significant first.
fn id(number: u64) -> UserId {
    let digits = format!("{number:09}");
    let entropy = digits
        .bytes()
        .rev()
        .fold(0, |sum, digit| sum * 62 + u64::from(digit - b'0'));
    UserId::generate(Timestamp::from_millis(DAWN), entropy)
}

const FIRST_SYLLABLES: [&str; 26] = [
    "A", "Be", "Ca", "Do", "E", "Fi", "Ga", "He", "I", "Jo", "Ka", "Le", "Mi", "Ni", "O", "Pa", "Qui", "Ro", "Sa",
    "Ti", "U", "Vi", "Wa", "Xe", "Yo", "Za",
];
const LAST_SYLLABLES: [&str; 8] = ["na", "lia", "ro", "rin", "vid", "mon", "ra", "bel"];
const FAMILY_FIRST: [&str; 10] = ["Bar", "Cal", "Dor", "Fen", "Gar", "Hal", "Jan", "Kel", "Lor", "Mor"];
const FAMILY_MIDDLE: [&str; 10] = ["a", "be", "co", "di", "fa", "ge", "li", "mo", "ne", "ta"];
const FAMILY_LAST: [&str; 10] = [
    "berg", "dal", "ford", "king", "land", "man", "nes", "rup", "son", "wick",
];

/// Thirteen attributes, one of them the organization's own, and a nickname for one in ten. A first letter has 1 in 26 people, a department 1 in 25, a family name,
/// a cost center and a badge 1 in 1,000.
fn profile(number: u64) -> Outcome<Profile> {
    // Each attribute has dice of its own.
    let sides = |dice: u64, sides: u64| scattered(number * 16 + dice) % sides;
    let pick = |words: &[&'static str], dice: u64| words[usize::try_from(sides(dice, words.len() as u64)).unwrap_or(0)];
    let first = format!("{}{}", pick(&FIRST_SYLLABLES, 0), pick(&LAST_SYLLABLES, 1));
    let last = format!(
        "{}{}{}",
        pick(&FAMILY_FIRST, 2),
        pick(&FAMILY_MIDDLE, 3),
        pick(&FAMILY_LAST, 4)
    );
    let address = format!("{first}.{last}.{number}@example.com").to_lowercase();
    let mut profile = json!({
        "login": address,
        "email": address,
        "firstName": first,
        "lastName": last,
        "displayName": format!("{first} {last}"),
        "title": format!("Title {}", sides(5, 50)),
        "department": format!("Department {:02}", sides(6, 25)),
        "costCenter": format!("CC{:04}", sides(7, 1000)),
        "division": format!("Division {}", sides(8, 6)),
        "city": format!("City {}", sides(9, 300)),
        "employeeNumber": format!("E{number:06}"),
        "badge": format!("B{:04}", sides(12, 1000)),
        "mobilePhone": format!("+49 30 {:07}", sides(10, 10_000_000)),
    });
    let attributes = profile.as_object_mut().ok_or("a profile is an object")?;
    if sides(11, 10) == 0 {
        attributes.insert("nickName".to_owned(), format!("{first}y").into());
    }
    Ok(Profile::from_attributes(attributes))
}

/// Numbers next to each other become numbers that look drawn (the finalizer of SplitMix64).
fn scattered(number: u64) -> u64 {
    let mut value = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    value = (value ^ value >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ value >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ value >> 31
}
