//! Shared helpers of the tests that drive the binary.
