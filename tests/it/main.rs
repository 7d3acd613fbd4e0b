//! All end-to-end tests in one binary, so that they link once. One module a topic.

#![allow(clippy::disallowed_methods, reason = "fixtures are written and thrown away")]

mod citations;
mod common;
mod corpus;
mod corpus_check;
mod corpus_fetch;
mod encoder;
mod eval;
mod faults;
mod hardened;
mod hostile;
mod ingest;
mod metadata;
mod model;
mod register;
mod relations;
mod search;
mod store;
mod view;
