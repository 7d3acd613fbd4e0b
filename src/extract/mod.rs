//! extract (under construction).
