//! Mail templates, and delivery by SMTP or into a folder.
