//! phancap reads Vietnamese legal documents, finds the state-management tasks in them, suggests where each belongs
//! under the two-tier model, and keeps what people decide. Everything runs on this machine.
//!
//! `ls src/` shows the pipeline; a room knows only those below it in this list:
//! `cli` → `view`, `report` → `register` → `evaluate`, `train` → `extract` → `search`, `encoder`, `corpus` → `ingest` →
//! `store` →
//! `law` → `text`. `ARCHITECTURE.md` walks them.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "fixtures are written and thrown away"))]

pub mod cli;
pub mod corpus;
pub mod encoder;
pub mod evaluate;
pub mod extract;
mod files;
pub mod ingest;
pub mod law;
mod random;
pub mod register;
pub mod report;
pub mod search;
pub mod store;
pub mod text;
pub mod train;
pub mod view;
