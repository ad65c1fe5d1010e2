//! The pages' HTML. Whatever comes from outside goes through [`escape`] (H8).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use denizen_domain::secret::Secret;

/// Text as it may stand between tags and inside quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// One column, as wide as the screen allows; colours that are far enough apart, in the light and in the dark.
const STYLE: &str = "\
:root{color-scheme:light dark}\
*{box-sizing:border-box}\
body{margin:0;padding:1.5rem 1rem;font:1rem/1.5 system-ui,sans-serif;background:#f4f5f7;color:#1b1f24}\
main{max-width:26rem;margin:0 auto;padding:1.5rem;background:#fff;border-radius:.5rem;overflow-wrap:anywhere}\
h1{margin:.25rem 0 1rem;font-size:1.5rem;line-height:1.2}\
.organization{margin:0;color:#4a5560}\
label{display:block;margin-top:1rem;font-weight:600}\
label.check{font-weight:400}\
input[type=password]{width:100%;margin-top:.25rem;padding:.6rem;font:inherit;color:inherit;background:transparent;\
border:1px solid #6b7785;border-radius:.25rem}\
button{width:100%;margin-top:1.5rem;padding:.7rem;font:inherit;font-weight:600;color:#fff;background:#1f5fbf;border:0;\
border-radius:.25rem}\
input:focus-visible,button:focus-visible{outline:3px solid #1f5fbf;outline-offset:2px}\
.error{margin:1rem 0;padding:.75rem;color:#8a1c12;background:#fdecea;border-left:4px solid #8a1c12}\
@media (prefers-color-scheme:dark){body{background:#14171a;color:#e8eaed}main{background:#1f2428}\
.organization{color:#aab3bd}.error{color:#ffd9d5;background:#3a1512;border-color:#ff8a80}}";

/// What the browser may do with a page: show it with its own style, and send its form to where it came from.
pub(super) fn content_policy() -> String {
    let digest = STANDARD.encode(Secret::new(STYLE).digest().as_bytes());
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// A page: its title, and what stands below it as HTML.
pub(super) fn page(organization: &str, title: &str, content: &str) -> String {
    let (organization, title) = (escape(organization), escape(title));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title} – {organization}</title>\n<style>{STYLE}</style>\n\
         </head>\n<body>\n<main>\n<p class=\"organization\">{organization}</p>\n<h1>{title}</h1>\n{content}\n</main>\n\
         </body>\n</html>\n"
    )
}

/// A page that only tells something.
pub(super) fn notice(organization: &str, title: &str, text: &str) -> String {
    page(organization, title, &format!("<p>{}</p>", escape(text)))
}

/// Why a form must be filled in again.
pub(super) fn error(text: &str) -> String {
    format!("<p class=\"error\" id=\"error\" role=\"alert\">{}</p>\n", escape(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// H8: nothing gets out of the text or the attribute that it stands in.
    #[test]
    fn names_are_inert() {
        let page = notice("<img src=x onerror=alert(1)>", "\"'&", "</p><script>");
        assert!(!page.contains("<img") && !page.contains("<script"), "{page}");
        assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
        assert_eq!(escape("\"'&<>ü"), "&quot;&#39;&amp;&lt;&gt;ü");
    }

    #[test]
    fn the_style_names_no_other_place() {
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !STYLE.contains('<'));
    }
}
