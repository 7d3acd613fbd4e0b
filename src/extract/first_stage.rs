//! The cheap first stage (under construction).
