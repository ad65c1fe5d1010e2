//! Widely used passwords of eight characters and more: the ones that guessing tries first, sorted, in lower case.

const LIST: &str = include_str!("common-passwords.txt");

/// Whether a password, in lower case, is widely used.
pub(super) fn is_common(password: &str) -> bool {
    LIST.lines().any(|line| line == password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_in_lower_case() {
        let lines: Vec<&str> = LIST.lines().collect();
        assert!(lines.len() > 1000 && lines.is_sorted());
        assert!(lines.iter().all(|line| line.len() >= 8 && *line == line.to_lowercase()));
        assert!(is_common("password1") && !is_common("tlpwent2m"));
    }
}
