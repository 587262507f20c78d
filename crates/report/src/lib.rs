//! Pure views of a run, one file per format.
