#![allow(clippy::unwrap_used)]
use std::{net::SocketAddr, sync::LazyLock};

use iroh::SecretKey;
use proptest::prelude::*;

use super::*;
use crate::{
    CARD_LASTS_MS, PeerAddr, Reach,
    chain::Chain,
    credential::{NEVER, Secret},
};

const NOW: u64 = 1_800_000_000_000;
const HOUR: u64 = 3_600_000;

fn key(byte: u8) -> SecretKey {
    SecretKey::from_bytes(&[byte; 32])
}

fn board() -> BoardId {
    "board".parse().unwrap()
}

/// The device `key(1)` created the board.
fn creator() -> Credential {
    Credential::for_new_board(board(), key(1).public())
}

/// Lets the device `key(byte)` in, as `host`.
fn let_in(host: &Credential, host_key: u8, byte: u8, role: Role) -> Credential {
    let secret = Secret([byte; 16]);
    let invitation = host
        .invite(&key(host_key), role, NOW + HOUR, &secret)
        .unwrap();
    let chain = host
        .admit(&key(host_key), key(byte).public(), &invitation)
        .unwrap();
    Credential::of_device(host.board().clone(), chain)
}

fn member(byte: u8, role: Role) -> Credential {
    let_in(&creator(), 1, byte, role)
}

fn address(byte: u8) -> PeerAddr {
    let at: SocketAddr = format!("127.0.0.1:40{byte:03}").parse().unwrap();
    PeerAddr::new(key(byte).public(), [at])
}

fn card_of(credential: &Credential, byte: u8, signed_ms: u64) -> Member {
    let chain = credential.chain().clone();
    Member::sign(
        &key(byte),
        credential.board(),
        address(byte),
        chain,
        signed_ms,
    )
    .unwrap()
}

fn card(byte: u8, role: Role) -> Member {
    card_of(&member(byte, role), byte, NOW)
}

fn said_by(credential: &Credential, byte: u8, about: u8, standing: Standing) -> Revocation {
    let signer = credential.chain().clone();
    let about = key(about).public();
    Revocation::sign(&key(byte), credential.board(), signer, about, standing).unwrap()
}

fn directory() -> Directory {
    Directory::new(&creator())
}

fn teller(byte: u8, role: Role) -> Teller {
    Teller {
        device: key(byte).public(),
        role,
    }
}

fn frame(records: &[Record]) -> Vec<u8> {
    let mut out = Vec::new();
    records.iter().for_each(|record| record.put(&mut out));
    out
}

/// From a member who takes part.
fn hear(directory: &mut Directory, records: &[Record]) -> Result<News, DirectoryError> {
    directory.hear(teller(2, Role::TakePart), &frame(records), NOW)
}

#[test]
fn p6_a_card_is_handed_on_and_read_back() {
    let mut first = directory();
    let told = card(3, Role::LookOn);
    let news = hear(&mut first, &[Record::Card(told.clone())]).unwrap();
    assert!(news.members && !news.revoked);
    // What is handed on reads the same at the next, and is no news when it comes round again.
    let mut second = directory();
    for passed in &news.frames {
        second.hear(teller(4, Role::TakePart), passed, NOW).unwrap();
        let round = first.hear(teller(4, Role::TakePart), passed, NOW).unwrap();
        assert!(round.is_empty());
    }
    assert_eq!(first, second);
    assert_eq!(second.members(NOW).collect::<Vec<_>>(), [&told]);
    assert_eq!(second.members(NOW).next().unwrap().address(), &address(3));
    let kept = Directory::from_bytes(&creator(), &second.to_bytes(), NOW).unwrap();
    assert_eq!(kept, second);
}

