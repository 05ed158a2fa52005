//! The spoken code: a word and four digits, to be said across a room.
//!
//! It has 21 bits, so it is no secret that could be tried at leisure. SPAKE2 (RFC 9382; the
//! [`spake2`] crate) turns it into a strong key shared by the two ends, and lets each side test one
//! guess a run. The key is bound to the connection's keying material. The one who joins confirms
//! its key first: so the host counts every guess, and after three wrong ones the code is closed: a
//! chance of about one in a million. Only then does the host send the ticket, sealed with
//! ChaCha20-Poly1305 under a key used once, which is also the host's own proof.
//!
//! A host that was never told the code learns one wrong guess at it, and nothing else.

use std::{fmt, str::FromStr};

use chacha20poly1305::{
    ChaCha20Poly1305, Key, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use spake2::{Ed25519Group, Identity, Password, Spake2};

use crate::{credential::DeviceId, words::WORDS};

/// A word and four digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SpokenCode {
    word: usize,
    /// Below 10,000.
    digits: u16,
}

const DIGITS: u16 = 10_000;

/// The text is not a spoken code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SpokenCodeError {
    /// The word is not one of ours.
    #[error("the code starts with a word; this one is not in use, so listen again")]
    UnknownWord,
    /// There are not exactly four digits.
    #[error("the code ends with four digits")]
    NotFourDigits,
}

impl SpokenCode {
    /// A fresh code.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        // The remainder of 64 random bits favours no code by more than one in 2^42.
        let number = getrandom::u64()?;
        let word = usize::from(number.to_le_bytes()[0]);
        let digits = u16::try_from((number >> 8) % u64::from(DIGITS)).unwrap_or_default();
        Ok(Self { word, digits })
    }

    fn password(self) -> Password {
        Password::new(self.to_string().as_bytes())
    }
}

impl fmt::Display for SpokenCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:04}", WORDS[self.word % WORDS.len()], self.digits)
    }
}

/// The code is a secret until it is spoken; it does not belong in a log.
impl fmt::Debug for SpokenCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SpokenCode(…)")
    }
}

impl FromStr for SpokenCode {
    type Err = SpokenCodeError;

    /// Reads what people type: any case; spaces, hyphens and dots anywhere.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain: String = text
            .chars()
            .take(64)
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | ','))
            .flat_map(char::to_lowercase)
            .collect();
        let at = plain
            .find(|c: char| !c.is_ascii_lowercase())
            .unwrap_or(plain.len());
        let (word, digits) = plain.split_at(at);
        let word = WORDS
            .iter()
            .position(|known| *known == word)
            .ok_or(SpokenCodeError::UnknownWord)?;
        if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SpokenCodeError::NotFourDigits);
        }
        let digits = digits.parse().map_err(|_| SpokenCodeError::NotFourDigits)?;
        Ok(Self { word, digits })
    }
}

/// The length of either side's SPAKE2 message.
pub(crate) const MESSAGE: usize = 33;

/// The length of the joiner's confirmation.
pub(crate) const CONFIRMATION: usize = 32;

const CONFIRM_CONTEXT: &str = "upshot-code/1 the joiner's confirmation";
const SEAL_CONTEXT: &str = "upshot-code/1 the ticket's seal";

/// One side's run, from its first message until the other's has come.
pub(crate) struct Run(Spake2<Ed25519Group>);

impl Run {
    pub(crate) fn join(code: SpokenCode, joiner: &DeviceId, host: &DeviceId) -> (Self, Vec<u8>) {
        let (run, message) = Spake2::start_a(
            &code.password(),
            &Identity::new(joiner.as_bytes()),
            &Identity::new(host.as_bytes()),
        );
        (Self(run), message)
    }

    pub(crate) fn host(code: SpokenCode, joiner: &DeviceId, host: &DeviceId) -> (Self, Vec<u8>) {
        let (run, message) = Spake2::start_b(
            &code.password(),
            &Identity::new(joiner.as_bytes()),
            &Identity::new(host.as_bytes()),
        );
        (Self(run), message)
    }

    /// The shared keys, if both sides ran with the same code. `None`: the other's message is not
    /// one of SPAKE2.
    pub(crate) fn finish(self, message: &[u8], keying_material: &[u8; 32]) -> Option<Session> {
        let shared = self.0.finish(message).ok()?;
        let input = [shared.as_slice(), keying_material].concat();
        Some(Session {
            confirmation: blake3::derive_key(CONFIRM_CONTEXT, &input),
            seal: blake3::derive_key(SEAL_CONTEXT, &input),
        })
    }
}

