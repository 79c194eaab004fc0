//! The tasks of the team.

use std::sync::{Mutex, PoisonError};

/// The tasks, in this process.
#[derive(Default)]
pub struct Board(Mutex<Vec<String>>);

impl Board {
    /// All tasks, the oldest first.
    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds a task.
    pub fn add(&self, task: String) -> Vec<String> {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.push(task);
        tasks.clone()
    }

    /// Removes all tasks.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
