//! Edits by example, each refusal, and any sequence of edits against any profile.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::profile::{Attributes, Profile};
use crate::schema::Kind;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn schema() -> Schema {
    Schema::default_user(at(0))
}

fn custom(properties: &Value) -> Value {
    json!({"custom": {"id": "#custom", "type": "object", "properties": properties}})
}

fn edited(schema: &Schema, definitions: &Value) -> Result<Edited, SchemaRefusal> {
    schema.edit(&SchemaEdit::parse(definitions)?, at(9))
}

fn cause(refusal: SchemaRefusal) -> String {
    match refusal {
        SchemaRefusal::Invalid(validation) => validation.causes.join("; "),
        SchemaRefusal::ChoicesMismatch => "mismatch".to_owned(),
    }
}

#[test]
fn a_new_property_is_shown_with_what_is_usual() {
    let one_of = json!([{"const": 4, "title": "four"}, {"const": 5, "title": "five"}]);
    let list = json!({"title": "T", "description": "testing", "type": "array", "required": false, "scope": "SELF",
        "master": {"type": "OKTA"}, "items": {"type": "integer", "enum": [4, 5], "oneOf": one_of},
        "permissions": [{"principal": "SELF", "action": "READ_ONLY"}]});
    let found = edited(
        &schema(),
        &custom(&json!({"list": list, "plain": {"title": "P", "type": "string", "unique": true}})),
    );
    let found = found.unwrap().schema;
    let shown = &found.definitions()["custom"];
    let wanted = json!({"title": "T", "description": "testing", "type": "array", "mutability": "READ_WRITE", "scope": "SELF",
        "items": {"type": "integer", "enum": [4, 5], "oneOf": one_of},
        "permissions": [{"principal": "SELF", "action": "READ_ONLY"}], "master": {"type": "OKTA"}});
    assert_eq!(shown["properties"]["list"], wanted);
    let wanted = json!({"title": "P", "type": "string", "unique": "UNIQUE_VALIDATED", "mutability": "READ_WRITE", "scope": "NONE",
        "permissions": [{"principal": "SELF", "action": "READ_ONLY"}], "master": {"type": "PROFILE_MASTER"}});
    assert_eq!(shown["properties"]["plain"], wanted);
    assert_eq!(shown["required"], json!([]));
    assert_eq!((found.created, found.last_updated), (0, 9000));
}

#[test]
fn a_whole_schema_sent_back_changes_nothing_but_its_stamp() {
    let properties = json!({"a": {"title": "A", "type": "number", "minimum": 1, "maximum": 2.5},
        "b": {"title": "B", "type": "string", "enum": ["x", ""], "oneOf": [{"const": "x", "title": "X"}, {"const": "", "title": "none"}]}});
    let before = edited(&schema(), &custom(&properties)).unwrap().schema;
    let after = edited(&before, &before.definitions()).unwrap();
    assert_eq!(
        after.schema,
        Schema {
            last_updated: 9000,
            ..before
        }
    );
    assert!(after.removed.is_empty() && after.now_unique.is_empty());
}

#[test]
fn what_is_not_named_stays_and_null_goes() {
    let start = edited(
        &schema(),
        &custom(
            &json!({"a": {"title": "A", "type": "string", "maxLength": 9}, "b": {"title": "B", "type": "boolean"}}),
        ),
    );
    let start = start.unwrap().schema;
    let next = edited(
        &start,
        &custom(&json!({"a": {"title": "AA", "unique": true}, "b": null, "c": null})),
    )
    .unwrap();
    assert_eq!(
        (next.removed, next.now_unique),
        (vec!["b".to_owned()], vec!["a".to_owned()])
    );
    let a = next.schema.property("a").unwrap();
    assert_eq!((a.title.as_str(), a.max_length, a.unique), ("AA", Some(9), true));
    let cleared = edited(
        &next.schema,
        &custom(&json!({"a": {"maxLength": null, "unique": false}})),
    )
    .unwrap();
    assert_eq!(cleared.schema.property("a").unwrap().max_length, None);
    assert!(!next.schema.without_unique("a").property("a").unwrap().unique);
}

