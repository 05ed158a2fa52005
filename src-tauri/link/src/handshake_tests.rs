#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::*;
use crate::credential::{InvitationId, NEVER, Role, Secret, Standing};

struct Open(Credential);

impl Gate for Open {
    fn credential(&self, board: &BoardId) -> Option<Credential> {
        (board == self.0.board()).then(|| self.0.clone())
    }

    fn standing(&self, _: &BoardId, _: &InvitationId) -> Standing {
        Standing::Good
    }
}

fn key(byte: u8) -> SecretKey {
    SecretKey::from_bytes(&[byte; 32])
}

fn creator() -> Credential {
    Credential::for_new_board("board".parse().unwrap(), key(1).public())
}

fn identity() -> Identity {
    Identity {
        device: key(1),
        gate: Arc::new(Open(creator())),
        clock: Arc::new(|| 1_000),
        instance: 7,
    }
}

/// The connection that `key(2)` dials to `key(1)`.
fn binding(connection: u8) -> Binding {
    Binding {
        keying_material: [connection; 32],
        dialling: key(2).public(),
        answering: key(1).public(),
    }
}

fn invited(role: Role) -> Credential {
    let secret = Secret([9; 16]);
    let chain = creator().invite(&key(1), role, NEVER, &secret).unwrap();
    Credential::of_invitation(creator().board().clone(), chain, secret)
}

fn verify(proof: &Proof, binding: &Binding, side: Side) -> Result<(), ProofError> {
    proof.verify(&creator(), &identity(), binding, side)
}

#[test]
fn p3_a_proof_replayed_on_another_connection_or_direction_fails() {
    let proof = Proof::make(&invited(Role::TakePart), &binding(1), Side::Dialling);
    assert_eq!(verify(&proof, &binding(1), Side::Dialling), Ok(()));
    assert_eq!(
        verify(&proof, &binding(2), Side::Dialling),
        Err(ProofError::Forged)
    );
    assert_eq!(
        verify(&proof, &binding(1), Side::Answering),
        Err(ProofError::Forged)
    );
    let from_another = Binding {
        dialling: key(3).public(),
        ..binding(1)
    };
    assert_eq!(
        verify(&proof, &from_another, Side::Dialling),
        Err(ProofError::Forged)
    );
}

#[test]
fn a_device_proof_is_for_that_device() {
    let chain = creator()
        .admit(&key(1), key(2).public(), invited(Role::LookOn).chain())
        .unwrap();
    let proof = Proof {
        chain,
        signature: None,
    };
    assert_eq!(verify(&proof, &binding(1), Side::Dialling), Ok(()));
    let from_another = Binding {
        dialling: key(3).public(),
        ..binding(1)
    };
    assert_eq!(
        verify(&proof, &from_another, Side::Dialling),
        Err(ProofError::Forged)
    );
    // An invitation's chain without its signature.
    let bare = Proof {
        chain: invited(Role::TakePart).chain().clone(),
        signature: None,
    };
    assert_eq!(
        verify(&bare, &binding(1), Side::Dialling),
        Err(ProofError::Forged)
    );
    // Another invitation's signature under a better chain.
    let other = Proof::make(&invited(Role::LookOn), &binding(1), Side::Dialling);
    let better = creator()
        .invite(&key(1), Role::Facilitate, NEVER, &Secret([8; 16]))
        .unwrap();
    let mixed = Proof {
        chain: better,
        signature: other.signature,
    };
    assert_eq!(
        verify(&mixed, &binding(1), Side::Dialling),
        Err(ProofError::Forged)
    );
}

#[test]
fn messages_round_trip_and_are_strict() {
    let proof = Proof::make(&invited(Role::TakePart), &binding(1), Side::Dialling);
    let hello = Hello {
        instance: 3,
        board: "board".parse().unwrap(),
        proof: proof.clone(),
    };
    let bytes = hello.to_bytes();
    assert_eq!(Hello::from_bytes(&bytes), Ok(hello));
    let admission = creator().admit(&key(1), key(2).public(), invited(Role::LookOn).chain());
    assert!(admission.is_some());
    let welcome = Welcome {
        instance: 4,
        proof,
        admission,
    };
    let welcome_bytes = welcome.to_bytes();
    assert_eq!(Welcome::from_bytes(&welcome_bytes), Ok(welcome));
    for cut in 0..bytes.len() {
        assert!(Hello::from_bytes(&bytes[..cut]).is_err());
    }
    for cut in 0..welcome_bytes.len() {
        assert!(Welcome::from_bytes(&welcome_bytes[..cut]).is_err());
    }
    assert!(Hello::from_bytes(&[bytes, vec![0]].concat()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn mutated_messages_are_refused_or_read_back_the_same(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let proof = Proof::make(&invited(Role::TakePart), &binding(1), Side::Dialling);
        let original = Hello { instance: 3, board: "board".parse().unwrap(), proof };
        let mut bytes = original.to_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(hello) = Hello::from_bytes(&bytes) {
            prop_assert_eq!(hello.to_bytes(), bytes);
            // Whatever still verifies is the very proof that was made.
            if verify(&hello.proof, &binding(1), Side::Dialling).is_ok() {
                prop_assert_eq!(hello.proof, original.proof);
            }
        }
    }
}
