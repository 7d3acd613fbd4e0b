//! search (under construction).
