//! evaluate (under construction).
