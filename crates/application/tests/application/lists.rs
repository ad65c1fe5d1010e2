//! Lists of users and of events: limits, cursors, windows, refusals (D6, D8).

use denizen_application::{Error, ListEvents, ListUsers, Listing};
use denizen_domain::authority::Principal;
use denizen_domain::search::SearchError;
use denizen_domain::user::User;

use crate::world::{World, somebody};

async fn list(world: &World, request: ListUsers) -> Result<Listing<User>, Error> {
    world.directory.list_users(&world.admin, request).await
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Walks a list to its end by its cursors.
async fn logins(world: &World, request: ListUsers) -> Vec<String> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = list(
            world,
            ListUsers {
                after,
                ..request.clone()
            },
        )
        .await
        .unwrap();
        found.extend(page.items.iter().map(|user| user.login.as_str().to_owned()));
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

async fn seven(world: &World) {
    for number in 0..7 {
        world.create(somebody(&format!("user-{number}"))).await.unwrap();
        world.clock.pass(1000);
    }
}

/// Every page size shows everybody once, in one order; the deactivated only where an expression asks.
#[tokio::test]
async fn pages_show_everybody_once() {
    let world = World::new().await;
    seven(&world).await;
    world
        .directory
        .deactivate_user(&world.admin, "user-3", false)
        .await
        .unwrap();
    let all = logins(&world, ListUsers::default()).await;
    assert_eq!(all.len(), 7, "six and the administrator");
    assert!(!all.contains(&"user-3@example.com".to_owned()));
    let found = ListUsers {
        search: text(r#"profile.login sw "USER" and status pr"#),
        sort_by: text("profile.login"),
        sort_order: text("desc"),
        ..ListUsers::default()
    };
    let sorted = logins(&world, found.clone()).await;
    assert_eq!(sorted.first().map(String::as_str), Some("user-6@example.com"));
    assert_eq!(sorted.len(), 7, "search shows the deactivated");
    for limit in 1..9 {
        let limit = Some(limit);
        assert_eq!(
            logins(
                &world,
                ListUsers {
                    limit,
                    ..ListUsers::default()
                }
            )
            .await,
            all
        );
        assert_eq!(logins(&world, ListUsers { limit, ..found.clone() }).await, sorted);
    }
}

/// Limits: what is usual, the most, and what is no limit at all.
#[tokio::test]
async fn limits() {
    let world = World::new().await;
    seven(&world).await;
    let limited = |limit, q: Option<&str>| ListUsers {
        limit,
        q: q.map(str::to_owned),
        ..ListUsers::default()
    };
    assert_eq!(list(&world, limited(None, None)).await.unwrap().limit, 200);
    assert_eq!(list(&world, limited(Some(100_000), None)).await.unwrap().limit, 200);
    assert_eq!(list(&world, limited(None, Some("USER"))).await.unwrap().limit, 10);
    let some = list(&world, limited(Some(2), Some("isa"))).await.unwrap();
    assert_eq!((some.items.len(), some.next), (2, None), "q does not page");
    for limit in [0, -1, i64::MIN] {
        let found = list(&world, limited(Some(limit), None)).await;
        assert!(matches!(found, Err(Error::Validation(_))), "{limit}: {found:?}");
    }
}

/// D8: a cursor is good for the list and the caller it was made for.
#[tokio::test]
async fn a_cursor_is_bound_to_its_list_and_its_caller() {
    let world = World::new().await;
    seven(&world).await;
    let first = ListUsers {
        limit: Some(2),
        ..ListUsers::default()
    };
    let after = list(&world, first.clone()).await.unwrap().next;
    let mut tampered = after.clone().unwrap();
    let flipped = if tampered.starts_with('A') { "B" } else { "A" };
    tampered.replace_range(0..1, flipped);
    for after in [text(&tampered), text("nonsense"), text("\u{0}")] {
        let found = list(&world, ListUsers { after, ..first.clone() }).await;
        assert!(
            matches!(found, Err(Error::InvalidCursor { search: false })),
            "{found:?}"
        );
    }
    let elsewhere = ListUsers {
        after: after.clone(),
        search: text("id pr"),
        ..first.clone()
    };
    let found = list(&world, elsewhere).await;
    assert!(matches!(found, Err(Error::InvalidCursor { search: true })), "{found:?}");
    let mut other = world.admin.clone();
    let Principal::User { id, .. } = &mut other.caller.principal else {
        panic!("a user calls");
    };
    *id = world.active("other").await.id;
    let found = world.directory.list_users(&other, ListUsers { after, ..first }).await;
    assert!(matches!(found, Err(Error::InvalidCursor { .. })), "{found:?}");
}

/// D6: expressions are refused by what is wrong with them, and two of them are one too many.
#[tokio::test]
async fn expressions_are_refused() {
    let world = World::new().await;
    let deep = format!("{}id pr{}", "(".repeat(70), ")".repeat(70));
    let cases = [
        (deep.as_str(), SearchError::TooDeep),
        ("profile.login", SearchError::Malformed),
        (r#"profile.shoeSize eq "9""#, SearchError::Unsupported),
        (r#"created gt "soon""#, SearchError::InvalidDate),
    ];
    for (search, wanted) in cases {
        let request = ListUsers {
            search: text(search),
            ..ListUsers::default()
        };
        match list(&world, request).await {
            Err(Error::Search(found)) => assert_eq!(found, wanted, "{search}"),
            other => panic!("{search}: {other:?}"),
        }
    }
    for (q, filter, search) in [
        (Some("a"), None, Some("id pr")),
        (None, Some("a"), Some("id pr")),
        (Some("a"), Some("b"), None),
    ] {
        let request = ListUsers {
            q: q.and_then(text),
            filter: filter.and_then(text),
            search: search.and_then(text),
            ..ListUsers::default()
        };
        let found = list(&world, request).await;
        assert!(matches!(found, Err(Error::SearchWithFilter)), "{found:?}");
    }
}

async fn told(world: &World, request: ListEvents) -> Result<usize, Error> {
    let found = world.directory.list_events(&world.admin, request).await?;
    Ok(found.items.len())
}

/// The log shows the last week unless it is asked for more, from the first moment to before the last.
#[tokio::test]
async fn the_log_has_a_window() {
    let world = World::new().await;
    let week = 7 * 24 * 60 * 60_000;
    let at = world.now().to_string();
    world.create(somebody("isaac.brock")).await.unwrap();
    let all = world.events().await.len();
    assert_eq!(told(&world, ListEvents::default()).await.unwrap(), all);
    world.clock.pass(week);
    assert_eq!(told(&world, ListEvents::default()).await.unwrap(), all);
    world.clock.pass(1);
    assert_eq!(told(&world, ListEvents::default()).await.unwrap(), 0);
    let since = ListEvents {
        since: text(&at),
        ..ListEvents::default()
    };
    assert_eq!(told(&world, since.clone()).await.unwrap(), all);
    let until = ListEvents {
        until: text(&at),
        ..since.clone()
    };
    assert_eq!(told(&world, until).await.unwrap(), 0, "the end is not part of it");
    let filter = ListEvents {
        filter: text(r#"eventType eq "user.lifecycle.create""#),
        q: text("isaac BROCK"),
        ..since.clone()
    };
    assert_eq!(told(&world, filter).await.unwrap(), 1);
    for (limit, sort_order, q) in [
        (Some(1001), None, None),
        (Some(-1), None, None),
        (None, Some("UP"), None),
        (None, None, Some("a ".repeat(11))),
    ] {
        let request = ListEvents {
            limit,
            sort_order: sort_order.and_then(text),
            q,
            ..ListEvents::default()
        };
        let found = told(&world, request).await;
        assert!(matches!(found, Err(Error::Validation(_))), "{found:?}");
    }
    let found = told(
        &world,
        ListEvents {
            since: text("yesterday"),
            ..ListEvents::default()
        },
    )
    .await;
    assert!(
        matches!(found, Err(Error::Search(SearchError::InvalidDate))),
        "{found:?}"
    );
}

/// The log pages in both directions, and each event comes once.
#[tokio::test]
async fn the_log_pages_both_ways() {
    let world = World::new().await;
    seven(&world).await;
    let mut both = Vec::new();
    for order in ["ASCENDING", "DESCENDING"] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let request = ListEvents {
                sort_order: text(order),
                limit: Some(3),
                after,
                ..ListEvents::default()
            };
            let page = world.directory.list_events(&world.admin, request).await.unwrap();
            found.extend(page.items.into_iter().map(|event| event.uuid));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        both.push(found);
    }
    let wanted: Vec<String> = world.events().await.into_iter().map(|event| event.uuid).collect();
    both[1].reverse();
    assert_eq!(both, [wanted.clone(), wanted]);
}
