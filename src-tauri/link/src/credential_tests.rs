#![allow(clippy::unwrap_used)]
use super::*;
use crate::chain::ProofError;

const NOW: u64 = 1_000;
const LATER: u64 = 2_000;

fn key(byte: u8) -> SecretKey {
    SecretKey::from_bytes(&[byte; 32])
}

fn board() -> BoardId {
    "board".parse().unwrap()
}

/// The creator's credential, and a chain to the device `key(byte)` let in by the creator.
fn creator() -> Credential {
    Credential::for_new_board(board(), key(1).public())
}

fn member(byte: u8, role: Role) -> Credential {
    let invitation = creator()
        .invite(&key(1), role, LATER, &Secret([byte; 16]))
        .unwrap();
    Credential::of_device(
        board(),
        creator()
            .admit(&key(1), key(byte).public(), &invitation)
            .unwrap(),
    )
}

fn good(_: &PublicKey) -> Standing {
    Standing::Good
}

fn verify(chain: &Chain) -> Result<(), ProofError> {
    chain.verify(&board(), &key(1).public(), NOW, good)
}

#[test]
fn a_member_lets_in_others_of_its_own_role_or_below() {
    let taking_part = member(2, Role::TakePart);
    let secret = Secret([9; 16]);
    for role in [Role::LookOn, Role::TakePart] {
        let chain = taking_part.invite(&key(2), role, LATER, &secret).unwrap();
        assert_eq!(verify(&chain), Ok(()));
        assert_eq!(chain.role(), role);
        let newcomer = taking_part.admit(&key(2), key(3).public(), &chain).unwrap();
        assert_eq!(verify(&newcomer), Ok(()));
        assert_eq!(
            (newcomer.holder(), newcomer.role(), newcomer.expires_ms()),
            (key(3).public(), role, NEVER)
        );
    }
    assert_eq!(
        taking_part.invite(&key(2), Role::Facilitate, LATER, &secret),
        Err(NotAllowed)
    );
    assert_eq!(
        member(2, Role::LookOn).invite(&key(2), Role::LookOn, LATER, &secret),
        Err(NotAllowed)
    );
    // With another device's key.
    assert_eq!(
        taking_part.invite(&key(4), Role::LookOn, LATER, &secret),
        Err(NotAllowed)
    );
}

#[test]
fn p3_a_lower_role_cannot_prove_a_higher_one() {
    // Signed by the holder itself, passing over the checks of `extend`.
    for (mine, claimed) in [
        (Role::LookOn, Role::TakePart),
        (Role::TakePart, Role::Facilitate),
        (Role::LookOn, Role::LookOn),
    ] {
        let held = member(2, mine);
        let forged = Certificate::sign(&key(2), &board(), key(3).public(), claimed, NEVER, None);
        assert_eq!(
            verify(&held.chain.extended(forged)),
            Err(ProofError::Forged)
        );
        // Straight from the root, but signed with one's own key.
        let forged = Certificate::sign(&key(2), &board(), key(3).public(), claimed, NEVER, None);
        assert_eq!(
            verify(&Chain {
                root: key(1).public(),
                certificates: vec![forged]
            }),
            Err(ProofError::Forged)
        );
        // The role rewritten in what the root signed.
        let mut chain = held.chain.clone();
        chain.certificates[0].role = if mine == claimed {
            Role::Facilitate
        } else {
            claimed
        };
        assert_eq!(verify(&chain), Err(ProofError::Forged));
    }
}

#[test]
fn a_proof_is_for_one_board_and_one_root() {
    let chain = member(2, Role::TakePart).chain;
    assert_eq!(
        chain.verify(&"other".parse().unwrap(), &key(1).public(), NOW, good),
        Err(ProofError::Forged)
    );
    assert_eq!(
        chain.verify(&board(), &key(2).public(), NOW, good),
        Err(ProofError::Forged)
    );
}

