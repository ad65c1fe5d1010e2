//! The tables of what goes with factors: codes on their way, pushes, tokens.

diesel::table! {
    sendings (channel, address) {
        channel -> Text,
        address -> Text,
        version -> BigInt,
        last -> BigInt,
        day -> BigInt,
        day_count -> BigInt,
    }
}

diesel::table! {
    sms_templates (id) {
        id -> Text,
        version -> BigInt,
        name -> Text,
        template -> Text,
        translations -> Text,
        created -> BigInt,
        last_updated -> BigInt,
    }
}

diesel::table! {
    push_transactions (id) {
        id -> Text,
        factor_id -> Text,
        user_id -> Text,
        version -> BigInt,
        state -> Text,
        created -> BigInt,
        expires -> BigInt,
        details -> Text,
    }
}

diesel::table! {
    factor_switches (kind) {
        kind -> Text,
        is_on -> Bool,
    }
}

diesel::table! {
    hotp_profiles (id) {
        id -> Text,
        name -> Text,
        is_default -> Bool,
        time_based -> Bool,
        digits -> BigInt,
        step_seconds -> BigInt,
        adjacent_intervals -> BigInt,
        encoding -> Text,
        hash -> Text,
    }
}

diesel::table! {
    yubikeys (id) {
        id -> Text,
        version -> BigInt,
        status -> Text,
        public_id -> Text,
        live_name -> Nullable<Text>,
        serial -> Text,
        sealed -> Binary,
        uses -> Nullable<BigInt>,
        user_id -> Nullable<Text>,
        factor_id -> Nullable<Text>,
        created -> BigInt,
        activated -> BigInt,
        last_verified -> BigInt,
        last_updated -> BigInt,
    }
}
