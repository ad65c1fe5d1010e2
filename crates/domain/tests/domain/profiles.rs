//! Profiles and their schema: every violation is told, and what is accepted keeps the rules (contract: users §1.1).

use denizen_domain::profile::Attributes;
use denizen_domain::schema::Schema;
use denizen_domain::time::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

fn schema() -> Schema {
    Schema::default_user(Timestamp::from_millis(0))
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        ".{0,130}".prop_map(Value::from),
        "[a-z]{1,5}@[a-z]{1,5}\\.io".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            ("[a-z]{1,3}", inner).prop_map(|(key, value)| json!({key: value})),
        ]
    })
}

fn any_attributes() -> impl Strategy<Value = Attributes> {
    let known: Vec<String> = schema().base.into_iter().map(|property| property.name).collect();
    let name = prop_oneof![9 => proptest::sample::select(known), 1 => "[a-zA-Z_]{0,12}"];
    proptest::collection::vec((name, any_value()), 0..12).prop_map(|pairs| pairs.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Any object is checked without a panic. What is accepted has the required attributes, knows no others than the schema,
    /// and holds texts of legal length; what is refused says why, and names its first cause.
    #[test]
    fn any_object_is_accepted_or_explained(given in any_attributes(), complete: bool) {
        let mut given = given;
        if complete {
            let valid = json!({"login": "i.b@example.com", "email": "i@example.com", "firstName": "I", "lastName": "B"});
            given.extend(valid.as_object().unwrap().clone());
        }
        match schema().check_new(given.clone(), "newUser") {
            Ok(profile) => {
                for name in ["login", "email", "firstName", "lastName"] {
                    prop_assert!(profile.text(name).is_some_and(|text| !text.trim().is_empty()), "{}", name);
                }
                for (name, value) in profile.attributes() {
                    let property = schema().property(&name).cloned();
                    prop_assert!(property.is_some(), "{} is not in the schema", name);
                    let longest = property.and_then(|property| property.max_length).unwrap_or(4096);
                    let fits = value.as_str().is_some_and(|text| text.chars().count() <= longest);
                    prop_assert!(fits || value.is_null(), "{}: {}", name, value);
                }
            }
            Err(refused) => {
                prop_assert!(!refused.causes.is_empty());
                let unknown = refused.subject == "newUser";
                let named = refused.causes[0].starts_with(&format!("{}: ", refused.subject));
                prop_assert!(unknown || named, "{:?}", refused);
                prop_assert_eq!(unknown, given.keys().any(|name| schema().property(name).is_none()));
            }
        }
    }

    /// A partial update that is refused or accepted says the same as a replacement by what it leads to.
    #[test]
    fn a_merge_is_a_replacement_by_its_result(given in any_attributes()) {
        let valid = json!({"login": "i.b@example.com", "email": "i@example.com", "firstName": "I", "lastName": "B"});
        let start = schema().check_new(valid.as_object().unwrap().clone(), "newUser").unwrap();
        let mut whole = start.attributes();
        whole.extend(given.clone());
        prop_assert_eq!(schema().check_merge(&start, given, "user"), schema().check_replace(whole, "user"));
    }
}
