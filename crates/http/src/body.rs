//! Reading JSON bodies, strictly (contract: conventions §1): what is malformed, of another type, named twice or not known at
//! all is refused, and never guessed at.

use std::fmt;
use std::marker::PhantomData;

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use denizen_domain::profile::Attributes;
use futures_util::StreamExt;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};

use crate::refusal::Refusal;

/// Reads the whole body.
pub(crate) async fn read(request: &HttpRequest, payload: &mut web::Payload, limit: usize) -> Result<Vec<u8>, Refusal> {
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Refusal::body_too_large());
    }
    let mut body = Vec::with_capacity(announced.unwrap_or_default());
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Refusal::malformed_body())?;
        if body.len() + chunk.len() > limit {
            return Err(Refusal::body_too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Whether the body is said to be JSON.
pub(crate) fn is_json(request: &HttpRequest) -> bool {
    let given = request.headers().get(header::CONTENT_TYPE);
    let Some(text) = given.and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// Reads a JSON object.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    if has_forbidden_characters(body) {
        return Err(Refusal::malformed_body());
    }
    let parsed: Result<Object<T>, _> = serde_json::from_slice(body);
    parsed.map(|Object(value)| value).map_err(|_| Refusal::malformed_body())
}

/// Whether a body has characters that take more than three bytes in UTF-8, written out or escaped, or the character NUL, which
/// databases cannot hold. An escape of a surrogate stands for one of the former, or for nothing at all.
fn has_forbidden_characters(body: &[u8]) -> bool {
    let mut escaped = false;
    for (place, &byte) in body.iter().enumerate() {
        if byte >= 0xF0 {
            return true;
        }
        if escaped && byte == b'u' {
            let digits = body.get(place + 1..place + 5).unwrap_or_default();
            if digits == b"0000" || matches!(digits, [b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..]) {
                return true;
            }
        }
        escaped = byte == b'\\' && !escaped;
    }
    false
}

/// A value that is written as a JSON object. Without this, a list of the members' values would do as well.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OnlyMaps<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for OnlyMaps<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_map(OnlyMaps(PhantomData)).map(Object)
    }
}

/// The attributes of a profile; none may be named twice.
#[derive(Default)]
pub(crate) struct StrictAttributes(pub(crate) Attributes);

impl<'de> Deserialize<'de> for StrictAttributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match StrictValue::deserialize(deserializer)?.0 {
            Value::Object(attributes) => Ok(Self(attributes)),
            _ => Err(D::Error::custom("not an object")),
        }
    }
}

/// Any JSON value, without names that occur twice in one object.
pub(crate) struct StrictValue(pub(crate) Value);

impl<'de> Deserialize<'de> for StrictValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(StrictValue(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Attributes::new();
        while let Some((name, StrictValue(value))) = members.next_entry::<String, StrictValue>()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a name occurs twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        profile: Option<StrictAttributes>,
        inner: Option<Object<Inner>>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[serde(rename = "value")]
        _value: Option<String>,
    }

    fn accepts(body: &[u8]) -> bool {
        parse::<Sample>(body).is_ok()
    }

    #[test]
    fn well_formed_objects_are_read() {
        let read: Sample =
            parse(br#" {"profile":{"a":"\u00e9","n":[1,-2,0.5,true,null]},"inner":{"value":"x"}} "#).unwrap();
        let wanted = serde_json::json!({"a": "é", "n": [1, -2, 0.5, true, null]});
        assert_eq!(Value::Object(read.profile.unwrap().0), wanted);
        assert!(read.inner.is_some());
        assert!(accepts(b"{}") && accepts(br#"{"profile":null}"#));
    }

    #[test]
    fn everything_else_is_refused() {
        let deep = format!(r#"{{"profile":{{"a":{}1{}}}}}"#, "[".repeat(5000), "]".repeat(5000));
        let refused: [&[u8]; 18] = [
            b"",
            b"null",
            b"[]",
            b"[null,null]",
            b"\"x\"",
            b"{",
            b"{} {}",
            b"{\"profile\":{}}x",
            br#"{"boop":"bap"}"#,
            br#"{"profile":{},"profile":{}}"#,
            br#"{"profile":{"a":1,"a":1}}"#,
            br#"{"profile":{"o":{"a":1,"\u0061":1}}}"#,
            br#"{"profile":[]}"#,
            br#"{"profile":"x"}"#,
            br#"{"inner":["x"]}"#,
            b"{\"profile\":{\"a\":\"\xff\"}}",
            b"{\"profile\":{\"a\":1e999}}",
            deep.as_bytes(),
        ];
        for body in refused {
            assert!(
                !accepts(body),
                "{}",
                String::from_utf8_lossy(&body[..body.len().min(60)])
            );
        }
    }

    #[test]
    fn characters_beyond_three_bytes_and_nul_are_refused() {
        for text in ["😀", "\\ud83d\\ude00", "\\uD83D", "a\\\\\\ud83d", "\\u0000"] {
            assert!(
                !accepts(format!(r#"{{"profile":{{"a":"{text}"}}}}"#).as_bytes()),
                "{text}"
            );
        }
        for text in ["\u{ffff}", "\\ud7ff", "\\\\ud83d", "ud83d", "\\u0001", "\\\\u0000"] {
            assert!(
                accepts(format!(r#"{{"profile":{{"a":"{text}"}}}}"#).as_bytes()),
                "{text}"
            );
        }
    }

    proptest::proptest! {
        /// H3: no body makes the reader panic.
        #[test]
        fn any_bytes_are_read_or_refused(body in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = parse::<Sample>(&body);
        }
    }
}
