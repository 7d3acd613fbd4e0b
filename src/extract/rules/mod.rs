//! The rule baseline (under construction).