#[test]
fn r13_an_expiry_cannot_be_stretched_by_anyone_below() {
    let secret = Secret([9; 16]);
    let invitation = creator()
        .invite(&key(1), Role::TakePart, LATER, &secret)
        .unwrap();
    assert_eq!(
        invitation.verify(&board(), &key(1).public(), LATER - 1, good),
        Ok(())
    );
    assert_eq!(
        invitation.verify(&board(), &key(1).public(), LATER, good),
        Err(ProofError::Expired)
    );
    // An invitation made by one who has only an invitation ends with it.
    let held = Credential::of_invitation(board(), invitation.clone(), secret);
    let further = held
        .invite(&key(2), Role::LookOn, NEVER, &Secret([8; 16]))
        .unwrap();
    assert_eq!(further.expires_ms(), LATER);
    // And it signs no lasting membership.
    assert_eq!(held.admit(&key(2), key(3).public(), &further), None);
    let mut stretched = invitation;
    stretched.certificates[0].expires_ms = NEVER;
    assert_eq!(verify(&stretched), Err(ProofError::Forged));
}

#[test]
fn r13_revoking_a_device_or_invitation_takes_out_all_that_rests_on_it() {
    let parent = member(2, Role::TakePart);
    let invitation = parent
        .invite(&key(2), Role::LookOn, LATER, &Secret([9; 16]))
        .unwrap();
    let child = parent.admit(&key(2), key(3).public(), &invitation).unwrap();
    let with = |key: PublicKey, said: Standing| {
        child.verify(&board(), &self::key(1).public(), NOW, move |other| {
            if *other == key { said } else { Standing::Good }
        })
    };
    assert_eq!(
        with(key(3).public(), Standing::Revoked),
        Err(ProofError::Revoked)
    );
    assert_eq!(
        with(key(2).public(), Standing::Revoked),
        Err(ProofError::Revoked)
    );
    assert_eq!(
        with(invitation.holder(), Standing::Revoked),
        Err(ProofError::Revoked)
    );
    assert_eq!(with(key(7).public(), Standing::Revoked), Ok(()));
    // A closed invitation lets nobody in, and those who came by it stay.
    assert_eq!(with(invitation.holder(), Standing::Closed), Ok(()));
    let closed = |other: &PublicKey| {
        if *other == invitation.holder() {
            Standing::Closed
        } else {
            Standing::Good
        }
    };
    assert_eq!(
        invitation.verify(&board(), &key(1).public(), NOW, closed),
        Err(ProofError::Revoked)
    );
}

#[test]
fn chains_end_at_the_limit() {
    let mut credential = creator();
    for byte in 2..10 {
        let invitation = credential
            .invite(&key(byte - 1), Role::TakePart, LATER, &Secret([byte; 16]))
            .unwrap();
        let chain = credential
            .admit(&key(byte - 1), key(byte).public(), &invitation)
            .unwrap();
        credential = Credential::of_device(board(), chain);
    }
    assert_eq!(credential.chain.certificates.len(), MAX_CHAIN);
    assert_eq!(verify(&credential.chain), Ok(()));
    assert_eq!(
        credential.invite(&key(9), Role::LookOn, LATER, &Secret([1; 16])),
        Err(NotAllowed)
    );
}

#[test]
fn credentials_survive_the_store() {
    let secret = Secret([9; 16]);
    let chain = creator()
        .invite(&key(1), Role::TakePart, LATER, &secret)
        .unwrap();
    for credential in [
        creator(),
        member(2, Role::LookOn),
        Credential::of_invitation(board(), chain, secret),
    ] {
        let bytes = credential.to_bytes();
        assert_eq!(Credential::from_bytes(&bytes), Ok(credential));
        for at in (0..bytes.len()).step_by(5) {
            assert!(Credential::from_bytes(&bytes[..at]).is_err());
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            if let Ok(read) = Credential::from_bytes(&damaged) {
                assert_eq!(read.to_bytes(), damaged);
            }
        }
    }
}
