//! Templates of short messages (contract: messages §1).

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_domain::authority::Permission;
use denizen_domain::sms_template::{DEFAULT_ID, DEFAULT_NAME, DEFAULT_TEXT, SmsTemplate, SmsTemplateDescription, TYPE};
use denizen_domain::time::Timestamp;
use denizen_domain::validation::Validation;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use crate::answer;
use crate::body::StrictAttributes;
use crate::operation::Table;
use crate::refusal::Refusal;
use crate::request::Request;

/// Declares the operations on templates.
pub(super) fn declare(table: &mut Table) {
    use Permission as P;
    table.add("/templates/sms", Method::GET, P::TemplatesRead, list);
    table.add("/templates/sms", Method::POST, P::TemplatesManage, create);
    table.add("/templates/sms/{id}", Method::GET, P::TemplatesRead, get);
    table.add("/templates/sms/{id}", Method::POST, P::TemplatesManage, update);
    table.add("/templates/sms/{id}", Method::PUT, P::TemplatesManage, replace);
    table.add("/templates/sms/{id}", Method::DELETE, P::TemplatesManage, delete);
}

/// A template to be made or changed. Members that only answers have are known and ignored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateBody {
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    template: Option<String>,
    translations: Option<StrictAttributes>,
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "created")]
    _created: Option<IgnoredAny>,
    #[serde(rename = "lastUpdated")]
    _last_updated: Option<IgnoredAny>,
}

impl TemplateBody {
    fn into_description(self) -> Result<SmsTemplateDescription, Refusal> {
        let translations = self
            .translations
            .map(|StrictAttributes(given)| texts(given))
            .transpose()?;
        Ok(SmsTemplateDescription {
            name: self.name,
            kind: self.kind,
            text: self.template,
            translations,
        })
    }
}

/// Texts by language; none for a language that is to be removed.
fn texts(given: Map<String, Value>) -> Result<BTreeMap<String, Option<String>>, Refusal> {
    let read = |(language, text): (String, Value)| match text {
        Value::Null => Ok((language, None)),
        Value::String(text) => Ok((language, Some(text))),
        _ => Err(Validation::field("translations", "Translations are texts").into()),
    };
    given.into_iter().map(read).collect()
}

async fn list(request: Request) -> Result<HttpResponse, Refusal> {
    let query = request.query();
    let kind = query.text("templateType").filter(|kind| !kind.is_empty());
    if kind.is_some_and(|kind| kind != TYPE) {
        return Err(Validation::field("templateType", "The field must be SMS_VERIFY_CODE").into());
    }
    let own = request.directory().list_sms_templates(&request.call).await?;
    let mut shown = vec![built_in(request.directory().now())];
    shown.extend(own.iter().map(|template| view(template, true)));
    Ok(answer::json(&shown))
}

async fn create(mut request: Request) -> Result<HttpResponse, Refusal> {
    let body: TemplateBody = request.body().await?;
    let wanted = body.into_description()?;
    let made = request.directory().create_sms_template(&request.call, wanted).await?;
    Ok(answer::json(&view(&made, true)))
}

async fn get(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    let found = request.directory().get_sms_template(&request.call, &id).await?;
    let shown = found.map_or_else(|| built_in(request.directory().now()), |found| view(&found, true));
    Ok(answer::json(&shown))
}

async fn update(mut request: Request) -> Result<HttpResponse, Refusal> {
    let body: TemplateBody = request.body().await?;
    let (id, wanted) = (request.segment("id"), body.into_description()?);
    let directory = request.directory();
    let changed = directory.update_sms_template(&request.call, &id, wanted).await?;
    Ok(answer::json(&view(&changed, true)))
}

async fn replace(mut request: Request) -> Result<HttpResponse, Refusal> {
    let body: TemplateBody = request.body().await?;
    let (id, wanted) = (request.segment("id"), body.into_description()?);
    let directory = request.directory();
    let changed = directory.replace_sms_template(&request.call, &id, wanted).await?;
    // The translations are stored, and yet the original's answer has none.
    Ok(answer::json(&view(&changed, false)))
}

async fn delete(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    request.directory().delete_sms_template(&request.call, &id).await?;
    Ok(answer::no_content())
}

fn built_in(now: Timestamp) -> Value {
    let now = now.whole_seconds();
    json!({
        "id": DEFAULT_ID,
        "name": DEFAULT_NAME,
        "type": TYPE,
        "template": DEFAULT_TEXT,
        "created": now,
        "lastUpdated": now,
    })
}

fn view(template: &SmsTemplate, with_translations: bool) -> Value {
    let mut shown = json!({
        "id": template.id.as_str(),
        "name": template.name,
        "type": TYPE,
        "template": template.text,
        "created": template.created,
        "lastUpdated": template.last_updated,
    });
    if with_translations
        && !template.translations.is_empty()
        && let Some(members) = shown.as_object_mut()
    {
        members.insert("translations".to_owned(), json!(template.translations));
    }
    shown
}
