//! A user from memory, without asking who wants to know: the measure of reading one. Only in builds for measurements.

use std::sync::Arc;

use actix_web::{HttpResponse, Resource, web};
use denizen_domain::id::{UserId, UserTypeId};
use denizen_domain::login::Login;
use denizen_domain::profile::Profile;
use denizen_domain::time::Timestamp;
use denizen_domain::user::{Credentials, Provider, Status, User};
use serde_json::json;

use super::view::View;
use crate::answer;
use crate::api::Api;

/// `GET /_denizen/ceiling/{id}`: the same user whatever the id, written anew for each request as `getUser` writes one.
pub(crate) fn resource(api: &Api) -> Resource {
    let api = api.clone();
    let somebody = Arc::new(somebody());
    let read = move || {
        let answer: HttpResponse = answer::written(View::whole(api.base()).write(&somebody));
        std::future::ready(answer)
    };
    web::resource("/_denizen/ceiling/{id}").route(web::get().to(read))
}

/// Has as many attributes as the users that are measured.
fn somebody() -> User {
    const LOGIN: &str = "kara.kelmoberg.12345@example.com";
    let at = Timestamp::from_millis(1_735_689_600_000);
    let profile = json!({
        "login": LOGIN, "email": LOGIN, "firstName": "Kara", "lastName": "Kelmoberg", "displayName": "Kara Kelmoberg",
        "title": "Title 17", "department": "Department 07", "costCenter": "CC0123", "division": "Division 3",
        "city": "City 212", "employeeNumber": "E012345", "mobilePhone": "+49 30 0123456",
    });
    User {
        id: UserId::generate(at, 12_345),
        version: 1,
        type_id: UserTypeId::generate(at, 1),
        status: Status::Active,
        resumes_to: Status::Active,
        created: at,
        activated: Some(at),
        status_changed: Some(at),
        last_login: None,
        last_updated: at,
        password_changed: None,
        login: Login::parse(LOGIN).expect("it is not empty"),
        profile: Profile::from_attributes(profile.as_object().expect("it is an object")),
        credentials: Credentials::none(Provider::okta()),
        failed_attempts: 0,
        factors: denizen_domain::factor::FactorRecord::default(),
    }
}
