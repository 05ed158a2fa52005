#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

/// Devices in the order of their ids.
fn devices(count: usize) -> Vec<DeviceId> {
    let mut devices: Vec<_> = (0..count)
        .map(|n| link::device_id(&[u8::try_from(n).unwrap() + 1; 32]))
        .collect();
    devices.sort();
    devices
}

fn devices_of(due: Vec<(DeviceId, usize)>) -> Vec<DeviceId> {
    due.into_iter().map(|(device, _)| device).collect()
}

/// How many of `present` are connected with the first of them, over any number of others, when
/// each has found out who is away.
fn connected(all: &BTreeSet<DeviceId>, present: &BTreeSet<DeviceId>) -> usize {
    let away = all.difference(present).copied().collect();
    let mut links: BTreeMap<DeviceId, BTreeSet<DeviceId>> = BTreeMap::new();
    for me in present {
        let mut others = all.clone();
        others.remove(me);
        for other in wanted(me, &others, &away).intersection(present) {
            links.entry(*me).or_default().insert(*other);
            links.entry(*other).or_default().insert(*me);
        }
    }
    let mut seen: BTreeSet<DeviceId> = present.iter().take(1).copied().collect();
    let mut left: Vec<_> = seen.iter().copied().collect();
    while let Some(next) = left.pop() {
        for other in links.get(&next).into_iter().flatten() {
            if seen.insert(*other) {
                left.push(*other);
            }
        }
    }
    seen.len()
}

#[test]
fn p6_a_small_group_is_a_full_mesh() {
    let devices = devices(LINKS + 1);
    for me in &devices {
        let others: BTreeSet<_> = devices.iter().filter(|d| *d != me).copied().collect();
        assert_eq!(wanted(me, &others, &BTreeSet::new()), others);
    }
}

#[test]
fn p6_in_a_large_group_each_has_few_links() {
    for count in [LINKS + 2, 17, 40, 65] {
        let all: BTreeSet<_> = devices(count).into_iter().collect();
        let mut degree: BTreeMap<DeviceId, BTreeSet<DeviceId>> = BTreeMap::new();
        for me in &all {
            let mut others = all.clone();
            others.remove(me);
            for other in wanted(me, &others, &BTreeSet::new()) {
                degree.entry(*me).or_default().insert(other);
                degree.entry(other).or_default().insert(*me);
            }
        }
        assert!(degree.values().all(|links| links.len() <= LINKS));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn p6_whoever_is_there_is_connected(count in 2usize..40, away in prop::collection::vec(any::<prop::sample::Index>(), 0..30)) {
        let all = devices(count);
        let away: BTreeSet<DeviceId> = away.iter().map(|at| *at.get(&all)).collect();
        let all: BTreeSet<_> = all.into_iter().collect();
        let present: BTreeSet<_> = all.difference(&away).copied().collect();
        prop_assert_eq!(connected(&all, &present), present.len());
    }
}

#[test]
fn p6_of_two_who_learn_of_each_other_one_calls() {
    let devices = devices(2);
    let (small, large) = (devices[0], devices[1]);
    let now = Instant::now();
    let set = |device: DeviceId| BTreeSet::from([device]);
    let (mut mine, mut theirs) = (Calls::default(), Calls::default());
    // At the start whoever is up first calls.
    let due = |calls: &mut Calls, me, wanted: &BTreeSet<DeviceId>, now| {
        devices_of(calls.due(me, wanted, wanted, now))
    };
    assert_eq!(due(&mut theirs, &large, &BTreeSet::new(), now), []);
    assert_eq!(due(&mut mine, &small, &set(large), now), [large]);
    assert_eq!(due(&mut theirs, &large, &set(small), now), []);
    // Unless the other cannot.
    assert_eq!(theirs.next(), Some(now + LET_THEM_CALL));
    let later = now + LET_THEM_CALL;
    assert_eq!(due(&mut theirs, &large, &set(small), later), [small]);
    let mut started = Calls::default();
    assert_eq!(due(&mut started, &large, &set(small), now), [small]);
}

#[test]
fn calls_come_less_often_until_somebody_answers() {
    let devices = devices(2);
    let (me, other) = (devices[0], devices[1]);
    let wanted = BTreeSet::from([other]);
    let mut calls = Calls::default();
    let mut now = Instant::now();
    let mut waits = Vec::new();
    for _ in 0..7 {
        assert_eq!(devices_of(calls.due(&me, &wanted, &wanted, now)), [other]);
        assert_eq!(
            calls.due(&me, &wanted, &wanted, now),
            [],
            "it is being called"
        );
        assert_eq!(calls.next(), None);
        calls.ended();
        calls.missed(other, Missed::NoAnswer, now, 255);
        assert_eq!(calls.away(), wanted);
        let next = calls.next().unwrap();
        waits.push(next - now);
        now = next;
    }
    assert_eq!(waits[..CALL_AGAIN.len()], CALL_AGAIN);
    assert_eq!(waits[CALL_AGAIN.len()], CALL_AGAIN[CALL_AGAIN.len() - 1]);

    calls.missed(other, Missed::TurnedAway, now, 0);
    assert_eq!(calls.next(), Some(now + TURNED_AWAY * 3 / 4));
    calls.afresh(now);
    assert_eq!(calls.away(), BTreeSet::new());
    assert_eq!(devices_of(calls.due(&me, &wanted, &wanted, now)), [other]);
    calls.reached(&other);
    assert_eq!(calls.next(), None);
}

#[test]
fn only_so_many_are_called_at_once_and_those_who_may_be_there_first() {
    let devices = devices(3 * AT_ONCE);
    let (me, others) = devices.split_first().unwrap();
    let all: BTreeSet<_> = others.iter().copied().collect();
    let now = Instant::now();
    let mut calls = Calls::default();
    let first = devices_of(calls.due(me, &all, &all, now));
    assert_eq!(first.len(), AT_ONCE);
    assert_eq!(calls.next(), None, "a call has to end first");
    for device in &first {
        calls.ended();
        calls.missed(*device, Missed::NoAnswer, now, 0);
    }
    let later = now + CALL_AGAIN[0];
    let second = calls.due(me, &all, &all, later);
    assert!(
        second
            .iter()
            .all(|(device, tries)| *tries == 0 && !first.contains(device))
    );
    // Those who did not answer are called again though they are not wanted any more; those who are
    // no members any more are not.
    let mut calls = Calls::default();
    calls.missed(first[0], Missed::NoAnswer, now, 0);
    calls.missed(first[1], Missed::NoAnswer, now, 0);
    let known = BTreeSet::from([first[0]]);
    assert_eq!(
        calls.due(me, &BTreeSet::new(), &known, later),
        [(first[0], 1)]
    );
}
