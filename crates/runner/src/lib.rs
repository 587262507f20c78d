//! Runs suites through adapters and judges gates.
