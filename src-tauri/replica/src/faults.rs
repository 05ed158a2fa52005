//! Panics in the middle of a change, where a test asks for one (feature `testing`): what a defect of
//! Yrs or of ours would do. Without the feature there is nothing here.

#[cfg(feature = "testing")]
mod armed {
    use std::cell::Cell;

    thread_local! {
        static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
    }

    /// The next change of a replica on this thread panics after so many steps, if it has as many.
    pub fn panic_after(steps: u32) {
        LEFT.set(Some(steps));
    }

    /// No panic any more; answers whether it has happened.
    pub fn disarm() -> bool {
        LEFT.take().is_none()
    }

    pub(crate) fn step() {
        match LEFT.get() {
            Some(0) => {
                LEFT.set(None);
                // As a panic, without its message for each of a thousand.
                std::panic::resume_unwind(Box::new("a fault that a test asked for"));
            }
            Some(left) => LEFT.set(Some(left - 1)),
            None => {}
        }
    }
}

#[cfg(feature = "testing")]
pub(crate) use armed::step;
#[cfg(feature = "testing")]
pub use armed::{disarm, panic_after};

/// Here a change may be cut short.
#[cfg(not(feature = "testing"))]
pub(crate) const fn step() {}