/// The keys of one run on one connection.
pub(crate) struct Session {
    confirmation: [u8; CONFIRMATION],
    seal: [u8; 32],
}

impl Session {
    /// What the joiner sends to show that it ran with the right code.
    pub(crate) fn confirmation(&self) -> [u8; CONFIRMATION] {
        self.confirmation
    }

    /// Compares in constant time, as `blake3::Hash` does.
    pub(crate) fn is_confirmed_by(&self, received: [u8; CONFIRMATION]) -> bool {
        blake3::Hash::from_bytes(self.confirmation) == blake3::Hash::from_bytes(received)
    }

    /// Consumes the session: the key is used for one message, hence the fixed nonce.
    pub(crate) fn seal(self, text: &str) -> Option<Vec<u8>> {
        self.cipher()
            .encrypt(&Nonce::default(), payload(text.as_bytes()))
            .ok()
    }

    pub(crate) fn open(self, sealed: &[u8]) -> Option<String> {
        let text = self
            .cipher()
            .decrypt(&Nonce::default(), payload(sealed))
            .ok()?;
        String::from_utf8(text).ok()
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(Key::from_slice(&self.seal))
    }
}

fn payload(msg: &[u8]) -> Payload<'_, '_> {
    Payload {
        msg,
        aad: b"upshot-code/1",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> SpokenCode {
        text.parse().unwrap()
    }

    fn id(byte: u8) -> DeviceId {
        iroh::SecretKey::from_bytes(&[byte; 32]).public()
    }

    /// The two ends' sessions, each with its own idea of code, joiner and connection.
    fn run(joiner: (&str, u8, u8), host: (&str, u8, u8)) -> (Session, Session) {
        let (joining, a) = Run::join(code(joiner.0), &id(joiner.1), &id(9));
        let (hosting, b) = Run::host(code(host.0), &id(host.1), &id(9));
        assert_eq!((a.len(), b.len()), (MESSAGE, MESSAGE));
        (
            joining.finish(&b, &[joiner.2; 32]).unwrap(),
            hosting.finish(&a, &[host.2; 32]).unwrap(),
        )
    }

    #[test]
    fn the_same_code_gives_the_same_session() {
        let (joiner, host) = run(("lemon 4821", 1, 1), ("Lemon-4821", 1, 1));
        assert!(host.is_confirmed_by(joiner.confirmation()));
        let sealed = host.seal("the ticket").unwrap();
        assert_eq!(joiner.open(&sealed).as_deref(), Some("the ticket"));
    }

    #[test]
    fn another_code_device_or_connection_gives_another_session() {
        for host in [
            ("lemon 4822", 1, 1),
            ("koala 4821", 1, 1),
            ("lemon 4821", 2, 1),
            ("lemon 4821", 1, 2),
        ] {
            let (joiner, host) = run(("lemon 4821", 1, 1), host);
            assert!(!host.is_confirmed_by(joiner.confirmation()));
            assert_eq!(joiner.open(&host.seal("the ticket").unwrap()), None);
        }
    }

    #[test]
    fn people_type_codes_in_many_ways() {
        for text in ["lemon 4821", "LEMON4821", " Lemon - 48 21 ", "lemon.4821"] {
            assert_eq!(code(text), code("lemon 4821"), "{text}");
        }
        assert_eq!(code("lemon 0007").to_string(), "lemon 0007");
        assert_eq!(
            "lemno 4821".parse::<SpokenCode>(),
            Err(SpokenCodeError::UnknownWord)
        );
        assert_eq!("".parse::<SpokenCode>(), Err(SpokenCodeError::UnknownWord));
        for text in [
            "lemon",
            "lemon 482",
            "lemon 48211",
            "lemon ٤٨٢١",
            "lemon +482",
        ] {
            assert_eq!(
                text.parse::<SpokenCode>(),
                Err(SpokenCodeError::NotFourDigits),
                "{text}"
            );
        }
        assert!(!format!("{:?}", code("lemon 4821")).contains("4821"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn codes_read_back(word in 0..WORDS.len(), digits in 0..DIGITS) {
            let code = SpokenCode { word, digits };
            prop_assert_eq!(code.to_string().parse(), Ok(code));
        }

        #[test]
        fn arbitrary_messages_never_panic(message in prop::collection::vec(any::<u8>(), 0..70), text in "\\PC{0,80}") {
            let (host, _) = Run::host(code("lemon 4821"), &id(1), &id(9));
            if let Some(session) = host.finish(&message, &[0; 32]) {
                prop_assert_eq!(session.open(&message), None);
            }
            let _ = text.parse::<SpokenCode>();
        }
    }
}
