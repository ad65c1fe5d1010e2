//! Delivery into a folder: each message is a file of JSON, for whoever tries things out without a phone.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use denizen_domain::id::MessageId;
use denizen_domain::message::{PhoneSender, SendError, Sms, VoiceCall};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::spoken;

/// Writes each message to a file of its own, named after the message's id. A second attempt writes the same file again.
pub struct FolderSender {
    folder: PathBuf,
}

impl FolderSender {
    /// Writes into this folder, which is made when the first message comes.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    async fn keep(&self, id: &MessageId, message: &Value) -> Result<(), SendError> {
        let (folder, name) = (self.folder.clone(), id.to_string());
        let content = Zeroizing::new(format!("{message:#}\n"));
        let written = tokio::task::spawn_blocking(move || write(&folder, &name, content.as_bytes())).await;
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(SendError::Temporary(format!("the phone folder: {}", error.kind()))),
            Err(_) => Err(SendError::Temporary(
                "the phone folder: the write was broken off".to_owned(),
            )),
        }
    }
}

#[async_trait]
impl PhoneSender for FolderSender {
    async fn send_sms(&self, id: &MessageId, sms: &Sms) -> Result<(), SendError> {
        let message = json!({"type": "sms", "to": sms.to, "text": sms.text.expose()});
        self.keep(id, &message).await
    }

    async fn call(&self, id: &MessageId, call: &VoiceCall) -> Result<(), SendError> {
        let message = json!({
            "type": "call",
            "to": call.to,
            "extension": call.extension,
            "text": *spoken::text(&call.org_name, call.code.expose()),
            "code": call.code.expose(),
        });
        self.keep(id, &message).await
    }
}

/// Writes the file under another name first: whoever watches the folder sees whole messages only.
fn write(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let unfinished = folder.join(format!(".{name}.tmp"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&unfinished, folder.join(format!("{name}.json")))?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::sample::{call, id, sms};

    fn read(folder: &Path) -> Vec<Value> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap()).unwrap())
            .collect()
    }

    /// K4: the message holds a code, so the file is its owner's alone.
    #[tokio::test]
    async fn a_message_is_one_file_however_often_it_is_sent() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("below").join("phone");
        let sender = FolderSender::new(folder.clone());
        for _ in 0..2 {
            sender.send_sms(&id(), &sms()).await.unwrap();
        }
        assert_eq!(
            read(&folder),
            [json!({"type": "sms", "to": "+15554151337", "text": "Org: 495817"})]
        );
        let file = folder.join(format!("{}.json", id()));
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        sender.call(&id(), &call()).await.unwrap();
        let told = read(&folder).remove(0);
        assert_eq!(
            (told["type"].as_str(), told["code"].as_str()),
            (Some("call"), Some("495817"))
        );
    }

    /// G1: the error tells of the folder, not of the message.
    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_tried_again() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("phone");
        fs::write(&folder, "a file in its place").unwrap();
        let error = FolderSender::new(folder).send_sms(&id(), &sms()).await;
        let Err(SendError::Temporary(text)) = error else {
            panic!("{error:?}")
        };
        assert!(
            text.starts_with("the phone folder: ") && !text.contains("495817"),
            "{text}"
        );
    }
}
