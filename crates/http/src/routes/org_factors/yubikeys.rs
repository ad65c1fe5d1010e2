//! YubiKeys of the organization (contract: factors §16.3).

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use denizen_application::{ListYubikeys, UploadYubikey, YubikeyListing};
use denizen_domain::factor::yubikey::Yubikey;
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::operation::BASE;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::routes::users;
use crate::{answer, paging};

/// A YubiKey to be uploaded.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct UploadBody {
    serial_number: Option<String>,
    public_id: Option<String>,
    private_id: Option<Secret>,
    aes_key: Option<Secret>,
}

pub(super) async fn list(request: Request) -> Result<HttpResponse, Refusal> {
    let query = request.query();
    let text = |name: &str| query.text(name).map(str::to_owned);
    let wanted = ListYubikeys {
        filter: text("filter"),
        sort_by: text("sortBy"),
        sort_order: text("sortOrder"),
        limit: query.integer("limit")?,
        after: text("after"),
        with_users: query.text("expand") == Some("user"),
        for_download: query.boolean("forDownload", false)?,
    };
    let listing = request.directory().list_yubikeys(&request.call, &wanted).await?;
    let mut response = if wanted.for_download {
        csv(&listing.items)
    } else {
        let shown: Result<Vec<Value>, Refusal> = listing.items.iter().map(|one| listed(one, &request)).collect();
        answer::json(&shown?)
    };
    paging::link(&mut response, &request, listing.limit, listing.next.as_deref());
    Ok(response)
}

pub(super) async fn get(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("token");
    let found = request.directory().get_yubikey(&request.call, &id).await?;
    Ok(answer::json(&view(&found, request.api.base())))
}

pub(super) async fn upload(mut request: Request) -> Result<HttpResponse, Refusal> {
    let body: UploadBody = request.body().await?;
    let wanted = UploadYubikey {
        serial_number: body.serial_number.unwrap_or_default(),
        public_id: body.public_id.unwrap_or_default(),
        private_id: body.private_id,
        aes_key: body.aes_key,
    };
    let made = request.directory().upload_yubikey(&request.call, &wanted).await?;
    Ok(answer::json(&view(&made, request.api.base())))
}

pub(super) async fn delete(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("token");
    request.directory().delete_yubikey(&request.call, &id).await?;
    Ok(answer::no_content())
}

/// A YubiKey with whoever uses it, where that was asked for.
fn listed((yubikey, user): &YubikeyListing, request: &Request) -> Result<Value, Refusal> {
    let mut shown = view(yubikey, request.api.base());
    if let Some(user) = user {
        let written = users::view_of_many(request, std::slice::from_ref(user));
        let read: Result<Vec<Value>, _> = serde_json::from_slice(&written);
        let read = read.map_err(|error| Refusal::internal_error(error.to_string()))?;
        shown["_embedded"] = json!({"user": read.into_iter().next()});
    }
    Ok(shown)
}

fn view(yubikey: &Yubikey, base: &str) -> Value {
    let mut shown = json!({"id": yubikey.id, "created": yubikey.created});
    if let Some(activated) = yubikey.activated {
        shown["activated"] = json!(activated);
    }
    if let Some(verified) = yubikey.last_verified {
        shown["lastVerified"] = json!(verified);
    }
    shown["lastUpdated"] = json!(yubikey.last_updated);
    shown["status"] = json!(yubikey.status.as_str());
    shown["profile"] = json!({"serial": yubikey.serial});
    let own = format!("{base}{BASE}/org/factors/yubikey_token/tokens/{}", yubikey.id);
    shown["_links"] = match &yubikey.holder {
        None => json!({"self": {"href": own, "hints": {"allow": ["GET", "DELETE"]}}}),
        Some(holder) => {
            let user = format!("{base}{BASE}/users/{}", holder.user_id);
            let factor = format!("{user}/factors/{}", holder.factor_id);
            json!({
                "self": {"href": own, "hints": {"allow": ["GET"]}},
                "user": {"href": user, "hints": {"allow": ["GET"]}},
                "deactivate": {"href": factor, "hints": {"allow": ["DELETE"]}},
            })
        }
    };
    shown
}

/// A list as a file that a spreadsheet reads. No field can hold a comma, a quote, or anything that a spreadsheet runs.
fn csv(items: &[YubikeyListing]) -> HttpResponse {
    let mut text = String::from("id,serial,status,userId,created,activated,lastVerified,lastUpdated\r\n");
    let moment = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    for (one, _) in items {
        let holder = one.holder.as_ref().map(|holder| holder.user_id.as_str());
        let fields = [
            one.id.to_string(),
            one.serial.clone(),
            one.status.as_str().to_owned(),
            holder.unwrap_or_default().to_owned(),
            one.created.to_string(),
            moment(one.activated),
            moment(one.last_verified),
            one.last_updated.to_string(),
        ];
        text.push_str(&fields.join(","));
        text.push_str("\r\n");
    }
    let mut response = HttpResponse::Ok().content_type("text/csv; charset=utf-8").body(text);
    let name = HeaderValue::from_static("attachment; filename=\"yubikeys.csv\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    response
}
