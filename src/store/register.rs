//! The register of the last run. Invariant: run and tasks belong together and are replaced together.

use rusqlite::{OptionalExtension as _, params};

use super::documents::unreadable;
use super::{Store, StoreError};
use crate::law::{RunInfo, Task};

impl Store {
    /// Replaces the register in one transaction. The order of `tasks` is kept.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::DiskFull`], [`StoreError::Invalid`] for two tasks with one code; the old
    /// register stays then.
    pub fn replace_register(&mut self, run: &RunInfo, tasks: &[Task]) -> Result<(), StoreError> {
        self.claim()?;
        let mut codes = std::collections::HashSet::new();
        let mut rows = Vec::with_capacity(tasks.len());
        for task in tasks {
            let invalid = |detail| StoreError::Invalid { what: format!("the task {:?}", task.code), detail };
            if !codes.insert(task.code.as_str()) {
                return Err(invalid("another task of this register has the same code".to_owned()));
            }
            rows.push((task, serde_json::to_string(task).map_err(|e| invalid(e.to_string()))?));
        }
        let info = serde_json::to_string(run)
            .map_err(|e| StoreError::Invalid { what: "the run".to_owned(), detail: e.to_string() })?;
        self.write(|tx| {
            tx.execute("DELETE FROM runs", [])?;
            tx.execute("INSERT INTO runs (info) VALUES (?1)", [&info])?;
            let run = tx.last_insert_rowid();
            let mut insert = tx.prepare_cached(
                "INSERT INTO tasks (run, position, code, field, level, category, needs_review, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            for (position, (task, body)) in rows.iter().enumerate() {
                insert.execute(params![
                    run,
                    position as i64,
                    task.code,
                    task.field.map(|f| f.code()),
                    task.level.code(),
                    task.category.code(),
                    task.needs_review,
                    body,
                ])?;
            }
            Ok(())
        })
    }

    /// The register: its run and its tasks in order; none before the first run.
    ///
    /// # Errors
    /// As reading goes: [`StoreError::Corrupt`], [`StoreError::Sql`].
    pub fn register(&self) -> Result<Option<(RunInfo, Vec<Task>)>, StoreError> {
        self.read(|_| self.last_register())
    }

    fn last_register(&self) -> Result<Option<(RunInfo, Vec<Task>)>, StoreError> {
        let run = self
            .conn
            .query_row("SELECT run, info FROM runs ORDER BY run DESC LIMIT 1", [], |r| {
                let info: String = r.get(1)?;
                Ok((r.get::<_, i64>(0)?, serde_json::from_str(&info).map_err(|e| unreadable(1, e))?))
            })
            .optional()
            .map_err(|e| self.sql(e))?;
        let Some((run, info)) = run else { return Ok(None) };
        let tasks = self.rows("SELECT body FROM tasks WHERE run = ?1 ORDER BY position", [run], |r| {
            serde_json::from_str(&r.get::<_, String>(0)?).map_err(|e| unreadable(0, e))
        })?;
        Ok(Some((info, tasks)))
    }
}
