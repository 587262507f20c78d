//! What the user wrote, read and lowered to a plan.

pub mod compose;
