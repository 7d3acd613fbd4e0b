//! register (under construction).
