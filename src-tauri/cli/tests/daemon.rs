//! The always-on peer as a service manager sees it: the real program, on loopback.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};

fn cli(profile: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_upshot-cli"));
    command.arg("--profile").arg(profile).arg("--loopback");
    command
}

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn terminate(mut child: Child) {
    let id = child.id().to_string();
    assert!(Command::new("kill").arg(&id).status().unwrap().success());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_service_says_when_it_is_up_joins_by_a_file_of_tickets_and_ends_when_told() {
    let (host, peer) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let board = said(cli(host.path()).args(["new", "sample"]));
    let mut hosting = cli(host.path())
        .args(["invite", &board])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut ticket = String::new();
    BufReader::new(hosting.stdout.as_mut().unwrap())
        .read_line(&mut ticket)
        .unwrap();
    let tickets = peer.path().join("tickets");
    std::fs::write(&tickets, format!("# the host's\n{ticket}\n")).unwrap();

    let place = peer.path().join("notify");
    let manager = UnixDatagram::bind(&place).unwrap();
    let mut service = cli(&peer.path().join("profile"))
        .args(["join", "--daemon", "--tickets"])
        .arg(&tickets)
        .env("NOTIFY_SOCKET", &place)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut word = [0; 64];
    let length = manager.recv(&mut word).unwrap();
    assert!(word[..length].starts_with(b"READY=1"));
    let mut log = BufReader::new(service.stderr.take().unwrap()).lines();
    let joined = log.find(|line| line.as_ref().unwrap().contains("joined"));
    assert!(joined.unwrap().unwrap().starts_with(&board));
    let connected = log.find(|line| line.as_ref().unwrap().contains("1 connected"));
    assert!(connected.unwrap().unwrap().starts_with(&board));

    // Nobody but the service is there now, and it has the board.
    terminate(hosting);
    let gone = log.find(|line| line.as_ref().unwrap().contains("0 connected"));
    assert!(gone.is_some());
    std::thread::spawn(move || log.for_each(drop));
    terminate(service);
    let length = manager.recv(&mut word).unwrap();
    assert!(word[..length].starts_with(b"STOPPING=1"));
    let text = said(cli(&peer.path().join("profile")).args(["export", &board]));
    assert!(text.contains("Winter timetable"), "{text}");
}

#[test]
fn f1_the_command_line_keeps_two_profiles_in_step_through_a_folder() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let stick = tempfile::tempdir().unwrap();
    let board = said(cli(one.path()).args(["new", "sample"]));
    let sync = |profile: &Path| said(cli(profile).arg("sync").arg(stick.path()));
    said(cli(one.path()).arg("sync").arg(stick.path()).arg(&board));
    assert_eq!(sync(other.path()), board);
    let text = |profile: &Path| said(cli(profile).args(["export", &board]));
    assert_eq!(text(one.path()), text(other.path()));
    assert_eq!(std::fs::read_dir(stick.path()).unwrap().count(), 2);
}
