//! The door to Cargo, rustc and the children that run samples.
//!
//! In: jobs of the verify engine. Out: what came of them. It must not know samples, sites or HTML, nor print.