/// A member may write into its own card whatever it likes.
#[test]
fn p6_r10_an_address_beyond_the_reach_is_not_dialled_whoever_names_it() {
    let named = [
        "8.8.8.8:53",
        "[2001:db8::1]:9",
        "192.168.1.7:0",
        "10.0.0.9:4000",
    ];
    let at = PeerAddr::new(key(3).public(), named.map(|text| text.parse().unwrap()));
    let chain = member(3, Role::TakePart).chain().clone();
    let told = Member::sign(&key(3), &board(), at, chain, NOW).unwrap();
    let mut directory = directory();
    hear(&mut directory, &[Record::Card(told)]).unwrap();
    let known = directory.members(NOW).next().unwrap().address();
    let dialled = |reach: &Reach| {
        let found = known.within(reach)?;
        Some(
            found
                .ip_addrs()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(dialled(&Reach::Loopback), None);
    assert_eq!(
        dialled(&Reach::LocalNetwork),
        Some(vec!["10.0.0.9:4000".to_owned()])
    );
}

#[test]
fn p6_of_a_device_the_newest_card_counts_until_its_time_is_over() {
    let mut directory = directory();
    let credential = member(3, Role::TakePart);
    let at = |signed_ms| Record::Card(card_of(&credential, 3, signed_ms));
    assert!(hear(&mut directory, &[at(NOW)]).unwrap().members);
    assert!(hear(&mut directory, &[at(NOW - 1)]).unwrap().is_empty());
    assert!(hear(&mut directory, &[at(NOW + 1)]).unwrap().members);
    // Dated so far ahead that it would never be forgotten.
    assert!(hear(&mut directory, &[at(u64::MAX)]).unwrap().is_empty());
    assert_eq!(directory.members(NOW + CARD_LASTS_MS).count(), 1);
    assert_eq!(directory.members(NOW + 1 + CARD_LASTS_MS).count(), 0);
    let late = directory
        .hear(
            teller(2, Role::TakePart),
            &frame(&[at(NOW + 2)]),
            NOW + 2 * CARD_LASTS_MS,
        )
        .unwrap();
    assert!(late.is_empty());
    let kept = Directory::from_bytes(&creator(), &directory.to_bytes(), NOW + 2 * CARD_LASTS_MS);
    assert_eq!(kept, Ok(Directory::new(&creator())));
}

#[test]
fn p6_ones_own_card_is_news_when_something_changed_or_an_hour_has_passed() {
    let mut directory = directory();
    let credential = member(3, Role::TakePart);
    let at = |signed_ms| card_of(&credential, 3, signed_ms);
    assert!(directory.introduce(at(NOW), NOW).members);
    assert!(directory.introduce(at(NOW + 1), NOW).is_empty());
    assert!(directory.introduce(at(NOW + HOUR), NOW).members);
    let risen = card_of(&member(3, Role::Facilitate), 3, NOW + HOUR + 1);
    assert!(directory.introduce(risen, NOW).members);
    assert_eq!(
        directory.member(&key(3).public()).unwrap().role(),
        Role::Facilitate
    );
}

#[test]
fn p6_one_who_only_has_a_ticket_has_no_card() {
    let secret = Secret([9; 16]);
    let chain = creator()
        .invite(&key(1), Role::TakePart, NEVER, &secret)
        .unwrap();
    assert_eq!(
        Member::sign(&key(3), &board(), address(3), chain.clone(), NOW),
        None
    );
    // Nor under the key of the ticket, nor without an address.
    let place = PeerAddr::new(secret.key().public(), address(3).addrs());
    assert_eq!(
        Member::sign(&secret.key(), &board(), place, chain, NOW),
        None
    );
    let nowhere = PeerAddr::new(key(1).public(), []);
    let chain = creator().chain().clone();
    assert_eq!(Member::sign(&key(1), &board(), nowhere, chain, NOW), None);
}

#[test]
fn p1_p6_one_who_looks_on_is_heard_about_itself_only() {
    let mut directory = directory();
    let looking_on = teller(3, Role::LookOn);
    let all = [
        Record::Card(card(3, Role::LookOn)),
        Record::Card(card(4, Role::TakePart)),
        Record::Revocation(said_by(&creator(), 1, 5, Standing::Revoked)),
    ];
    let news = directory.hear(looking_on, &frame(&all), NOW).unwrap();
    assert!(news.members && !news.revoked);
    assert_eq!(
        directory
            .members(NOW)
            .map(Member::device)
            .collect::<Vec<_>>(),
        [key(3).public()]
    );
    // And says no more than that.
    hear(&mut directory, &all).unwrap();
    let told = directory.frames(looking_on, NOW);
    assert_eq!(told, [Bytes::from(frame(&all[..1]))]);
    let told = directory.frames(teller(4, Role::TakePart), NOW);
    assert_eq!(read_records(&told.concat()).unwrap().len(), 3);
}

#[test]
fn p7_a_revocation_by_a_facilitator_holds_at_whoever_hears_of_it() {
    let facilitator = member(2, Role::Facilitate);
    let mut directory = directory();
    let cards = [3, 4].map(|byte| Record::Card(card(byte, Role::TakePart)));
    let let_in_by_3 = let_in(&member(3, Role::TakePart), 3, 5, Role::TakePart);
    hear(&mut directory, &cards).unwrap();
    let below = Record::Card(card_of(&let_in_by_3, 5, NOW));
    hear(&mut directory, std::slice::from_ref(&below)).unwrap();
    let dismissed = Record::Revocation(said_by(&facilitator, 2, 3, Standing::Revoked));
    let closed = Record::Revocation(said_by(&creator(), 1, 4, Standing::Closed));
    let news = hear(&mut directory, &[dismissed.clone(), closed]).unwrap();
    assert!(news.revoked && !news.members);
    let standing = |directory: &Directory, byte| directory.standing(&key(byte).public());
    assert_eq!(standing(&directory, 3), Standing::Revoked);
    assert_eq!(standing(&directory, 4), Standing::Closed);
    assert_eq!(standing(&directory, 1), Standing::Good);
    // With all whom it let in; they do not come back by their cards.
    assert_eq!(
        directory
            .members(NOW)
            .map(Member::device)
            .collect::<Vec<_>>(),
        [key(4).public()]
    );
    let again = Record::Card(card_of(&let_in_by_3, 5, NOW + 1));
    assert!(hear(&mut directory, &[again]).unwrap().is_empty());
    // It outlives a restart, the signer's dismissal, and being said again.
    let gone = Record::Revocation(said_by(&creator(), 1, 2, Standing::Revoked));
    assert!(hear(&mut directory, &[gone]).unwrap().revoked);
    assert!(hear(&mut directory, &[dismissed]).unwrap().is_empty());
    let kept = Directory::from_bytes(&facilitator, &directory.to_bytes(), NOW).unwrap();
    assert_eq!(standing(&kept, 3), Standing::Revoked);
}

#[test]
fn p7_nobody_below_a_facilitator_revokes_and_nobody_the_creator() {
    let (taking_part, looking_on) = (member(2, Role::TakePart), member(3, Role::LookOn));
    let facilitator = member(4, Role::Facilitate);
    let sign = |credential: &Credential, byte: u8, about: u8| {
        let signer = credential.chain().clone();
        let about = key(about).public();
        Revocation::sign(&key(byte), &board(), signer, about, Standing::Revoked)
    };
    for (credential, byte, about) in [
        (&taking_part, 2, 5),
        (&looking_on, 3, 5),
        (&facilitator, 4, 1),
        // Somebody else's chain.
        (&facilitator, 2, 5),
    ] {
        assert_eq!(sign(credential, byte, about), None);
    }
    // A facilitator's ticket is not its device: whoever finds it could sign.
    let secret = Secret([9; 16]);
    let ticket = creator()
        .invite(&key(1), Role::Facilitate, NEVER, &secret)
        .unwrap();
    let about = key(5).public();
    let by_ticket = Revocation::sign(&secret.key(), &board(), ticket, about, Standing::Revoked);
    assert_eq!(by_ticket, None);
}

/// Records that no honest device makes, put together by hand.
#[test]
fn p6_p7_what_is_not_signed_by_who_may_changes_nothing() {
    let honest = said_by(&creator(), 1, 5, Standing::Revoked);
    let bytes = frame(&[Record::Revocation(honest)]);
    let chain_at = 1 + 32 + 1;
    let with_signer = |signer: &Chain, by: &SecretKey| {
        let mut out = bytes[..chain_at].to_vec();
        signer.put(&mut out);
        let mut signed = b"upshot/1 revocation\0".to_vec();
        signed.push(5);
        signed.extend_from_slice(b"board");
        signed.extend_from_slice(&out[1..]);
        out.extend_from_slice(&by.sign(&signed).to_bytes());
        out
    };
    let creators_chain = creator().chain().clone();
    assert_eq!(
        with_signer(&creators_chain, &key(1)),
        bytes,
        "the layout is right"
    );

    let mut own_root = Credential::for_new_board(board(), key(2).public());
    let elsewhere = own_root.chain().clone();
    own_root = let_in(&own_root, 2, 3, Role::Facilitate);
    let mut risen = member(2, Role::TakePart).chain().clone();
    risen.certificates[0].role = Role::Facilitate;
    let secret = Secret([9; 16]);
    let ticket = creator()
        .invite(&key(1), Role::Facilitate, NEVER, &secret)
        .unwrap();
    let mut to_creator = bytes.clone();
    to_creator[1..33].copy_from_slice(key(1).public().as_bytes());
    let other_board = Credential::for_new_board("other".parse().unwrap(), key(1).public());
    let member_elsewhere = let_in(&other_board, 1, 3, Role::TakePart);
    let mut moved = card(3, Role::TakePart);
    moved = Member::sign(&key(3), &board(), address(3), moved.chain().clone(), NOW).unwrap();
    let mut misled = frame(&[Record::Card(moved.clone())]);
    let port = 1 + 32 + 1 + 1 + 4;
    misled[port] ^= 1;

    let cases = [
        with_signer(member(2, Role::TakePart).chain(), &key(2)),
        with_signer(member(2, Role::LookOn).chain(), &key(2)),
        with_signer(&risen, &key(2)),
        with_signer(&creators_chain, &key(2)),
        with_signer(&elsewhere, &key(2)),
        with_signer(own_root.chain(), &key(3)),
        // The ticket's key, which the secret gives to all who hold it.
        with_signer(&ticket, &secret.key()),
        to_creator,
        frame(&[Record::Revocation(said_by(
            &other_board,
            1,
            5,
            Standing::Revoked,
        ))]),
        frame(&[Record::Card(card_of(&member_elsewhere, 3, NOW))]),
        misled,
        // One that holds does not carry one that does not.
        [
            frame(&[Record::Card(moved)]),
            with_signer(member(2, Role::TakePart).chain(), &key(2)),
        ]
        .concat(),
    ];
    for (number, case) in cases.into_iter().enumerate() {
        let mut directory = directory();
        let heard = directory.hear(teller(2, Role::TakePart), &case, NOW);
        assert_eq!(heard, Err(DirectoryError::Forged), "case {number}");
        assert_eq!(directory, Directory::new(&creator()), "case {number}");
    }
}

#[test]
fn p6_there_is_room_for_so_many_members_and_those_near_the_creator_stay() {
    let host = member(2, Role::TakePart);
    let numbered = |number: u16, host: &Credential, host_key: u8| {
        let mut bytes = [7; 32];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        let device = SecretKey::from_bytes(&bytes);
        let invitation = host
            .invite(&key(host_key), Role::TakePart, NEVER, &Secret([7; 16]))
            .unwrap();
        let chain = host
            .admit(&key(host_key), device.public(), &invitation)
            .unwrap();
        let at = PeerAddr::new(device.public(), address(1).addrs());
        Record::Card(Member::sign(&device, &board(), at, chain, NOW + u64::from(number)).unwrap())
    };
    let mut crowded = directory();
    let near: Vec<_> = (0..8).map(|n| numbered(n, &creator(), 1)).collect();
    hear(&mut crowded, &near).unwrap();
    // A member lets in more devices than there is room for, each heard of later than the others.
    let many: Vec<_> = (100..190).map(|n| numbered(n, &host, 2)).collect();
    for some in many.chunks(30) {
        hear(&mut crowded, some).unwrap();
    }
    assert_eq!(crowded.members(NOW).count(), MAX_MEMBERS);
    for record in &near {
        let Record::Card(card) = record else { continue };
        assert_eq!(crowded.member(&card.device()), Some(card));
    }
    // Whatever comes first, the same ones stay.
    let mut other = directory();
    for some in many.rchunks(25) {
        hear(&mut other, some).unwrap();
    }
    hear(&mut other, &near).unwrap();
    assert_eq!(crowded, other);
    assert!(
        crowded
            .frames(teller(2, Role::TakePart), NOW)
            .iter()
            .all(|frame| frame.len() <= Lane::Members.max_frame())
    );
}

#[test]
fn p7_the_creators_word_finds_room_among_any_number_of_revocations() {
    let facilitator = member(2, Role::Facilitate);
    let about = |number: u16| {
        let mut bytes = [9; 32];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        SecretKey::from_bytes(&bytes).public()
    };
    let mut directory = directory();
    // Put in without their signatures being asked for: there are many of them.
    let flood = (0..u16::try_from(MAX_REVOCATIONS).unwrap() + 20).map(|number| {
        let signer = facilitator.chain().clone();
        Record::Revocation(
            Revocation::sign(&key(2), &board(), signer, about(number), Standing::Revoked).unwrap(),
        )
    });
    directory.take(flood.collect(), NOW);
    assert_eq!(directory.revocations.len(), MAX_REVOCATIONS);
    let word = said_by(&creator(), 1, 2, Standing::Revoked);
    assert!(directory.revoke(word, NOW).revoked);
    assert_eq!(directory.standing(&key(2).public()), Standing::Revoked);
    assert_eq!(directory.revocations.len(), MAX_REVOCATIONS);
}

/// Signing takes long in an unoptimised build: once for all cases.
static POOL: LazyLock<Vec<Record>> = LazyLock::new(pool);

fn pool() -> Vec<Record> {
    let facilitator = member(2, Role::Facilitate);
    let below = let_in(&member(3, Role::TakePart), 3, 5, Role::LookOn);
    vec![
        Record::Card(card(2, Role::Facilitate)),
        Record::Card(card(3, Role::TakePart)),
        Record::Card(card_of(&member(3, Role::TakePart), 3, NOW + 5)),
        Record::Card(card_of(&below, 5, NOW)),
        Record::Card(card_of(&creator(), 1, NOW)),
        Record::Revocation(said_by(&facilitator, 2, 5, Standing::Revoked)),
        Record::Revocation(said_by(&creator(), 1, 5, Standing::Revoked)),
        Record::Revocation(said_by(&creator(), 1, 6, Standing::Closed)),
    ]
}

/// What a hostile or broken member may make of honest frames.
#[derive(Debug, Clone)]
enum Mutation {
    Set(prop::sample::Index, u8),
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Append(Vec<u8>),
    /// A stretch of one frame over another: chains, signatures and keys of others.
    Graft(prop::sample::Index, prop::sample::Index, usize),
    Remove(prop::sample::Index, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), prop_oneof![0u8..4, any::<u8>()]).prop_map(|(at, byte)| Mutation::Set(at, byte)),
        (at(), 0u8..8).prop_map(|(at, bit)| Mutation::Flip(at, bit)),
        at().prop_map(Mutation::Cut),
        prop::collection::vec(any::<u8>(), 1..80).prop_map(Mutation::Append),
        (
            at(),
            at(),
            prop_oneof![Just(32usize), Just(64), 1usize..200]
        )
            .prop_map(|(from, to, length)| Mutation::Graft(from, to, length)),
        (at(), prop_oneof![Just(64usize), 1usize..140])
            .prop_map(|(at, length)| Mutation::Remove(at, length)),
    ]
}

