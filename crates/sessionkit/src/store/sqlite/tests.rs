//! What can only be tried from within: the plans of the statements, and batches.
