//! State vectors from peers: how much of each client they have.

use super::cursor::Cursor;
use super::{MAX_UPDATE, Refusal};
use std::collections::HashMap;
use yrs::{ClientID, StateVector};

/// Reads a state vector. Clocks beyond ours are the peer's affair; ours count instead.
pub(crate) fn read(bytes: &[u8], ours: impl Fn(u64) -> u32) -> Result<StateVector, Refusal> {
    if bytes.len() > MAX_UPDATE {
        return Err(Refusal::TooLarge);
    }
    let mut cursor = Cursor::new(bytes);
    let mut clocks = HashMap::new();
    for _ in 0..cursor.count(2)? {
        let client = cursor.u53()?;
        let clock = cursor.u31()?;
        if clocks.insert(client, clock).is_some() {
            return Err(Refusal::Repeated);
        }
    }
    if cursor.left() > 0 {
        return Err(Refusal::Trailing);
    }
    Ok(clocks
        .into_iter()
        .map(|(client, clock)| (ClientID::new(client), clock.min(ours(client))))
        .collect())
}
