//! encoder (under construction).
