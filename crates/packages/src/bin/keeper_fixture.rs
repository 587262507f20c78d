//! The keeper that this crate's tests start their tools with. It does nothing else.

fn main() {
    testyard_sys::keeper::serve_if_keeper();
}
