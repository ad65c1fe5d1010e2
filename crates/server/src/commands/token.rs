//! `denizen token`: API tokens, for an operator who has none that works.

use anyhow::{Result, bail};
use clap::Subcommand;
use denizen_application::{Error, FIRST_ADMINISTRATOR};

use super::{operator, print};
use crate::config::Config;

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token, and print it this once
    Create {
        /// Whose rights it carries: an id or a login
        #[arg(long, default_value = FIRST_ADMINISTRATOR)]
        user: String,
        /// A name to know it by
        #[arg(long)]
        name: String,
    },
    /// List all tokens, without their secrets
    List,
    /// Revoke a token; running servers refuse it at once
    Revoke {
        /// The token's id, as listed
        id: String,
    },
}

/// Does it.
pub async fn run(config: &Config, command: TokenCommand) -> Result<()> {
    let directory = operator::open(config).await?;
    match command {
        TokenCommand::Create { user, name } => match directory.create_api_token(&user, &name).await {
            Ok(secret) => print(&format!("{}\n", secret.expose())),
            Err(Error::NotFound { .. }) => bail!("there is no user {user}"),
            Err(error) => Err(error.into()),
        },
        TokenCommand::List => {
            let tokens = directory.list_api_tokens().await?;
            let lines = tokens.iter().map(|token| {
                let (id, owner, used, expires) = (&token.id, &token.owner, token.last_used, token.expires);
                format!(
                    "{id}  {owner}  used {used}  expires {expires}  {}\n",
                    one_line(&token.name)
                )
            });
            print(&lines.collect::<String>())
        }
        TokenCommand::Revoke { id } => match directory.revoke_api_token(&id).await {
            Ok(()) => print(&format!("{id} is revoked.\n")),
            Err(Error::NotFound { .. }) => bail!("there is no token {id}"),
            Err(error) => Err(error.into()),
        },
    }
}

/// A value for a terminal: nothing in it moves the cursor or begins a line.
pub(super) fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}
