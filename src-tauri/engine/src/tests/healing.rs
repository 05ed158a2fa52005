//! Replicas that came apart.

use super::*;

/// When the victim's disk begins to fail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Full {
    Never,
    /// Before the victim's edit is safe.
    Before,
    /// After it.
    After,
}

/// R4: somebody writes under the victim's client id; others hold the forged edit for the real one.
fn forged(victims_text: &str, forged_text: &str, full: Full) -> Lab {
    let mut lab = Lab::new(&[Role::TakePart, Role::TakePart, Role::TakePart]);
    lab.connect(0, 1);
    lab.execute(1, vec![add_note(100, "before")]).unwrap();
    lab.wait(1_000);
    lab.assert_same_pair(0, 1);
    let victims_client = lab.engines[0].client_of(BOARD);
    let mut forger = Replica::open(victims_client, None, &lab.logs[1]).unwrap();
    let actor = board::Actor {
        person: None,
        role: Role::Facilitate,
        now_ms: 0,
    };
    let update = forger
        .execute("", &actor, &[add_note(200, forged_text)])
        .unwrap()
        .update;
    let wires: Vec<PeerId> = lab.wires.keys().copied().collect();
    for peer in wires {
        lab.wires.remove(&peer);
        lab.input(0, Input::PeerClosed { peer });
        lab.input(1, Input::PeerClosed { peer });
    }
    lab.full[0] = full == Full::Before;
    // The victim writes while the forged edit reaches the others.
    lab.execute(0, vec![add_note(300, victims_text)]).unwrap();
    lab.full[0] = full != Full::Never;
    let peer = lab.connect(2, 1);
    lab.frame(
        1,
        peer,
        Lane::Sync,
        SyncFrame::Update {
            own: true,
            whole: false,
            update: update.into(),
        }
        .encode(),
    );
    lab.wait(1_000);
    assert!(lab.board(2).notes.contains_key(&note(200)));
    lab.connect(0, 1);
    lab.wait(30_000);
    lab
}

impl Lab {
    fn assert_same_pair(&self, a: usize, b: usize) {
        assert!(self.board(a) == self.board(b));
    }
}

#[test]
fn p5_replicas_that_came_apart_notice_and_heal_and_the_victims_edit_arrives() {
    for (victims, forged_text) in [
        ("real", "fake"),
        ("a longer real edit", "f"),
        ("r", "a longer forged edit"),
    ] {
        let lab = forged(victims, forged_text, Full::Never);
        lab.assert_same();
        for at in 0..3 {
            let texts: Vec<&str> = lab
                .board(at)
                .notes
                .values()
                .map(|note| note.text.as_str())
                .collect();
            assert!(
                texts.contains(&victims),
                "laptop {at} lacks the victim's edit, of {texts:?}"
            );
        }
        let reread = Replica::open(
            ClientId::new(4711),
            lab.snapshots[0].as_ref().map(|(_, bytes)| bytes.as_slice()),
            &lab.logs[0][lab.snapshots[0].as_ref().map_or(0, |(upto, _)| *upto)..],
        );
        assert!(
            reread.unwrap().board() == lab.board(0),
            "the healed board is what is on disk"
        );
        assert!(
            lab.notices(0).contains(&"replicasHealed")
                || lab.notices(1).contains(&"replicasHealed")
        );
    }
}

/// What is on disk is the board before or after the healing, and never something of both.
#[test]
fn p5_r6_a_disk_that_fails_while_replicas_heal_loses_nothing() {
    for (victims, forged_text) in [
        ("real", "fake"),
        ("a longer real edit", "f"),
        ("quick", "a longer forged edit"),
    ] {
        for (full, crash, stumble) in [
            (Full::Before, false, false),
            (Full::Before, false, true),
            (Full::Before, true, false),
            (Full::After, false, false),
            (Full::After, false, true),
            (Full::After, true, false),
        ] {
            let mut lab = forged(victims, forged_text, full);
            if crash {
                // What was not safe is lost with its laptop, and was never said to be saved.
                lab.crash(0);
            }
            if stumble {
                lab.stumble(0);
            }
            lab.full[0] = false;
            lab.wait(11_000);
            if lab.wires.len() < 2 {
                lab.connect(0, 1);
            }
            lab.wait(30_000);
            lab.assert_same();
            // Other words may have come into the note: they continue it under the same number.
            let has_it = |lab: &Lab| {
                let mut notes = lab.board(0).notes.values();
                notes.any(|note| note.text.contains(victims))
            };
            assert!(has_it(&lab) || (full == Full::Before && crash));
            let before = (has_it(&lab), lab.engines[0].content_hash(BOARD));
            lab.crash(0);
            assert_eq!(before, (has_it(&lab), lab.engines[0].content_hash(BOARD)));
        }
    }
}
