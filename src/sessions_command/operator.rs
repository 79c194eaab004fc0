//! Who runs the program, for the audit line.

use std::{env, fs};

/// The kernel's value for a process that belongs to no sign-in, such as one in a container.
const NO_LOGIN: &str = "4294967295";

/// Returns the user of the operating system and, if they are signed in to it as another one (by `sudo`, say), that one.
///
/// On Linux both come from the kernel. Elsewhere the user comes from the environment, as the text says.
pub(super) fn operator() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let (status, login, users) = (read("/proc/self/status"), read("/proc/self/loginuid"), read("/etc/passwd"));
    let Some(user) = real_user_id(&status) else { return of_environment() };
    match login.trim() {
        login if login.is_empty() || login == NO_LOGIN || login == user => named(user, &users),
        login => format!("{}, signed in as {}", named(user, &users), named(login, &users)),
    }
}

fn real_user_id(status: &str) -> Option<&str> {
    status.lines().find_map(|line| line.strip_prefix("Uid:"))?.split_whitespace().next()
}

/// Returns a user's name and id; an image from scratch has no names.
fn named(id: &str, users: &str) -> String {
    let fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let name = fields.filter(|fields| fields.get(2) == Some(&id)).find_map(|fields| fields.first().copied());
    name.map_or_else(|| id.to_owned(), |name| format!("{name} ({id})"))
}

fn of_environment() -> String {
    let name = ["USER", "USERNAME"].into_iter().find_map(|name| env::var(name).ok());
    name.map_or_else(|| "unknown".to_owned(), |name| format!("{name} (from the environment)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_a_name_and_an_id() {
        let users = "root:x:0:0:root:/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\n";
        assert_eq!(named("1000", users), "ada (1000)");
        assert_eq!(named("10001", users), "10001");
        assert_eq!(real_user_id("Name:\tx\nUid:\t1000\t0\t0\t0\n"), Some("1000"));
        assert_eq!(real_user_id(""), None);
        assert!(!operator().is_empty());
    }
}
