//! Records and their registers: what each field of a record is in the document, and what a
//! register reads as. Reading never fails: what is missing, malformed or of an unknown word reads
//! as the field's default, what is out of bounds is clamped, the same on every replica (M8).

mod decode;
mod encode;

pub(crate) use decode::{Registry, coord};
pub(crate) use encode::{collaborative_text, registers};
