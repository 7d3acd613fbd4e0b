//! All end-to-end tests in one binary, so that they link once. One module a topic.

mod common;
