//! What is kept beside the boards: bright spots, own templates; and what boards have in common.

use super::*;
use board::library::{BrightSpot, Trial};
use board::{FollowUpChange, FollowUpId, FollowUpKind, FollowUpStatus, Parent};

fn spot(id: &str, practice: &str) -> BrightSpot {
    BrightSpot {
        id: id.into(),
        practice: practice.into(),
        because: "Everybody had seen it work once".into(),
        step: "Rehearse the first ten minutes".into(),
        team: "Maps".into(),
        board: "Release 4.2".into(),
        tags: vec!["Übergabe".into()],
        changed_ms: 0,
        trials: Vec::new(),
    }
}

impl Laptop {
    async fn spots(&mut self, request: HomeRequest) -> Vec<BrightSpot> {
        match self.home(request).await {
            HomeReply::BrightSpots { spots } => spots,
            other => panic!("{other:?}"),
        }
    }

    async fn found(&mut self, query: &str, any: bool) -> Vec<String> {
        let query = query.to_owned();
        let spots = self.spots(HomeRequest::BrightSpots { query, any }).await;
        spots.into_iter().map(|spot| spot.id).collect()
    }

    async fn file(&mut self, request: HomeRequest) -> (String, String) {
        match self.home(request).await {
            HomeReply::File { name, bytes } => (name, bytes),
            other => panic!("{other:?}"),
        }
    }

    async fn templates(&mut self) -> Vec<(String, String, bool)> {
        match self.home(HomeRequest::Templates).await {
            HomeReply::Templates { templates } => templates
                .into_iter()
                .map(|card| (card.id, card.name, card.own))
                .collect(),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bright_spot_is_kept_found_and_told_of_and_travels() {
    let (mut a, mut b) = (Laptop::new("A").await, Laptop::new("B").await);
    let rehearse = spot("rehearse1", "Rehearse the release with real data");
    let kept = a
        .spots(HomeRequest::KeepBrightSpot { spot: rehearse })
        .await;
    assert!(kept[0].changed_ms > 0);
    let pair = spot("pairing01", "Two people write each release note");
    a.spots(HomeRequest::KeepBrightSpot { spot: pair }).await;
    // Beginnings of words, accents aside; all words, or any.
    assert_eq!(a.found("rehea real", false).await, ["rehearse1"]);
    assert_eq!(a.found("ubergabe note", false).await, ["pairing01"]);
    assert_eq!(a.found("weather note", false).await, [""; 0]);
    assert_eq!(a.found("weather note", true).await, ["pairing01"]);
    assert_eq!(a.found("", false).await, ["pairing01", "rehearse1"]);

    let trial = Trial {
        on: "2026-03-18".into(),
        team: "Signals".into(),
        changed: "No surprises on the day".into(),
    };
    let id = "rehearse1".to_owned();
    let told = a
        .spots(HomeRequest::TellTrial {
            id: id.clone(),
            trial,
        })
        .await;
    assert_eq!(told[0].trials.len(), 1);
    // New words do not lose the story.
    let again = spot("rehearse1", "Rehearse the release");
    let again = a.spots(HomeRequest::KeepBrightSpot { spot: again }).await;
    assert_eq!(again[0].trials.len(), 1);

    let (name, bytes) = a.file(HomeRequest::BrightSpotFile { id: id.clone() }).await;
    assert!(name.ends_with(".json"), "{name}");
    let came = b.spots(HomeRequest::Import { name, bytes }).await;
    assert_eq!(came, again);
    assert_eq!(b.found("surprises", false).await, ["rehearse1"]);

    a.home(HomeRequest::ForgetBrightSpot { id }).await;
    let mut a = a.restart().await;
    assert_eq!(a.found("", false).await, ["pairing01"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_board_becomes_a_template_that_travels() {
    let (mut a, mut b) = (Laptop::new("A").await, Laptop::new("B").await);
    let made = HomeRequest::NewBoard {
        template: "delivery-review".into(),
        title: "Release 4.2".into(),
        team: "Maps".into(),
    };
    let HomeReply::Made { board, .. } = a.home(made).await else {
        panic!("no board");
    };
    a.ask(Request::Board(BoardRequest::Open { board })).await;
    let save = |name: &str| HomeRequest::SaveTemplate {
        board,
        name: name.into(),
        question: "What helped?".into(),
    };
    a.home(save("Our review")).await;
    a.home(save("Our review")).await;
    let templates = a.templates().await;
    let own: Vec<_> = templates.iter().filter(|template| template.2).collect();
    assert_eq!(own.len(), 1, "the same name is the same template");
    assert_eq!(templates.last().unwrap().0, "empty");
    let id = own[0].0.clone();

    let (name, bytes) = a
        .file(HomeRequest::TemplateFile {
            template: id.clone(),
        })
        .await;
    b.home(HomeRequest::Import { name, bytes }).await;
    let mut b = b.restart().await;
    assert!(
        b.templates()
            .await
            .contains(&(id.clone(), "Our review".into(), true))
    );
    let made = HomeRequest::NewBoard {
        template: id.clone(),
        title: String::new(),
        team: String::new(),
    };
    b.home(made).await;
    b.home(HomeRequest::RemoveTemplate { template: id }).await;
    assert!(b.templates().await.iter().all(|template| !template.2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn follow_ups_of_all_boards_are_in_one_list() {
    let mut a = Laptop::new("A").await;
    for (bits, due, status) in [
        (1, "", FollowUpStatus::Open),
        (2, "2026-04-01", FollowUpStatus::Done),
        (3, "2026-05-01", FollowUpStatus::Open),
    ] {
        let board = a.new_board().await;
        let id = FollowUpId::from_bits(bits);
        a.ask(Request::Board(BoardRequest::Open { board })).await;
        let commands = vec![
            Command::SetMeta {
                set: vec![MetaChange::Team("Maps".into())],
            },
            Command::AddFollowUp {
                id,
                text: format!("Try it {bits}"),
                kind: FollowUpKind::Spread,
                from: None,
                parent: Parent::Board,
                x: 0,
                y: 0,
            },
            Command::SetFollowUp {
                id,
                set: vec![
                    FollowUpChange::Due(due.into()),
                    FollowUpChange::Status(status),
                ],
            },
        ];
        let request = BoardRequest::Execute {
            board,
            person: None,
            commands,
        };
        a.ask(Request::Board(request)).await;
    }
    // Summaries are kept when Upshot closes, at the latest.
    let mut a = a.restart().await;
    let HomeReply::FollowUps { followups } = a.home(HomeRequest::FollowUps).await else {
        panic!("no follow-ups");
    };
    let texts: Vec<&str> = followups
        .iter()
        .map(|card| card.followup.text.as_str())
        .collect();
    assert_eq!(texts, ["Try it 3", "Try it 1", "Try it 2"]);
    let HomeReply::Teams { teams } = a.home(HomeRequest::Teams).await else {
        panic!("no teams");
    };
    assert_eq!((teams.len(), teams[0].boards.len()), (1, 3));
}
