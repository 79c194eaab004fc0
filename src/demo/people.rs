//! The people of the demo tenant.

/// A fictional person.
#[derive(Debug)]
pub struct Person {
    /// The person's value in the account picker's form.
    pub id: &'static str,
    /// Entra's `oid`.
    pub object_id: &'static str,
    /// `sub`, which at Entra is pairwise: it differs for each application.
    pub subject: &'static str,
    /// `name`.
    pub name: &'static str,
    /// `given_name`.
    pub given_name: &'static str,
    /// `family_name`.
    pub family_name: &'static str,
    /// `preferred_username`.
    pub username: &'static str,
    /// What the person may do, for the account picker.
    pub role: &'static str,
    /// `roles`: the app roles for it.
    pub roles: &'static [&'static str],
    /// How many groups the person is a member of.
    pub groups: usize,
    /// The initials, for the picture.
    pub initials: &'static str,
}

/// All people of the tenant.
pub static PEOPLE: [Person; 3] = [
    Person {
        id: "ada",
        object_id: "00000000-de30-4000-8000-00000000ada1",
        subject: "ada-Zk3vX0mQ8w1rT5uYpL7nB2cD4fG6hJ9k",
        name: "Ada Lovelace",
        given_name: "Ada",
        family_name: "Lovelace",
        username: "ada@contoso.example",
        role: "Administrator",
        roles: &["Admin", "Editor"],
        groups: 3,
        initials: "AL",
    },
    Person {
        id: "grace",
        object_id: "00000000-de30-4000-8000-000000009ace",
        subject: "grace-Qw2eRt4yUi6oPa8sDf0gHj1kLz3xCv5",
        name: "Grace Hopper",
        given_name: "Grace",
        family_name: "Hopper",
        username: "grace@contoso.example",
        role: "Editor",
        roles: &["Editor"],
        groups: 250,
        initials: "GH",
    },
    Person {
        id: "alan",
        object_id: "00000000-de30-4000-8000-00000000a1a9",
        subject: "alan-Mn7bVc5xZa3sDf1gHj9kLp8oIu6yTr4e",
        name: "Alan Turing",
        given_name: "Alan",
        family_name: "Turing",
        username: "alan@contoso.example",
        role: "Reader, without an app role",
        roles: &[],
        groups: 0,
        initials: "AT",
    },
];

/// Finds a person by id or by username.
pub fn find(id: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.id == id || person.username == id)
}

/// Returns the object id of a group, given its number. A person is a member of the groups below their count.
pub fn group(number: usize) -> String {
    format!("00000000-de30-4000-8000-{number:012}")
}
