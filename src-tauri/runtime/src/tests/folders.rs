//! Laptops that never meet, and a folder.

use super::*;
use crate::folders::{Writing, pass};
use crate::protocol::FolderState;
use std::path::PathBuf;

impl Laptop {
    async fn follows(&mut self, board: BoardId, folder: &Path) {
        let path = Some(folder.display().to_string());
        self.home(HomeRequest::SetFolder { board, path }).await;
    }

    async fn opens(&mut self, folder: &Path) -> Vec<BoardId> {
        let path = folder.display().to_string();
        match self.home(HomeRequest::OpenFolder { path }).await {
            HomeReply::FolderOpened { boards } => boards,
            other => panic!("{other:?}"),
        }
    }

    async fn looks(&self, board: BoardId) -> FolderState {
        pass(&self.shared(), board, Writing::Now).await;
        self.shared().folders.state(board).unwrap()
    }

    async fn team(&mut self, board: BoardId, team: &str) {
        let set = vec![MetaChange::Team(team.into())];
        let request = BoardRequest::Execute {
            board,
            person: None,
            commands: vec![Command::SetMeta { set }],
        };
        self.ask(Request::Board(request)).await;
    }

    async fn snapshot(&mut self, board: BoardId) -> String {
        let opened = self.ask(Request::Board(BoardRequest::Open { board })).await;
        let Reply::Board(BoardReply::Opened { snapshot, .. }) = opened else {
            panic!("an answer of another kind");
        };
        serde_json::to_string(&snapshot).unwrap()
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// Two laptops with one board and one folder.
async fn pair() -> (Laptop, Laptop, BoardId, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Laptop::new("Ada").await;
    let board = ada.new_board().await;
    ada.follows(board, folder.path()).await;
    let mut ben = Laptop::new("Ben").await;
    assert_eq!(ben.opens(folder.path()).await, [board]);
    for laptop in [&mut ada, &mut ben] {
        laptop.snapshot(board).await;
    }
    (ada, ben, board, folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn f1_laptops_that_never_meet_agree_through_a_folder() {
    let (mut ada, mut ben, board, folder) = pair().await;
    ben.sees(board, "Release 4.2").await;
    ada.rename(board, "Release 4.3").await;
    ben.team(board, "Doorstep").await;
    for _ in 0..2 {
        ada.looks(board).await;
        ben.looks(board).await;
    }
    for laptop in [&mut ada, &mut ben] {
        laptop.sees(board, "Release 4.3").await;
        laptop.sees(board, "Doorstep").await;
        let state = laptop.looks(board).await;
        assert_eq!((state.in_step, state.others), (true, 1), "{state:?}");
    }
    assert_eq!(ada.snapshot(board).await, ben.snapshot(board).await);
    // Nothing new, nothing written: sync programs have nothing to carry.
    let before: Vec<_> = files(folder.path())
        .iter()
        .map(std::fs::read)
        .map(Result::unwrap)
        .collect();
    for _ in 0..3 {
        ada.looks(board).await;
        ben.looks(board).await;
    }
    let after: Vec<_> = files(folder.path())
        .iter()
        .map(std::fs::read)
        .map(Result::unwrap)
        .collect();
    assert!(before == after);
    // After a restart it goes on.
    let ada = ada.restart().await;
    assert!(ada.looks(board).await.in_step);
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_each_laptop_writes_one_file_of_its_own_and_no_other() {
    let (mut ada, ben, board, folder) = pair().await;
    let both = files(folder.path());
    assert_eq!(both.len(), 2, "{both:?}");
    let device = |laptop: &Laptop| crate::access::key_text(&laptop.shared().link().device());
    let of = |laptop: &Laptop| {
        let device = device(laptop);
        let found = both
            .iter()
            .find(|path| path.to_str().unwrap().contains(&device[..16]));
        std::fs::read(found.unwrap()).unwrap()
    };
    let bens = of(&ben);
    ada.rename(board, "Release 5").await;
    ada.looks(board).await;
    assert!(of(&ben) == bens);
    assert_eq!(files(folder.path()), both);
}

#[tokio::test(flavor = "multi_thread")]
async fn f3_damaged_and_half_written_files_change_nothing_and_are_read_once_they_are_whole() {
    let (mut ada, mut ben, board, folder) = pair().await;
    ben.rename(board, "Written elsewhere").await;
    let before = files(folder.path());
    ben.looks(board).await;
    let device = crate::access::key_text(&ben.shared().link().device());
    let path = before
        .iter()
        .find(|path| path.to_str().unwrap().contains(&device[..16]))
        .unwrap()
        .clone();
    let whole = std::fs::read(&path).unwrap();
    let mut broken: Vec<Vec<u8>> = [
        0,
        1,
        16,
        99,
        100,
        512,
        4096,
        whole.len() / 2,
        whole.len() - 4097,
    ]
    .iter()
    .map(|length| whole[..*length].to_vec())
    .collect();
    for at in [20, 60, 110, whole.len() / 3, whole.len() - 2000] {
        let mut flipped = whole.clone();
        flipped[at..(at + 40).min(whole.len())]
            .iter_mut()
            .for_each(|byte| *byte ^= 0x5a);
        broken.push(flipped);
    }
    // As sync programs do it: the place is made first, the content comes later.
    let mut holes = whole.clone();
    let half = holes.len() / 2;
    holes[half..].fill(0);
    broken.push(holes);
    let (_, content) = {
        std::fs::write(&path, &whole).unwrap();
        crate::folders::files::read(&path).unwrap()
    };
    let untouched = ada.snapshot(board).await;
    let mut refused = 0;
    for bytes in broken {
        let size = bytes.len();
        std::fs::write(&path, bytes).unwrap();
        // Some bytes of a file mean nothing. What is read in spite of damage is all that was sealed.
        if let Ok((_, read)) = crate::folders::files::read(&path) {
            assert_eq!(read, content);
            continue;
        }
        refused += 1;
        let state = ada.looks(board).await;
        assert!(
            !state.problem.is_empty() && !state.in_step,
            "{size}: {state:?}"
        );
        assert_eq!(ada.snapshot(board).await, untouched);
    }
    assert!(refused >= 10, "only {refused} were damaged");
    // Others' files are left as they are; and what is no file is nobody's business.
    std::fs::create_dir(folder.path().join("a folder.upshot")).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    std::fs::write(folder.path().join(".upshot-Xy.tmp"), &whole[..50]).unwrap();
    std::fs::write(&path, &whole).unwrap();
    let state = ada.looks(board).await;
    assert_eq!((state.in_step, state.problem.as_str()), (true, ""));
    ada.sees(board, "Written elsewhere").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_whoever_reads_this_laptops_file_finds_a_whole_one_at_any_moment() {
    let (mut ada, _ben, board, folder) = pair().await;
    let device = crate::access::key_text(&ada.shared().link().device());
    let path = files(folder.path())
        .into_iter()
        .find(|path| path.to_str().unwrap().contains(&device[..16]))
        .unwrap();
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let reader = std::thread::spawn({
        let done = Arc::clone(&done);
        move || {
            let mut reads = 0;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                crate::folders::files::read(&path).unwrap();
                reads += 1;
            }
            reads
        }
    });
    for round in 0..40 {
        ada.rename(board, &format!("Round {round}")).await;
        ada.looks(board).await;
    }
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(reader.join().unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_two_laptops_restored_from_one_backup_take_two_names() {
    let (ada, mut ben, board, folder) = pair().await;
    let profile = ada.stop().await;
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(profile.path()).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
    }
    let mut ada = Laptop::open(profile).await;
    let mut twin = Laptop::open(copy).await;
    for laptop in [&mut ada, &mut twin] {
        laptop.snapshot(board).await;
    }
    ada.rename(board, "By the one").await;
    twin.team(board, "By the other").await;
    for _ in 0..3 {
        ada.looks(board).await;
        twin.looks(board).await;
        ben.looks(board).await;
    }
    for laptop in [&mut ada, &mut twin, &mut ben] {
        laptop.sees(board, "By the one").await;
        laptop.sees(board, "By the other").await;
    }
    let before = files(folder.path()).len();
    for _ in 0..3 {
        ada.looks(board).await;
        twin.looks(board).await;
    }
    assert_eq!(files(folder.path()).len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn f5_a_folder_that_goes_and_comes_is_gone_on_with_and_never_made() {
    let (mut ada, _ben, board, folder) = pair().await;
    let place = folder.path().to_owned();
    let away = place.with_extension("away");
    std::fs::rename(&place, &away).unwrap();
    ada.rename(board, "While it was away").await;
    let state = ada.looks(board).await;
    assert!(
        state.problem.contains("when it is there again")
            || state.problem.contains("When it is there again"),
        "{state:?}"
    );
    assert!(!place.exists());
    std::fs::rename(&away, &place).unwrap();
    let state = ada.looks(board).await;
    assert_eq!((state.in_step, state.problem.as_str()), (true, ""));
    // What was written last is there when Upshot is closed.
    ada.rename(board, "The last word").await;
    ada.stop().await;
    let mut cem = Laptop::new("Cem").await;
    cem.opens(&place).await;
    cem.sees(board, "The last word").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f6_who_looks_on_takes_nothing_from_a_folder() {
    let mut ada = Laptop::new("Ada").await;
    let board = ada.new_board().await;
    let ticket = ada.ticket(board, Role::LookOn).await;
    let mut ben = Laptop::new("Ben").await;
    ben.join(ticket).await;
    let folder = tempfile::tempdir().unwrap();
    let path = Some(folder.path().display().to_string());
    let why = ben.refused(HomeRequest::SetFolder { board, path }).await;
    assert!(why.contains("look on"), "{why}");
    for (path, word) in [
        ("relative", "whole path"),
        ("/no/such/place", "could not be read"),
    ] {
        let path = path.to_owned();
        let why = ada.refused(HomeRequest::OpenFolder { path }).await;
        assert!(why.contains(word), "{why}");
    }
    let path = folder.path().display().to_string();
    let why = ada.refused(HomeRequest::OpenFolder { path }).await;
    assert!(why.contains("no board file"), "{why}");
}
