//! What must hold of any text that is given as an expression. The fuzz target and the property tests share it.

use denizen_domain::event::{Client, Entity, EventOutcome, EventType, LogEvent};
use denizen_domain::id::{UserId, UserTypeId};
use denizen_domain::login::Login;
use denizen_domain::profile::Profile;
use denizen_domain::schema::Schema;
use denizen_domain::search::{LogQuery, Syntax, UserQuery, UserRecord, UserSort, matches, parse};
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;
use denizen_domain::user::creation::{CreationPlan, NewUser, create};

const LONGEST: usize = 4096;
const DEEPEST: usize = 64;
const MOST_COMPARISONS: usize = 200;

/// D6: the text is parsed or refused, within its bounds; what is accepted can be asked of a user and of an event.
pub fn any_text(text: &str) {
    let parsed = parse(text);
    if let Ok(syntax) = &parsed {
        let (depth, comparisons) = measure(syntax);
        assert!(text.len() <= LONGEST, "too long, and taken");
        assert!(depth <= DEEPEST, "too deep, and taken");
        assert!(comparisons <= MOST_COMPARISONS, "too many comparisons, and taken");
    }
    let (schemas, user) = ([Schema::default_user(Timestamp::from_millis(0))], somebody());
    for query in [UserQuery::search(text, &schemas), UserQuery::filter(text, &schemas)] {
        match (query, &parsed) {
            (Ok(_), Err(refused)) => panic!("taken although it is {refused}"),
            (Ok(query), Ok(_)) => drop(matches(&query.expression, query.case, &UserRecord::new(&user))),
            (Err(_), _) => {}
        }
    }
    if let Ok(query) = LogQuery::filter(text) {
        assert!(parsed.is_ok(), "the log takes what has no grammar");
        let _ = query.admits(&event(&user));
    }
    drop(UserSort::parse(text, Some(text), &schemas));
}

/// How deep a syntax nests, and how many comparisons it has.
pub fn measure(syntax: &Syntax) -> (usize, usize) {
    match syntax {
        Syntax::Compare { .. } | Syntax::Present(_) => (0, 1),
        Syntax::Not(inner) => {
            let (depth, comparisons) = measure(inner);
            (depth + 1, comparisons)
        }
        Syntax::All(branches) | Syntax::Any(branches) => {
            let measured = branches.iter().map(measure);
            measured.fold((0, 0), |(depth, sum), (inner, comparisons)| {
                (depth.max(inner), sum + comparisons)
            })
        }
    }
}

fn somebody() -> User {
    let at = Timestamp::from_millis(1_700_000_000_000);
    let attributes = serde_json::json!({
        "login": "isaac.brock@example.com", "email": "isaac.brock@example.com", "firstName": "Isaac", "lastName": "Brock"
    });
    let plan = CreationPlan {
        activate: true,
        from_provider: false,
        change_password_at_next_login: false,
        has_password: false,
        has_recovery_question: false,
        provider: None,
    };
    let new = NewUser {
        id: UserId::generate(at, 1),
        type_id: UserTypeId::generate(at, 1),
        login: Login::parse("isaac.brock@example.com").expect("it is not empty"),
        profile: Profile::from_attributes(attributes.as_object().expect("it is an object")),
        password: None,
        recovery_question: None,
    };
    create(&plan, new, at).expect("the plan fits").user
}

fn event(user: &User) -> LogEvent {
    LogEvent {
        uuid: "6f9c9f5e-0000-4000-8000-000000000000".to_owned(),
        published: 1_700_000_000_000,
        event_type: EventType::UserCreate,
        actor: Entity::user(user),
        client: Client::default(),
        request_id: "request".to_owned(),
        outcome: EventOutcome::Success,
        targets: vec![Entity::user(user)],
        debug: std::collections::BTreeMap::new(),
    }
}
