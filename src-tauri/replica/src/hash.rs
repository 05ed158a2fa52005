//! The content hash: what the document says, whoever wrote it in whatever order. Replicas that
//! have seen the same updates have the same hash; equal state vectors with unequal hashes tell
//! of a client id that was used twice.

use crate::layout::Root;
use crate::read::Roots;
use blake3::Hasher;
use yrs::{Any, GetString, Map, MapRef, Number, Out, ReadTxn};

/// blake3 over all registers and texts, in the order of roots, keys and fields.
pub(crate) fn content_hash<T: ReadTxn>(roots: &Roots, txn: &T) -> [u8; 32] {
    let mut hasher = Hasher::new();
    for root in Root::ALL {
        string(&mut hasher, root.name());
        match roots.map(root) {
            Some(records) => map(&mut hasher, records, txn),
            None => string(&mut hasher, &roots.summary.get_string(txn)),
        }
    }
    *hasher.finalize().as_bytes()
}

fn map<T: ReadTxn>(hasher: &mut Hasher, of: &MapRef, txn: &T) {
    let mut entries: Vec<(&str, Out)> = of.iter(txn).collect();
    entries.sort_by_key(|(key, _)| *key);
    count(hasher, entries.len());
    for (key, value) in entries {
        string(hasher, key);
        match value {
            Out::Any(value) => any(hasher, &value),
            Out::YText(text) => {
                hasher.update(b"t");
                string(hasher, &text.get_string(txn));
            }
            Out::YMap(nested) => {
                hasher.update(b"m");
                map(hasher, &nested, txn);
            }
            // The validator lets nothing else in.
            _ => {
                hasher.update(b"?");
            }
        }
    }
}

fn any(hasher: &mut Hasher, value: &Any) {
    match value {
        Any::Null => {
            hasher.update(b"0");
        }
        Any::Undefined => {
            hasher.update(b"u");
        }
        Any::Bool(false) => {
            hasher.update(b"f");
        }
        Any::Bool(true) => {
            hasher.update(b"T");
        }
        Any::Number(number) => match number.as_i64() {
            // A whole number is one number, however it is encoded.
            Some(whole) => {
                hasher.update(b"i").update(&whole.to_le_bytes());
            }
            None => {
                hasher
                    .update(b"d")
                    .update(&float(*number).to_bits().to_le_bytes());
            }
        },
        Any::String(text) => {
            hasher.update(b"s");
            string(hasher, text);
        }
        Any::Buffer(bytes) => {
            hasher.update(b"b");
            count(hasher, bytes.len());
            hasher.update(bytes);
        }
        Any::Array(values) => {
            hasher.update(b"a");
            count(hasher, values.len());
            values.iter().for_each(|value| any(hasher, value));
        }
        Any::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            hasher.update(b"o");
            count(hasher, entries.len());
            for (key, value) in entries {
                string(hasher, key);
                any(hasher, value);
            }
        }
    }
}

/// Not-a-number has many bit patterns and counts as one.
fn float(number: Number) -> f64 {
    number
        .as_f64()
        .filter(|value| !value.is_nan())
        .unwrap_or(f64::NAN)
}

fn string(hasher: &mut Hasher, text: &str) {
    count(hasher, text.len());
    hasher.update(text.as_bytes());
}

fn count(hasher: &mut Hasher, count: usize) {
    hasher.update(&u64::try_from(count).unwrap_or(u64::MAX).to_le_bytes());
}
