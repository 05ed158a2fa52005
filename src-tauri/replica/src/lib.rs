//! A board held as a Yrs document: commands to updates, updates to patches
