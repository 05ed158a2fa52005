//! Starting the app: how soon Home is there to be used, and the memory of all its processes.
//!
//! The app runs under a virtual X server that keeps its screen in a file. A first start shows what
//! Home looks like when nothing changes any more; the starts that count last until the screen
//! looks like that. So the time is from starting the program until Home's last pixel, and the app
//! needs no code for being measured.

use crate::boards;
use crate::client::{self, Client};
use crate::measure::{median, ms, now};
use crate::table::{Row, Value};
use crate::{Scale, Work};
use anyhow::Context;
use runtime::protocol::HomeRequest;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Between two looks at the screen.
const LOOK: Duration = Duration::from_millis(5);
/// A screen that did not change for so long is done.
const STILL: Duration = Duration::from_secs(2);
/// A start does not take longer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Every so manieth row of the screen is looked at.
const ROWS: usize = 4;
/// A screen looks like another when no more than this share of its bytes differ: a caret blinks,
/// "a minute ago" becomes two.
const LIKE: f64 = 0.002;
/// Boards on Home.
const BOARDS: usize = 6;
/// What a window of WebKit takes at least.
const BROWSERS: [&str; 2] = [
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
];
const PAGE: &str = "data:text/html,<h1 style='background:navy;color:white'>Home</h1>";
const MIB: f64 = 1_048_576.0;

pub(crate) fn measure(work: &Work, scale: &Scale, rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let started = if work.app.exists() {
        Screen::start(&work.folder)
    } else {
        Err(anyhow::anyhow!("{} is not built", work.app.display()))
    };
    let mut screen = match started {
        Ok(screen) => screen,
        Err(error) => {
            let remark = format!("not measured: {error:#}");
            rows.push(Row::new("Cold start → usable Home", Value(f64::NAN, "ms")).remark(remark));
            return Ok(());
        }
    };
    let profile = boards::fresh(&work.folder, "home");
    let runtime = client::start(&work.tokio, &profile)?;
    let mut client = Client::quiet(&runtime.handle());
    for _ in 0..BOARDS {
        let (title, team) = (String::new(), String::new());
        client.home(HomeRequest::NewBoard {
            template: "sample".to_owned(),
            title,
            team,
        })?;
    }
    // The boards' pictures are stored a moment after.
    std::thread::sleep(STILL);
    drop(client);
    work.tokio.block_on(runtime.stop());

    let app = started_often(&mut screen, work, scale, || {
        let folder = boards::fresh(&work.folder, "started");
        boards::copy(&profile, &folder)?;
        let mut command = Command::new(&work.app);
        command.arg("--loopback").arg("--profile").arg(folder);
        Ok(command)
    })?;
    let browser = BROWSERS.iter().map(Path::new).find(|path| path.exists());
    let bare = browser.map(|browser| {
        started_often(&mut screen, work, scale, || {
            let mut command = Command::new(browser);
            command
                .arg("--private")
                .arg("--geometry=1440x900")
                .arg(PAGE);
            Ok(command)
        })
    });
    let mut time = Row::new("Cold start → usable Home", Value(app.ms, "ms")).remark(format!(
        "process start until Home's last pixel, under Xvfb without a GPU; {BOARDS} boards; \
         programs in the page cache; first change on the screen after {}",
        Value(app.first_ms, "ms")
    ));
    let mut memory = Row::new("Memory of it", Value(app.bytes / MIB, "MiB")).remark(format!(
        "proportional (PSS), all processes; {} of it the app's own",
        Value(app.own_bytes / MIB, "MiB")
    ));
    match bare {
        Some(Ok(bare)) => {
            let name = "WebKit's MiniBrowser with one heading";
            time = time.with(name, Value(bare.ms, "ms"));
            memory = memory.with(name, Value(bare.bytes / MIB, "MiB"));
        }
        Some(Err(error)) => {
            memory.remark = format!("{}; MiniBrowser did not start: {error:#}", memory.remark);
        }
        None => {}
    }
    rows.push(time);
    rows.push(memory);
    Ok(())
}

/// A start, or the medians of several.
#[derive(Debug, Clone, Copy)]
struct Start {
    ms: f64,
    first_ms: f64,
    bytes: f64,
    own_bytes: f64,
}

fn started_often(
    screen: &mut Screen,
    work: &Work,
    scale: &Scale,
    command: impl Fn() -> anyhow::Result<Command>,
) -> anyhow::Result<Start> {
    let wanted = {
        let _app = screen.run(work, command()?)?;
        screen.settled()?
    };
    screen.cleared()?;
    let mut starts = Vec::new();
    for _ in 0..scale.runs.max(3) {
        let command = command()?;
        let start = now();
        let app = screen.run(work, command)?;
        let mut first = None;
        let took = loop {
            let look = screen.look()?;
            if first.is_none() && look != screen.empty {
                first = Some(ms(start.elapsed()));
            }
            if unlike(&look, &wanted) <= LIKE {
                break ms(start.elapsed());
            }
            anyhow::ensure!(start.elapsed() < PATIENCE, "Home did not come");
            std::thread::sleep(LOOK);
        };
        std::thread::sleep(STILL);
        let (bytes, own_bytes) = app.memory()?;
        starts.push(Start {
            ms: took,
            first_ms: first.unwrap_or(took),
            bytes,
            own_bytes,
        });
        drop(app);
        screen.cleared()?;
    }
    let middle = |pick: fn(&Start) -> f64| median(&starts.iter().map(pick).collect::<Vec<_>>());
    Ok(Start {
        ms: middle(|start| start.ms),
        first_ms: middle(|start| start.first_ms),
        bytes: middle(|start| start.bytes),
        own_bytes: middle(|start| start.own_bytes),
    })
}

