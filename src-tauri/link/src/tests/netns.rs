//! mDNS for real: two network namespaces with a cable between them, a board announced in one and
//! joined from the other by the spoken code. Each has a way out as well, which leads nowhere and counts
//! what is sent there. Needs root and `ip` (iproute2); says so and passes where it has not.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
};

use super::*;
use crate::Title;

const SIDE: &str = "UPSHOT_NETNS_SIDE";
const TITLE: &str = "Release 4.2";

/// Two namespaces joined by a pair of virtual interfaces; gone when dropped.
struct Cable {
    names: [String; 2],
}

fn ip(args: &str) -> bool {
    let run = Command::new("ip")
        .args(args.split_whitespace())
        .stderr(Stdio::null())
        .status();
    run.is_ok_and(|status| status.success())
}

impl Cable {
    fn lay() -> Option<Self> {
        let id = std::process::id();
        let cable = Self {
            names: [format!("upshot-a-{id}"), format!("upshot-b-{id}")],
        };
        let [a, b] = &cable.names;
        let laid = ip(&format!("netns add {a}"))
            && ip(&format!("netns add {b}"))
            && ip(&format!(
                "link add v0 netns {a} type veth peer name v0 netns {b}"
            ))
            && cable.names.iter().zip([1, 2]).all(|(name, host)| {
                ip(&format!("-n {name} addr add 10.77.0.{host}/24 dev v0"))
                    && ip(&format!("-n {name} link set lo up"))
                    && ip(&format!("-n {name} link set v0 up"))
                    && ip(&format!("-n {name} route add 224.0.0.0/4 dev v0"))
                    && ip(&format!("-n {name} link add out0 type veth peer name out1"))
                    && ip(&format!(
                        "netns exec {name} sysctl -q net.ipv6.conf.out0.disable_ipv6=1"
                    ))
                    && ip(&format!(
                        "netns exec {name} sysctl -q net.ipv6.conf.out1.disable_ipv6=1"
                    ))
                    && ip(&format!("-n {name} link set out0 arp off up"))
                    && ip(&format!("-n {name} link set out1 arp off up"))
                    // An address that is not local (RFC 5737): iroh would tell it to peers, and
                    // they would try it.
                    && ip(&format!("-n {name} addr add 198.51.100.{host}/32 dev v0"))
                    && ip(&format!("-n {name} route add default dev out0"))
            });
        laid.then_some(cable)
    }

    /// Runs this test program's `one_side_of_the_cable` in a namespace.
    fn run(&self, at: usize, side: &str) -> Child {
        Command::new("ip")
            .args(["netns", "exec", &self.names[at]])
            .arg(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "tests::netns::one_side_of_the_cable",
                "--ignored",
                "--nocapture",
            ])
            .env(SIDE, side)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        for name in &self.names {
            ip(&format!("netns del {name}"));
        }
    }
}

/// Packets this namespace has sent to the way out.
fn sent_out() -> u64 {
    let interfaces = std::fs::read_to_string("/proc/net/dev").unwrap();
    let out = interfaces
        .lines()
        .find_map(|line| line.trim_start().strip_prefix("out0:"));
    // Eight columns of what was received; then bytes and packets sent.
    out.unwrap()
        .split_whitespace()
        .nth(9)
        .unwrap()
        .parse()
        .unwrap()
}

/// Nothing was sent beyond the cable; and something would have been counted (RFC 5737: the address
/// is nobody's).
fn r10_nothing_was_sent_out() {
    assert_eq!(sent_out(), 0);
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.send_to(b"counted", "192.0.2.1:9").unwrap();
    assert_eq!(sent_out(), 1);
}

fn say(line: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "\n> {line}").unwrap();
    out.flush().unwrap();
}

/// What a side said next, without the `> `.
fn hear(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> String {
    loop {
        let line = lines.next().expect("the side ended early").unwrap();
        if let Some(said) = line.strip_prefix("> ") {
            return said.to_owned();
        }
    }
}

#[test]
#[ignore = "one side of a_board_is_found_across_the_network, which starts it"]
fn one_side_of_the_cable() {
    let Ok(side) = std::env::var(SIDE) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        match side.as_str() {
            "host" => host().await,
            code => guest(code).await,
        }
    });
}

async fn host() {
    let mut node = Node::with(1, Reach::LocalNetwork, Limits::default()).await;
    node.held
        .keep(Credential::for_new_board(board(), node.link.device()));
    let ticket = node.invite(Role::TakePart);
    let open = node
        .link
        .open_code(&ticket, Title::shortened(TITLE).as_ref())
        .await
        .unwrap();
    say(&open.code().to_string());
    let to_guest = node.connected().await;
    assert_eq!(to_guest.role(), Role::TakePart);
    open.close().await;
    say("closed");
    // Until the guest has seen that the board is no longer offered.
    assert_eq!(node.closed().await.code, Some(crate::CloseCode::Left));
    assert!(ip("addr add 10.78.0.1/24 dev v0"));
    assert!(matches!(node.next().await, Event::NetworkChanged));
    r10_nothing_was_sent_out();
}

async fn guest(code: &str) {
    let mut node = Node::with(2, Reach::LocalNetwork, Limits::default()).await;
    let _browsing = node.link.browse().await.unwrap();
    let Event::Offered { offer } = node.next().await else {
        panic!("expected an offer")
    };
    assert_eq!(offer.title.as_ref().map(Title::as_str), Some(TITLE));
    assert_ne!(
        offer.id(),
        SecretKey::from_bytes(&[1; 32]).public(),
        "an id for the occasion"
    );
    let ticket = node
        .link
        .redeem(&offer.addr, &code.parse().unwrap())
        .await
        .unwrap();
    assert!(ticket.host().addrs().eq(["10.77.0.1".parse().unwrap()].map(
        |ip: std::net::IpAddr| {
            std::net::SocketAddr::new(ip, ticket.host().addrs().next().unwrap().port())
        }
    )));
    let to_host = node.join(&ticket).await;
    assert_eq!(to_host.device(), SecretKey::from_bytes(&[1; 32]).public());
    let Event::Withdrawn { id } = node.next().await else {
        panic!("expected its end")
    };
    assert_eq!(id, offer.id());
    to_host.close(crate::CloseCode::Left, "seen");
    say("joined");
    node.link.close().await;
    r10_nothing_was_sent_out();
}

#[test]
fn a_board_is_found_across_the_network_and_joined_by_the_spoken_code() {
    let Some(cable) = Cable::lay() else {
        say("skipped: network namespaces need root and `ip`");
        return;
    };
    let mut hosting = cable.run(0, "host");
    let mut host_lines = BufReader::new(hosting.stdout.take().unwrap()).lines();
    let code = hear(&mut host_lines);
    let mut visiting = cable.run(1, &code);
    let mut guest_lines = BufReader::new(visiting.stdout.take().unwrap()).lines();
    assert_eq!(hear(&mut host_lines), "closed");
    assert_eq!(hear(&mut guest_lines), "joined");
    assert!(visiting.wait().unwrap().success());
    assert!(hosting.wait().unwrap().success());
}
