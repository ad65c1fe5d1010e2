//! The parameter `fields` of lists: `id,status,profile:(firstName,city)` (contract: users §5).

use actix_web::HttpResponse;
use serde_json::{Map, Value};

use crate::answer;
use crate::refusal::Refusal;

/// Which members are shown; of some, only some members.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Projection(Vec<(String, Option<Vec<String>>)>);

impl Projection {
    /// Reads the parameter.
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let malformed = || Refusal::type_mismatch("fields");
        let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let mut fields = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find([',', ':']).unwrap_or(rest.len());
            let name = rest[..end].trim();
            rest = &rest[end..];
            let mut inner = None;
            if let Some(after) = rest.strip_prefix(":(") {
                let (list, after) = after.split_once(')').ok_or_else(malformed)?;
                inner = Some(list.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>());
                rest = after;
            }
            let inner_is_well_formed = inner.iter().flatten().all(|name| is_name(name));
            if !is_name(name) || !inner_is_well_formed || !(rest.is_empty() || rest.starts_with(',')) {
                return Err(malformed());
            }
            fields.push((name.to_owned(), inner));
            rest = rest.strip_prefix(',').unwrap_or(rest);
        }
        Ok(Self(fields))
    }

    /// Answers a list of objects with these members only, and their ids.
    pub(super) fn answer(&self, list: &[u8]) -> Result<HttpResponse, Refusal> {
        let objects: Vec<Map<String, Value>> =
            serde_json::from_slice(list).map_err(|error| Refusal::internal_error(error.to_string()))?;
        let shown: Vec<_> = objects.into_iter().map(|object| self.project(object)).collect();
        Ok(answer::json(&shown))
    }

    fn project(&self, mut object: Map<String, Value>) -> Map<String, Value> {
        let mut shown = Map::new();
        if let Some(id) = object.get("id") {
            shown.insert("id".to_owned(), id.clone());
        }
        for (name, inner) in &self.0 {
            let Some(mut value) = object.remove(name) else {
                continue;
            };
            if let (Some(names), Value::Object(members)) = (inner, &mut value) {
                members.retain(|name, _| names.contains(name));
            }
            shown.insert(name.clone(), value);
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shows_what_was_asked_for_and_the_id() {
        let object = json!({"id": "1", "status": "ACTIVE", "profile": {"city": "X", "title": "Y"}, "_links": {}});
        let project = |fields: &str| {
            let projection = Projection::parse(fields).unwrap();
            Value::Object(projection.project(object.as_object().unwrap().clone()))
        };
        let wanted = json!({"id": "1", "status": "ACTIVE", "profile": {"city": "X"}});
        assert_eq!(project("status,profile:(firstName,city)"), wanted);
        assert_eq!(project("profile:(city),id , status"), wanted);
        assert_eq!(
            project("profile"),
            json!({"id": "1", "profile": {"city": "X", "title": "Y"}})
        );
    }

    #[test]
    fn refuses_what_is_no_list_of_names() {
        for text in [
            ",",
            "a,,b",
            "profile:",
            "profile:(a",
            "profile:(a)b",
            "profile:(a:(b))",
            "pro file",
            "a:b",
        ] {
            assert_eq!(Projection::parse(text).unwrap_err().code(), "E0000037", "{text}");
        }
    }
}
