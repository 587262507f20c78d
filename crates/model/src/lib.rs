//! The words of Testyard as plain types.
//!
//! What lives here: everything two rooms need to agree on, from the [`Plan`] a run follows to the [`Event`]s it
//! leaves and the [`RunState`] those fold into. What does not: I/O, clocks, async code, and any format that users
//! write. Every value here can be saved and loaded.

pub mod build_context;
pub mod collection;
pub mod event;
pub mod exit;
pub mod fidelity;
pub mod finding;
pub mod gate;
pub mod id;
pub mod image;
pub mod inspection;
pub mod outcome;
pub mod phase;
pub mod plan;
mod positions;
pub mod product;
pub mod secret;
pub mod state;
mod view;

pub use build_context::{ContextListing, IgnoreProposal, SentFile};
pub use collection::{CollectedTest, Collection};
pub use event::{Emit, Event, FORMAT, Record};
pub use exit::Exit;
pub use fidelity::{Fidelity, Ledger, LedgerEntry};
pub use finding::{Finding, Place, Severity};
pub use gate::{Gate, GateResult};
pub use id::{CheckId, RunId, TestId};
pub use inspection::{Cause, Inspection, Tally, Wish};
pub use outcome::{Counts, Outcome, Standing, Verdict};
pub use phase::Phase;
pub use plan::Plan;
pub use positions::Positions;
pub use product::{Product, Provision, Want};
pub use state::RunState;
pub use view::View;
