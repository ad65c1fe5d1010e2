//! `denizen user`: looking at users, without a token.

use anyhow::{Result, bail};
use clap::Subcommand;
use denizen_application::Error;
use denizen_domain::ports::Page;
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;

use super::token::one_line;
use super::{operator, print};
use crate::config::Config;

/// What to do with users.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// List users: id, status, login, name
    List {
        /// A search expression, such as 'status eq "LOCKED_OUT"'; without it, all but the deprovisioned
        #[arg(long)]
        search: Option<String>,
    },
    /// Show one user
    Show {
        /// An id or a login
        user: String,
    },
}

/// Does it.
pub async fn run(config: &Config, command: UserCommand) -> Result<()> {
    let directory = operator::open(config).await?;
    match command {
        UserCommand::List { search } => {
            let mut after = None;
            loop {
                let Page { items, next } = match directory.users_for_operator(search.as_deref(), after).await {
                    Err(Error::Search(error)) => bail!("the search expression is not usable: {error}"),
                    page => page?,
                };
                print(&items.iter().map(line).collect::<String>())?;
                if next.is_none() {
                    return Ok(());
                }
                after = next;
            }
        }
        UserCommand::Show { user } => match directory.user_for_operator(&user).await {
            Ok(user) => print(&details(&user)),
            Err(Error::NotFound { .. }) => bail!("there is no user {user}"),
            Err(error) => Err(error.into()),
        },
    }
}

fn line(user: &User) -> String {
    let (login, name) = (one_line(user.login.as_str()), one_line(&user.display_name()));
    format!("{}  {:<16}  {login}  {name}\n", user.id, user.status.as_str())
}

fn details(user: &User) -> String {
    let moment = |moment: Option<Timestamp>| moment.map_or_else(|| "-".to_owned(), |moment| moment.to_string());
    let yes_no = |yes| if yes { "yes" } else { "no" }.to_owned();
    let mut rows = vec![
        ("id", user.id.to_string()),
        ("login", one_line(user.login.as_str())),
        ("status", user.status.as_str().to_owned()),
        ("created", user.created.to_string()),
        ("activated", moment(user.activated)),
        ("statusChanged", moment(user.status_changed)),
        ("lastUpdated", user.last_updated.to_string()),
        ("lastLogin", moment(user.last_login)),
        ("passwordChanged", moment(user.password_changed)),
        ("hasPassword", yes_no(user.credentials.password.is_some())),
        ("failedAttempts", user.failed_attempts.to_string()),
        ("factors", user.factors.enrolled.to_string()),
        ("failedVerifications", user.factors.failures.to_string()),
    ];
    let profile: Vec<(String, String)> = user
        .profile
        .attributes()
        .iter()
        .map(|(name, value)| (format!("profile.{name}"), one_line(&value.to_string())))
        .collect();
    rows.extend(profile.iter().map(|(name, value)| (name.as_str(), value.clone())));
    rows.iter()
        .map(|(name, value)| format!("{name:<24}{value}\n"))
        .collect()
}
