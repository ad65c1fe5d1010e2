//! What a user can enrol (contract: factors §6.2, §6.3).

use actix_web::http::Method;
use denizen_domain::authority::Permission;
use serde_json::json;

use super::Answer;
use super::view::Place;
use crate::answer;
use crate::operation::Table;
use crate::request::Request;

/// Declares the operations on what can be enrolled.
pub(super) fn declare(table: &mut Table) {
    use Permission as P;
    table.add("/users/{id}/factors/catalog", Method::GET, P::UsersRead, catalog);
    table.add("/users/{id}/factors/questions", Method::GET, P::UsersRead, questions);
}

async fn catalog(request: Request) -> Answer {
    let key = request.segment("id");
    let (user, entries) = request.directory().factor_catalog(&request.call, &key).await?;
    let place = Place::of_user(request.api.base(), &user);
    let shown: Vec<_> = entries.iter().map(|entry| place.entry(entry)).collect();
    Ok(answer::json(&shown))
}

async fn questions(request: Request) -> Answer {
    let key = request.segment("id");
    let questions = request.directory().security_questions(&request.call, &key).await?;
    let shown: Vec<_> = questions
        .iter()
        .map(|question| json!({"question": question.as_str(), "questionText": question.text()}))
        .collect();
    Ok(answer::json(&shown))
}
