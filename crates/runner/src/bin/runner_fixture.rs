//! The keeper that the tests of this room start their processes with.

fn main() {
    testyard_sys::keeper::serve_if_keeper();
}
