//! Service programs and Python environments.
