//! The tables, as both databases have them. `migrations/` makes them.

mod factor_tables;

pub(crate) use self::factor_tables::{
    factor_switches, hotp_profiles, push_transactions, sendings, sms_templates, yubikeys,
};

diesel::table! {
    organization (singleton) {
        singleton -> BigInt,
        id -> Text,
        name -> Text,
        created -> BigInt,
        cursor_key -> Text,
        structure_version -> BigInt,
    }
}

diesel::table! {
    groups (seq) {
        seq -> BigInt,
        id -> Text,
        version -> BigInt,
        kind -> Text,
        name_key -> Text,
        profile -> Text,
        created -> BigInt,
        last_updated -> BigInt,
        last_membership_updated -> BigInt,
    }
}

diesel::table! {
    group_members (group_seq, user_seq) {
        group_seq -> BigInt,
        user_seq -> BigInt,
    }
}

diesel::table! {
    user_types (id) {
        id -> Text,
        name -> Text,
        display_name -> Text,
        description -> Nullable<Text>,
        created_by -> Text,
        last_updated_by -> Text,
        created -> BigInt,
        last_updated -> BigInt,
        is_default -> Bool,
        seq -> BigInt,
    }
}

diesel::table! {
    schemas (id) {
        id -> Text,
        document -> Text,
    }
}

diesel::table! {
    users (seq) {
        seq -> BigInt,
        id -> Text,
        version -> BigInt,
        type_id -> Text,
        status -> Text,
        resumes_to -> Text,
        created -> BigInt,
        activated -> Nullable<BigInt>,
        status_changed -> Nullable<BigInt>,
        last_login -> Nullable<BigInt>,
        last_updated -> BigInt,
        password_changed -> Nullable<BigInt>,
        login -> Text,
        login_key -> Text,
        short_name -> Text,
        display_name -> Text,
        profile -> Text,
        password -> Nullable<Text>,
        password_history -> Text,
        recovery_question -> Nullable<Text>,
        recovery_answer -> Nullable<Text>,
        provider_type -> Text,
        provider_name -> Text,
        failed_attempts -> BigInt,
        factors -> Text,
    }
}

diesel::table! {
    factors (seq) {
        seq -> BigInt,
        id -> Text,
        user_id -> Text,
        version -> BigInt,
        status -> Text,
        created -> BigInt,
        last_updated -> BigInt,
        unique_key -> Nullable<Text>,
        device -> Text,
    }
}

diesel::table! {
    user_attr (attr, val, seq) {
        attr -> Text,
        val -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    unique_claims (attribute, value) {
        attribute -> Text,
        value -> Text,
        user_id -> Text,
    }
}

diesel::table! {
    linked_objects (seq) {
        seq -> BigInt,
        primary_name -> Text,
        primary_title -> Text,
        primary_description -> Nullable<Text>,
        associated_name -> Text,
        associated_title -> Text,
        associated_description -> Nullable<Text>,
    }
}

diesel::table! {
    links (associated_id, relation) {
        relation -> Text,
        associated_id -> Text,
        primary_id -> Text,
    }
}

diesel::table! {
    apps (seq) {
        seq -> BigInt,
        id -> Text,
        version -> BigInt,
        name -> Text,
        name_key -> Text,
        label -> Text,
        label_key -> Text,
        status -> Text,
        sign_on_mode -> Text,
        created -> BigInt,
        last_updated -> BigInt,
        document -> Text,
        user_schema -> Text,
    }
}

diesel::table! {
    app_users (seq) {
        seq -> BigInt,
        id -> Text,
        app_id -> Text,
        user_id -> Text,
        user_name -> Text,
        profile -> Text,
        created -> BigInt,
        last_updated -> BigInt,
    }
}

diesel::table! {
    app_groups (app_id, group_id) {
        app_id -> Text,
        group_id -> Text,
        priority -> BigInt,
        profile -> Text,
        created -> BigInt,
        last_updated -> BigInt,
    }
}

diesel::table! {
    authority (singleton) {
        singleton -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    role_assignments (seq) {
        seq -> BigInt,
        id -> Text,
        version -> BigInt,
        assignee -> Text,
        user_id -> Nullable<Text>,
        group_id -> Nullable<Text>,
        client_id -> Nullable<Text>,
        role -> Text,
        is_scoped -> Bool,
        third_party -> Bool,
        created -> BigInt,
        last_updated -> BigInt,
    }
}

diesel::table! {
    role_targets (seq) {
        seq -> BigInt,
        assignment_seq -> BigInt,
        group_id -> Nullable<Text>,
        app_name -> Nullable<Text>,
        app_id -> Nullable<Text>,
    }
}

diesel::table! {
    role_subscriptions (role, notification) {
        role -> Text,
        notification -> Text,
        is_subscribed -> Bool,
    }
}

diesel::table! {
    user_subscriptions (user_id, notification) {
        user_id -> Text,
        notification -> Text,
        is_subscribed -> Bool,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> Text,
        name -> Text,
        digest -> Binary,
        owner -> Text,
        created -> BigInt,
        last_used -> BigInt,
        expires -> BigInt,
    }
}

diesel::table! {
    one_time_tokens (digest) {
        digest -> Binary,
        user_id -> Text,
        purpose -> Text,
        created -> BigInt,
        expires -> BigInt,
    }
}

diesel::table! {
    sessions (digest) {
        digest -> Binary,
        id -> Text,
        user_id -> Text,
        created -> BigInt,
        expires -> BigInt,
        ends -> BigInt,
        evidence -> Text,
    }
}

diesel::table! {
    sign_ins (digest) {
        digest -> Binary,
        user_id -> Text,
        version -> BigInt,
        purpose -> Text,
        expires -> BigInt,
        details -> Text,
    }
}

diesel::table! {
    events (seq) {
        seq -> BigInt,
        uuid -> Text,
        published -> BigInt,
        event_type -> Text,
        payload -> Text,
    }
}

diesel::table! {
    messages (id) {
        id -> Text,
        template -> Text,
        sealed -> Binary,
        attempts -> BigInt,
        next_attempt -> Nullable<BigInt>,
        created -> BigInt,
    }
}

diesel::table! {
    oauth_clients (client_id) {
        client_id -> Text,
        app_id -> Text,
    }
}

diesel::table! {
    scope_grants (id) {
        id -> Text,
        app_id -> Text,
        scope -> Text,
        created_by -> Text,
        created -> BigInt,
    }
}

diesel::table! {
    access_tokens (id) {
        id -> Text,
        digest -> Binary,
        app_id -> Text,
        user_id -> Nullable<Text>,
        grants -> Text,
        created -> BigInt,
        expires -> BigInt,
    }
}

diesel::table! {
    used_assertions (app_id, id) {
        app_id -> Text,
        id -> Binary,
        expires -> BigInt,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        public -> Text,
        sealed -> Binary,
        created -> BigInt,
        retired -> Nullable<BigInt>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    users,
    user_attr,
    authority,
    access_tokens,
    oauth_clients,
    scope_grants,
    role_assignments,
    role_targets,
    api_tokens,
    sessions,
    sign_ins,
    factors,
    groups,
    group_members,
    user_types,
    schemas,
    unique_claims,
    apps,
    app_users,
    app_groups
);