#[test]
fn of_the_base_only_little_can_change() {
    let edit = json!({"base": {"id": "#base", "properties": {
        "lastName": {"required": false, "title": "Other", "maxLength": 1, "permissions": [{"principal": "SELF", "action": "HIDE"}]},
        "email": {"required": false}, "login": {"pattern": "[a-z]+"}}}});
    let found = edited(&schema(), &edit).unwrap().schema;
    assert_eq!(
        found.definitions()["base"]["required"],
        json!(["login", "firstName", "email"])
    );
    let shown = &found.definitions()["base"]["properties"];
    assert_eq!(
        (&shown["lastName"]["title"], &shown["lastName"]["maxLength"]),
        (&json!("Last name"), &json!(50))
    );
    assert_eq!(shown["lastName"]["permissions"][0]["action"], "HIDE");
    assert_eq!(shown["login"]["pattern"], "[a-z]+");
    let given = json!({"login": "isaac", "email": "isaac@example.com", "firstName": "Isaac"});
    assert!(found.check_new(given.as_object().unwrap().clone(), "newUser").is_ok());
    let mut group = Schema::default_group(at(0));
    group.last_updated = 9000;
    let sent = json!({"base": {"properties": {"name": {"required": false, "maxLength": 1}}}});
    assert_eq!(edited(&group, &sent).unwrap().schema, group);
}

#[test]
fn each_refusal_tells_why() {
    let five: serde_json::Map<String, Value> = (0..6)
        .map(|n| (format!("u{n}"), json!({"title": "U", "type": "string", "unique": true})))
        .collect();
    let start = edited(&schema(), &custom(&json!({"taken": {"title": "T", "type": "string"}})))
        .unwrap()
        .schema;
    let cases = [
        (json!({"9a": {"title": "T", "type": "string"}}), "must be a letter"),
        (json!({"LastLogin": {"title": "T", "type": "string"}}), "reserved"),
        (json!({"FirstName": {"title": "T", "type": "string"}}), "already exists"),
        (json!({"TAKEN": {"title": "T", "type": "string"}}), "already exists"),
        (json!({"a": {"title": "T"}}), "needs a type"),
        (json!({"a": {"type": "string"}}), "title"),
        (json!({"a": {"title": "T", "type": "blob"}}), "incorrect value"),
        (
            json!({"a": {"title": "T", "type": "string", "format": "colour"}}),
            "incorrect value",
        ),
        (json!({"a": {"title": "T", "type": "array"}}), "items"),
        (
            json!({"a": {"title": "T", "type": "string", "items": {"type": "string"}}}),
            "items",
        ),
        (
            json!({"a": {"title": "T", "type": "string", "minLength": 3, "maxLength": 2}}),
            "minLength",
        ),
        (
            json!({"a": {"title": "T", "type": "string", "minLength": -3}}),
            "incorrect value",
        ),
        (
            json!({"a": {"title": "T", "type": "integer", "minimum": 3, "maximum": 2}}),
            "minimum",
        ),
        (
            json!({"a": {"title": "T", "type": "boolean", "unique": true}}),
            "unique",
        ),
        (
            json!({"a": {"title": "T", "type": "string", "pattern": "(a+)+"}}),
            "pattern",
        ),
        (
            json!({"a": {"title": "T", "type": "number", "enum": ["0.01"]}}),
            "enum is not valid",
        ),
        (
            json!({"a": {"title": "T", "type": "string", "enum": ["x", "x"]}}),
            "different values",
        ),
        (
            json!({"a": {"title": "T", "type": "string", "enum": ["x"], "oneOf": [{"const": "y", "title": "Y"}]}}),
            "mismatch",
        ),
        (
            json!({"a": {"title": "T", "type": "string", "oneOf": [{"const": "y", "title": "Y"}]}}),
            "mismatch",
        ),
        (
            json!({"a": {"title": "T", "type": "integer", "default": "x"}}),
            "default",
        ),
        (json!({"taken": {"type": "number"}}), "cannot be changed"),
        (json!({"a": 7}), "Schema is invalid."),
        (Value::Object(five), "At most 5"),
    ];
    for (properties, wanted) in cases {
        let told = cause(edited(&start, &custom(&properties)).unwrap_err());
        assert!(told.contains(wanted), "{properties}: {told}");
    }
    for (definitions, wanted) in [
        (json!({"base": {"properties": {"login": null}}}), "cannot be removed"),
        (json!({"base": {"properties": {"nope": {}}}}), "does not exist"),
        (
            json!({"base": {"properties": {"login": {"pattern": "(a+)+"}}}}),
            "pattern",
        ),
        (json!({"other": {}}), "Schema is invalid."),
        (json!({"custom": []}), "Schema is invalid."),
        (json!([]), "Schema is invalid."),
    ] {
        let told = cause(edited(&start, &definitions).unwrap_err());
        assert!(told.contains(wanted), "{definitions}: {told}");
    }
}

