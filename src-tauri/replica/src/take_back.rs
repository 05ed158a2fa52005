//! Taking a step back, inside a transaction.

use crate::layout::GONE;
use crate::undo::{Made, MadePart, RegisterPart, Step};
use crate::write::Writer;
use board::Key;
use yrs::Any;

impl Writer<'_, '_> {
    /// Writes back what a step found, as far as nobody else has written there since: `foreign`
    /// says of a field (`None`: of any of the record's) and a moment whether somebody has.
    /// Answers how many parts were kept as they are. What is written here is noted down as the
    /// step that does it again.
    pub(crate) fn take_back(
        &mut self,
        step: &Step,
        foreign: impl Fn(Key, Option<&str>, u64) -> bool,
    ) -> u32 {
        let mut kept = 0;
        // A record that comes back must be there before its texts and registers are looked at,
        // and one that goes must not be gone before.
        let comes_back = |part: &&RegisterPart| part.field == GONE && part.before.is_none();
        for part in step.registers.iter().rev().filter(comes_back) {
            kept += u32::from(!self.register(part, &foreign));
        }
        for part in &step.made {
            if let Made::Off(fingerprint) = &part.state {
                kept += u32::from(!self.put_back(part, fingerprint, &foreign));
            }
        }
        for part in step.texts.iter().rev() {
            let fits = !self.is_gone(part.key) && self.edit(part.key, &part.edit);
            kept += u32::from(part.cut || !fits);
        }
        for part in step.registers.iter().rev().filter(|part| !comes_back(part)) {
            kept += u32::from(!self.register(part, &foreign));
        }
        for part in step.made.iter().filter(|part| part.state == Made::There) {
            kept += u32::from(!self.take_off(part, &foreign));
        }
        kept
    }

    fn is_gone(&self, key: Key) -> bool {
        key != Key::Meta && self.reader().raw(key).is_none_or(|raw| raw.gone)
    }

    fn register(
        &mut self,
        part: &RegisterPart,
        foreign: &impl Fn(Key, Option<&str>, u64) -> bool,
    ) -> bool {
        let stands = self.reader().register(part.key, part.field) == part.after;
        if !stands
            || foreign(part.key, Some(part.field), part.seq)
            || (part.field != GONE && self.is_gone(part.key))
        {
            return false;
        }
        self.set(part.key, part.field, part.before.clone());
        true
    }

    /// Takes a record off that the step had made.
    fn take_off(
        &mut self,
        part: &MadePart,
        foreign: &impl Fn(Key, Option<&str>, u64) -> bool,
    ) -> bool {
        if foreign(part.key, None, part.seq) || self.is_gone(part.key) {
            return false;
        }
        let Some(fingerprint) = self.reader().fingerprint(part.key) else {
            return false;
        };
        self.write_gone(part.key, Some(fingerprint.clone()));
        let state = Made::Off(fingerprint);
        self.step.made.push(MadePart {
            key: part.key,
            state,
            seq: self.seq,
        });
        true
    }

    /// Puts a record back that the step had made and undo had taken off.
    fn put_back(
        &mut self,
        part: &MadePart,
        fingerprint: &str,
        foreign: &impl Fn(Key, Option<&str>, u64) -> bool,
    ) -> bool {
        let stands = Some(Any::String(fingerprint.into()));
        if self.reader().register(part.key, GONE) != stands
            || foreign(part.key, Some(GONE), part.seq)
        {
            return false;
        }
        self.write_gone(part.key, None);
        self.step.made.push(MadePart {
            key: part.key,
            state: Made::There,
            seq: self.seq,
        });
        true
    }

    /// Writes the register without noting it: the step notes that the record was made or not.
    fn write_gone(&mut self, key: Key, value: Option<String>) {
        let noted = self.step.registers.len();
        self.set(key, GONE, value.map(|value| Any::String(value.into())));
        self.step.registers.truncate(noted);
    }
}
