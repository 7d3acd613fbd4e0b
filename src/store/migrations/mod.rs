//! The versions of the database, forward only. Invariant: a released script is never edited; a change is a new one.
//!
//! `PRAGMA user_version` says how many scripts a database has behind it; each runs in a transaction of its own with
//! the new number, so a crash between two leaves a whole database of an older version.

use rusqlite::{Connection, TransactionBehavior};

const SCRIPTS: &[&str] =
    &[include_str!("v1.sql"), include_str!("v2.sql"), include_str!("v3.sql"), include_str!("v4.sql")];

/// The version this program reads and writes.
pub(super) const CURRENT: u32 = SCRIPTS.len() as u32;

/// The version of an open database; 0 for a new one.
pub(super) fn version(conn: &Connection) -> rusqlite::Result<u32> {
    conn.query_row("PRAGMA user_version", [], |r| r.get(0))
}

/// Brings the database up to [`CURRENT`].
pub(super) fn run(conn: &mut Connection) -> rusqlite::Result<()> {
    loop {
        // Asked again inside the write transaction: another process may have done this step meanwhile.
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let at = version(&tx)?;
        let Some(script) = SCRIPTS.get(at as usize) else { return Ok(()) };
        tx.execute_batch(script)?;
        tx.pragma_update(None, "user_version", at + 1)?;
        tx.commit()?;
    }
}
