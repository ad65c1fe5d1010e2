//! The system log.

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_application::ListEvents;
use denizen_domain::authority::Permission;
use denizen_domain::event::{Entity, LogEvent};
use serde_json::{Value, json};

use crate::operation::Table;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::{answer, paging};

/// Declares the operations on the log.
pub(super) fn declare(table: &mut Table) {
    table.add("/logs", Method::GET, Permission::LogsRead, list);
}

async fn list(request: Request) -> Result<HttpResponse, Refusal> {
    let query = request.query();
    let text = |name: &str| query.text(name).map(str::to_owned);
    let wanted = ListEvents {
        since: text("since"),
        until: text("until"),
        q: text("q"),
        filter: text("filter"),
        sort_order: text("sortOrder"),
        limit: query.integer("limit")?,
        after: text("after"),
    };
    let listing = request.directory().list_events(&request.call, wanted).await?;
    let events: Vec<_> = listing.items.iter().map(view).collect();
    let mut response = answer::json(&events);
    paging::link(&mut response, &request, listing.limit, listing.next.as_deref());
    Ok(response)
}

fn view(event: &LogEvent) -> Value {
    let address = event.client.ip_address.as_deref();
    let version = if address.is_some_and(|text| text.contains(':')) {
        "V6"
    } else {
        "V4"
    };
    let chain: Vec<_> = address
        .iter()
        .map(|ip| json!({"ip": ip, "version": version, "source": null}))
        .collect();
    json!({
        "uuid": event.uuid,
        "published": event.published_at(),
        "eventType": event.event_type.as_str(),
        "version": "0",
        "severity": event.severity(),
        "displayMessage": event.event_type.display_message(),
        "actor": participant(&event.actor),
        "client": {
            "userAgent": {"rawUserAgent": event.client.user_agent, "os": null, "browser": null},
            "zone": null,
            "device": null,
            "id": null,
            "ipAddress": address,
            "geographicalContext": null,
        },
        "outcome": {"result": event.outcome.result(), "reason": event.outcome.reason()},
        "target": event.targets.iter().map(participant).collect::<Vec<_>>(),
        "transaction": {"type": "WEB", "id": event.request_id, "detail": {}},
        "debugContext": {"debugData": event.debug},
        "request": {"ipChain": chain},
    })
}

fn participant(entity: &Entity) -> Value {
    json!({
        "id": entity.id,
        "type": entity.kind,
        "alternateId": entity.alternate_id,
        "displayName": entity.display_name,
        "detailEntry": null,
    })
}