fn mutate(frame: &mut Vec<u8>, other: &[u8], mutation: &Mutation) {
    if frame.is_empty() {
        return;
    }
    match mutation {
        Mutation::Set(at, byte) => *at.get_mut(frame.as_mut_slice()) = *byte,
        Mutation::Flip(at, bit) => *at.get_mut(frame.as_mut_slice()) ^= 1 << bit,
        Mutation::Cut(at) => frame.truncate(at.index(frame.len())),
        Mutation::Append(bytes) => frame.extend_from_slice(bytes),
        Mutation::Graft(from, to, length) => {
            let (from, to) = (from.index(other.len()), to.index(frame.len()));
            let length = (*length).min(other.len() - from).min(frame.len() - to);
            frame[to..to + length].copy_from_slice(&other[from..from + length]);
        }
        Mutation::Remove(at, length) => {
            let at = at.index(frame.len());
            let end = (at + length).min(frame.len());
            frame.drain(at..end);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Any order, any repetition, any cutting into frames: the same directory.
    #[test]
    fn p6_p7_directories_that_heard_the_same_are_the_same(
        order in Just((0..8).collect::<Vec<usize>>()).prop_shuffle(),
        again in prop::collection::vec(0usize..8, 0..4),
        size in 1usize..5,
    ) {
        let pool = &*POOL;
        let mut expected = directory();
        hear(&mut expected, pool).unwrap();
        let mut directory = directory();
        let heard: Vec<Record> = order.into_iter().chain(again).map(|at| pool[at].clone()).collect();
        for some in heard.chunks(size) {
            hear(&mut directory, some).unwrap();
        }
        prop_assert_eq!(directory, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Nothing comes into a directory but what was honestly signed, whatever is done to it on the way;
    /// what is refused changes nothing.
    #[test]
    fn p2_p6_p7_a_changed_frame_brings_in_nothing_that_was_not_signed(
        records in prop::collection::vec(0usize..8, 1..4),
        others in prop::collection::vec(0usize..8, 1..4),
        mutations in prop::collection::vec(mutation(), 1..4),
    ) {
        let pool = &*POOL;
        let pick = |picked: &[usize]| frame(&picked.iter().map(|at| pool[*at].clone()).collect::<Vec<_>>());
        let mut bytes = pick(&records);
        let other = pick(&others);
        mutations.iter().for_each(|mutation| mutate(&mut bytes, &other, mutation));
        let mut directory = directory();
        let heard = directory.hear(teller(2, Role::TakePart), &bytes, NOW);
        if heard.is_err() {
            prop_assert_eq!(&directory, &Directory::new(&creator()));
        }
        for member in directory.members.values() {
            prop_assert!(pool.contains(&Record::Card(member.clone())));
        }
        for revocation in directory.revocations.values() {
            prop_assert!(pool.contains(&Record::Revocation(revocation.clone())));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// One value has one encoding, and nothing is skipped.
    #[test]
    fn any_bytes_are_records_or_an_error(
        kind in 0u8..4,
        rest in prop::collection::vec(prop_oneof![0u8..3, any::<u8>()], 0..400),
    ) {
        let bytes = [vec![kind], rest].concat();
        if let Ok(records) = read_records(&bytes) {
            prop_assert_eq!(frame(&records), bytes.clone());
        }
        let _ = Directory::from_bytes(&creator(), &bytes, NOW);
    }

    #[test]
    fn mutated_records_are_refused_or_read_back_the_same(mutations in prop::collection::vec(mutation(), 1..3)) {
        let cards = [Record::Card(card_of(&creator(), 1, NOW))];
        let mut bytes = frame(&cards);
        let other = bytes.clone();
        mutations.iter().for_each(|mutation| mutate(&mut bytes, &other, mutation));
        if let Ok(records) = read_records(&bytes) {
            prop_assert_eq!(frame(&records), bytes);
        }
    }
}

/// What reading takes is bounded by the bytes at hand: counts are not believed beforehand, and
/// no record or certificate is much smaller on the wire than in memory.
#[test]
fn r2_a_frame_takes_little_more_memory_than_its_bytes() {
    use crate::chain::Certificate;
    let (mut card, mut revocation) = (Vec::new(), Vec::new());
    Record::Card(card_of(&creator(), 1, NOW)).put(&mut card);
    Record::Revocation(said_by(&creator(), 1, 5, Standing::Closed)).put(&mut revocation);
    // A card without an address is read before it is refused: seven bytes less.
    let smallest_record = revocation.len().min(card.len() - 7);
    let smallest_certificate = 32 + 1 + 8 + 1 + 64;
    // Vectors grow by doubling.
    assert!(2 * size_of::<Record>() <= 16 * smallest_record);
    assert!(2 * size_of::<Certificate>() <= 16 * smallest_certificate);
    for count in [9, 0xff] {
        let mut promises = revocation.clone();
        let count_at = 1 + 32 + 1 + 32;
        assert_eq!(promises[count_at], 0);
        promises[count_at] = count;
        assert_eq!(read_records(&promises), Err(Malformed));
    }
}
