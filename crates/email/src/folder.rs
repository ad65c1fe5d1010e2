//! Delivery into a folder: each message is a file that any mail program opens.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use denizen_domain::id::MessageId;
use denizen_domain::message::{Mail, MailSender, SendError};

use crate::compose::Composer;
use crate::from::FromAddress;

/// Writes each message to a file of its own, named after the message's id. A second attempt writes the same file again.
pub struct FolderSender {
    folder: PathBuf,
    composer: Composer,
}

impl FolderSender {
    /// Writes into this folder, which is made when the first mail comes.
    #[must_use]
    pub fn new(folder: PathBuf, from: FromAddress) -> Self {
        Self {
            folder,
            composer: Composer::new(from),
        }
    }
}

#[async_trait]
impl MailSender for FolderSender {
    async fn send_mail(&self, id: &MessageId, mail: &Mail) -> Result<(), SendError> {
        let message = self.composer.compose(id, mail)?.bytes;
        let (folder, name) = (self.folder.clone(), id.to_string());
        let written = tokio::task::spawn_blocking(move || write(&folder, &name, &message)).await;
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(SendError::Temporary(format!("the mail folder: {}", error.kind()))),
            Err(_) => Err(SendError::Temporary(
                "the mail folder: the write was broken off".to_owned(),
            )),
        }
    }
}

/// Writes the file under another name first: whoever watches the folder sees whole messages only. The message is forgotten
/// once this returns, so the disk must have it.
fn write(folder: &Path, name: &str, message: &[u8]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let unfinished = folder.join(format!(".{name}.tmp"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(message)?;
    file.sync_all()?;
    fs::rename(&unfinished, folder.join(format!("{name}.eml")))?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::sample::{LINK, id, mail};
    use denizen_domain::message::MailTemplate;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn sender(folder: &Path) -> FolderSender {
        FolderSender::new(folder.to_owned(), "no-reply@example.com".parse().unwrap())
    }

    /// K4: the mail holds a token, so the file is its owner's alone.
    #[tokio::test]
    async fn a_message_is_one_file_however_often_it_is_sent() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("below").join("mail");
        // What a server that died has left behind.
        DirBuilder::new().recursive(true).create(&folder).unwrap();
        fs::write(folder.join(format!(".{}.tmp", id(1))), "half a message, longer or not").unwrap();
        let sender = sender(&folder);
        let mail = mail(MailTemplate::UserActivation);
        for _ in 0..2 {
            sender.send_mail(&id(1), &mail).await.unwrap();
        }
        sender.send_mail(&id(2), &mail).await.unwrap();
        assert_eq!(names(&folder), [format!("{}.eml", id(1)), format!("{}.eml", id(2))]);
        let file = folder.join(format!("{}.eml", id(2)));
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(fs::read_to_string(file).unwrap().contains(LINK));
    }

    #[tokio::test]
    async fn the_folder_is_made_for_its_owner_alone() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("mail");
        let sent = sender(&folder)
            .send_mail(&id(1), &mail(MailTemplate::PasswordChanged))
            .await;
        assert_eq!(sent, Ok(()));
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    }

    /// G1: the error tells of the folder, not of the mail.
    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_tried_again() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("mail");
        fs::write(&folder, "a file in its place").unwrap();
        let error = sender(&folder)
            .send_mail(&id(1), &mail(MailTemplate::UserActivation))
            .await;
        let Err(SendError::Temporary(text)) = error else {
            panic!("{error:?}")
        };
        assert!(text.starts_with("the mail folder: "), "{text}");
        assert!(!text.contains("canary") && !text.contains("isaac"), "{text}");
    }
}