/// The share of bytes that differ.
fn unlike(one: &[u8], other: &[u8]) -> f64 {
    let differ = one.iter().zip(other).filter(|(a, b)| a != b).count();
    differ as f64 / one.len().max(1) as f64
}

/// A virtual X server and its screen.
struct Screen {
    server: Child,
    display: String,
    picture: File,
    /// Where its pixels begin, the bytes of a row, and the rows.
    at: usize,
    row: usize,
    rows: usize,
    empty: Vec<u8>,
}

impl Screen {
    fn start(folder: &Path) -> anyhow::Result<Self> {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1440x900x24",
                "-nolisten",
                "tcp",
                "-fbdir",
            ])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("Xvfb could not be started")?;
        let mut number = String::new();
        let told = server.stdout.take().context("Xvfb does not speak")?;
        BufReader::new(told).read_line(&mut number)?;
        let mut picture = File::open(folder.join("Xvfb_screen0"))?;
        // The header of an XWD file: big-endian 32-bit words (X11/XWDFile.h).
        let mut header = [0_u8; 100];
        picture.read_exact(&mut header)?;
        let word = |index: usize| -> anyhow::Result<usize> {
            let bytes = header
                .get(index * 4..index * 4 + 4)
                .context("not a picture")?;
            Ok(usize::try_from(u32::from_be_bytes(bytes.try_into()?))?)
        };
        const COLOUR_BYTES: usize = 12;
        let at = word(0)? + word(19)? * COLOUR_BYTES;
        let (rows, row) = (word(5)?, word(12)?);
        let display = format!(":{}", number.trim());
        let mut screen = Self {
            server,
            display,
            picture,
            at,
            row,
            rows,
            empty: Vec::new(),
        };
        screen.empty = screen.look()?;
        Ok(screen)
    }

    /// Some of the screen's rows.
    fn look(&self) -> anyhow::Result<Vec<u8>> {
        use std::os::unix::fs::FileExt;
        let mut seen = vec![0; self.rows.div_ceil(ROWS) * self.row];
        for (index, row) in seen.chunks_mut(self.row).enumerate() {
            let offset = self.at + index * ROWS * self.row;
            self.picture.read_exact_at(row, u64::try_from(offset)?)?;
        }
        Ok(seen)
    }

    /// What it shows when it no longer changes, which is not nothing.
    fn settled(&self) -> anyhow::Result<Vec<u8>> {
        let (begun, mut last, mut since) = (now(), self.look()?, now());
        loop {
            anyhow::ensure!(
                begun.elapsed() < PATIENCE,
                "the screen did not come to rest"
            );
            std::thread::sleep(LOOK * 4);
            let look = self.look()?;
            if unlike(&look, &last) > LIKE {
                (last, since) = (look, now());
            } else if since.elapsed() > STILL && unlike(&last, &self.empty) > LIKE {
                return Ok(last);
            }
        }
    }

    /// Waits until it is empty again.
    fn cleared(&self) -> anyhow::Result<()> {
        let begun = now();
        while unlike(&self.look()?, &self.empty) > LIKE {
            anyhow::ensure!(begun.elapsed() < PATIENCE, "the window did not go");
            std::thread::sleep(LOOK);
        }
        std::thread::sleep(Duration::from_millis(500));
        Ok(())
    }

    fn run(&self, work: &Work, mut command: Command) -> anyhow::Result<App> {
        let home = work.folder.join("user");
        for (name, folder) in [
            ("HOME", ""),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_CONFIG_HOME", "config"),
        ] {
            let folder = home.join(folder);
            std::fs::create_dir_all(&folder)?;
            command.env(name, folder);
        }
        let child = command
            .env("DISPLAY", &self.display)
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(App(child))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A started program, ended when dropped.
struct App(Child);

impl App {
    /// Bytes of memory of all its processes, and of the first alone.
    fn memory(&self) -> anyhow::Result<(f64, f64)> {
        let parents = parents()?;
        let own = pss(self.0.id())?;
        let mut all = own;
        for &process in parents.keys() {
            let mut at = process;
            while let Some(&parent) = parents.get(&at) {
                if parent == self.0.id() {
                    // One that has just ended takes none.
                    all += pss(process).unwrap_or(0.0);
                    break;
                }
                at = parent;
            }
        }
        Ok((all, own))
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Every process and its parent.
fn parents() -> anyhow::Result<BTreeMap<u32, u32>> {
    let mut parents = BTreeMap::new();
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(process) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let path = PathBuf::from("/proc").join(&name).join("stat");
        let Ok(stat) = std::fs::read_to_string(path) else {
            continue;
        };
        // The name stands in parentheses and may hold any character; the parent is second after it.
        let parent = stat
            .rsplit_once(')')
            .and_then(|(_, rest)| rest.split_whitespace().nth(1));
        if let Some(parent) = parent.and_then(|parent| parent.parse().ok()) {
            parents.insert(process, parent);
        }
    }
    Ok(parents)
}

/// Proportional memory of a process, bytes.
fn pss(process: u32) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kib: f64 = line
        .and_then(|line| line.split_whitespace().next())
        .context("no memory told")?
        .parse()?;
    Ok(kib * 1_024.0)
}