fn any_property() -> impl Strategy<Value = Value> {
    let kind = proptest::sample::select(vec!["string", "boolean", "number", "integer", "array"]);
    (
        kind,
        any::<bool>(),
        proptest::option::of(0usize..6),
        any::<bool>(),
        0u8..5,
    )
        .prop_map(|(kind, required, length, fits, choice)| {
            let mut property = json!({"title": "T", "type": kind, "required": required});
            if kind == "array" {
                let element = if fits { "integer" } else { "string" };
                property["items"] = json!({"type": element});
            }
            if let Some(length) = length
                && (kind == "string" || !fits)
            {
                property["maxLength"] = json!(length);
            }
            if choice == 0 {
                property["enum"] = json!(["a", "b"]);
            }
            property
        })
}

fn any_edit() -> impl Strategy<Value = Value> {
    let name = proptest::sample::select(vec!["a", "b", "c"]);
    proptest::collection::vec((name, proptest::option::weighted(0.8, any_property())), 1..3).prop_map(|list| {
        custom(&Value::Object(
            list.into_iter().map(|(name, p)| (name.to_owned(), json!(p))).collect(),
        ))
    })
}

fn any_attributes() -> impl Strategy<Value = Attributes> {
    let name = proptest::sample::select(vec!["a", "b", "c"]);
    let value = prop_oneof![
        Just(json!(null)),
        Just(json!(true)),
        Just(json!("a")),
        "[a-z]{0,8}".prop_map(|text| json!(text)),
        any::<i32>().prop_map(|number| json!(number)),
        Just(json!(1.5)),
        Just(json!(["a"])),
        Just(json!([1, 2])),
        Just(json!({})),
    ];
    proptest::collection::vec((name, value), 0..4)
        .prop_map(|list| list.into_iter().map(|(n, v)| (n.to_owned(), v)).collect())
}

/// Every value is of an attribute that the schema has, and of its type. Narrower bounds bind only what is written later.
fn holds(schema: &Schema, profile: &Profile) -> bool {
    profile.attributes().iter().all(|(name, value)| {
        schema.property(name).is_some_and(|property| match property.kind {
            Kind::String => value.is_string(),
            Kind::Boolean => value.is_boolean(),
            Kind::Number => value.is_number(),
            Kind::Integer => value.is_i64(),
            Kind::Array => value.is_array(),
        })
    })
}

proptest! {
    #[test]
    fn after_any_edits_every_profile_still_fits(steps in proptest::collection::vec((any_edit(), any_attributes(), any::<bool>()), 1..20)) {
        let mut schema = schema();
        let base = json!({"login": "a@b.io", "email": "a@b.io", "firstName": "A", "lastName": "B"});
        let mut profile = schema.check_new(base.as_object().unwrap().clone(), "newUser").unwrap();
        for (edit, attributes, merge) in steps {
            if let Ok(edited) = edited(&schema, &edit) {
                schema = edited.schema;
                profile = Profile::from_attributes(&schema.known_part(&profile));
                let sent_back = schema.definitions();
                prop_assert_eq!(super::tests::edited(&schema, &sent_back).map(|edited| edited.schema), Ok(schema.clone()));
            }
            let written = if merge {
                schema.check_merge(&profile, attributes, "user")
            } else {
                let mut whole = base.as_object().unwrap().clone();
                whole.extend(attributes);
                schema.check_replace(whole, "user")
            };
            if let Ok(written) = written {
                profile = written;
            }
            prop_assert!(holds(&schema, &profile), "{:?} {:?}", schema.custom, profile);
        }
    }

    /// No text makes the reader of edits panic, and no accepted edit contradicts itself.
    #[test]
    fn arbitrary_members_are_read_or_refused(key in "[a-zA-Z]{1,12}", text in ".{0,12}", kind in 0u8..6) {
        let value = match kind { 0 => json!(text), 1 => json!([text]), 2 => json!({"type": text}), 3 => json!(null), 4 => json!(7), _ => json!(true) };
        for key in [key.as_str(), "enum", "oneOf", "items", "permissions", "master", "unique", "minimum", "default", "format"] {
            let mut property = json!({"title": "T", "type": "string"});
            property[key] = value.clone();
            if let Ok(edited) = edited(&schema(), &custom(&json!({"a": property}))) {
                let back = edited.schema.definitions();
                prop_assert!(super::tests::edited(&edited.schema, &back).is_ok());
            }
        }
    }
}
