//! What each command does.

use crate::caller::Caller;
use crate::progress::during;
use crate::{Command, Format, Options, RoleName};
use anyhow::{Context, bail};
use runtime::protocol::{HomeReply, HomeRequest};
use runtime::{
    BoardEvent, BoardId, BoardReply, BoardRequest, Config, ExportFormat, ExportOptions, Reach,
    Role, Runtime, from_base64, to_base64,
};
use serde_json::json;
use std::io::{Read, Write};
use std::path::Path;

/// The largest file read, in bytes: as the engine's own limit for a board file, with room.
const MAX_FILE: u64 = 600 * 1024 * 1024;

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    if let Command::Wording = options.command {
        return crate::wording::run(options.json);
    }
    let profile = match options.profile {
        Some(folder) => folder,
        None => runtime::default_profile()
            .context("this user has no data folder; name one with --profile DIR")?,
    };
    let reach = if options.loopback {
        Reach::Loopback
    } else {
        Reach::LocalNetwork
    };
    let runtime = Runtime::start(Config { profile, reach }).await?;
    let mut caller = Caller::new(&runtime.handle());
    let done = carry_out(&runtime, &mut caller, options.command, options.json).await;
    drop(caller);
    runtime.stop().await;
    done
}

async fn carry_out(
    runtime: &Runtime,
    caller: &mut Caller,
    command: Command,
    as_json: bool,
) -> anyhow::Result<()> {
    match command {
        Command::Boards => boards(caller, as_json).await,
        Command::Templates => templates(caller, as_json).await,
        Command::Import { file } => import(caller, &file, as_json).await,
        Command::New { template, title } => {
            let request = HomeRequest::NewBoard {
                template,
                title,
                team: String::new(),
            };
            made(caller.home(request).await?, as_json)
        }
        Command::Export {
            board,
            format,
            output,
            without_names,
        } => {
            let board = find(caller, &board).await?;
            export(caller, board, format, output.as_deref(), !without_names).await
        }
        Command::Invite {
            board,
            role,
            hours,
            once,
        } => {
            let board = find(caller, &board).await?;
            invite(caller, board, role, hours, as_json).await?;
            if once {
                Ok(())
            } else {
                stay(caller, board).await
            }
        }
        Command::Sync {
            folder,
            board,
            leave,
        } => sync(caller, &folder, board.as_deref(), leave, as_json).await,
        Command::Join {
            ticket,
            daemon: true,
            tickets,
        } => crate::daemon::run(caller, ticket, tickets.as_deref()).await,
        Command::Join { ticket, .. } => {
            let ticket = ticket.context("a ticket is wanted")?;
            let joining = caller.home(HomeRequest::Join { ticket });
            let reply = during("Looking for the board's laptops", joining).await?;
            let HomeReply::Made { board, .. } = reply else {
                bail!("an answer of another kind came");
            };
            print(&if as_json {
                json!({ "board": board }).to_string()
            } else {
                board.to_string()
            })?;
            stay(caller, board).await
        }
        // Needs no profile: see `run`.
        Command::Wording => crate::wording::run(as_json),
        Command::Serve { port } => {
            let served = runtime::serve(runtime.handle(), port).await?;
            let url = served.url();
            print(&if as_json {
                json!({ "url": url }).to_string()
            } else {
                url
            })?;
            tell("Open this address in a browser on this machine. Ctrl-C ends it.");
            until_interrupted().await;
            Ok(())
        }
    }
}

async fn boards(caller: &mut Caller, as_json: bool) -> anyhow::Result<()> {
    let HomeReply::Boards { boards } = caller.home(HomeRequest::Boards).await? else {
        bail!("an answer of another kind came");
    };
    if as_json {
        let boards: Vec<_> = boards
            .iter()
            .map(|board| {
                json!({
                    "id": board.id, "title": board.title, "team": board.team,
                    "phase": board.phase, "changedMs": board.changed_ms,
                    "followups": board.followups, "followupsDone": board.followups_done,
                })
            })
            .collect();
        return print(&serde_json::to_string(&boards)?);
    }
    if boards.is_empty() {
        tell("There are no boards yet. `upshot-cli import FILE` or `upshot-cli new` makes one.");
    }
    for board in boards {
        print(&format!("{}  {}", board.id, board.title))?;
    }
    Ok(())
}

async fn templates(caller: &mut Caller, as_json: bool) -> anyhow::Result<()> {
    let HomeReply::Templates { templates } = caller.home(HomeRequest::Templates).await? else {
        bail!("an answer of another kind came");
    };
    if as_json {
        return print(&serde_json::to_string(&templates)?);
    }
    for template in templates {
        print(&format!(
            "{:<20} {} ({} min)",
            template.id, template.name, template.minutes
        ))?;
    }
    Ok(())
}

async fn import(caller: &mut Caller, file: &Path, as_json: bool) -> anyhow::Result<()> {
    let (name, bytes) = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .take(MAX_FILE)
            .read_to_end(&mut bytes)?;
        ("standard input".to_owned(), bytes)
    } else {
        let about = || format!("could not read {}", file.display());
        let size = std::fs::metadata(file).with_context(about)?.len();
        if size > MAX_FILE {
            bail!("{} is larger than a board can be", file.display());
        }
        let name = file
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        (
            name.unwrap_or_default(),
            std::fs::read(file).with_context(about)?,
        )
    };
    let what = format!("Making a board of {name}");
    let request = HomeRequest::Import {
        name,
        bytes: to_base64(&bytes),
    };
    made(during(&what, caller.home(request)).await?, as_json)
}

async fn sync(
    caller: &mut Caller,
    folder: &Path,
    board: Option<&str>,
    leave: bool,
    as_json: bool,
) -> anyhow::Result<()> {
    let folder = std::path::absolute(folder)?.display().to_string();
    let boards = match board {
        Some(board) => {
            let board = find(caller, board).await?;
            let path = (!leave).then_some(folder);
            caller.home(HomeRequest::SetFolder { board, path }).await?;
            vec![board]
        }
        None => {
            let opening = caller.home(HomeRequest::OpenFolder { path: folder });
            match during("Reading the folder", opening).await? {
                HomeReply::FolderOpened { boards } => boards,
                _ => bail!("an answer of another kind came"),
            }
        }
    };
    let mut states = Vec::new();
    for board in boards {
        let HomeReply::Folder { folder } = caller.home(HomeRequest::Folder { board }).await? else {
            bail!("an answer of another kind came");
        };
        if !as_json {
            print(&board.to_string())?;
        }
        if let Some(state) = &folder {
            tell(&match state.problem.as_str() {
                "" => format!("in step, with {} files of others", state.others),
                problem => problem.to_owned(),
            });
        }
        states.push(json!({ "board": board, "folder": folder }));
    }
    if as_json {
        print(&serde_json::to_string(&states)?)?;
    }
    Ok(())
}

fn made(reply: HomeReply, as_json: bool) -> anyhow::Result<()> {
    let HomeReply::Made { board, merged } = reply else {
        bail!("an answer of another kind came");
    };
    if merged {
        tell("The board was here already; what was new in the file was merged into it.");
    }
    print(&if as_json {
        json!({ "board": board, "merged": merged }).to_string()
    } else {
        board.to_string()
    })
}

async fn find(caller: &mut Caller, wanted: &str) -> anyhow::Result<BoardId> {
    let HomeReply::Boards { boards } = caller.home(HomeRequest::Boards).await? else {
        bail!("an answer of another kind came");
    };
    let mut found = boards
        .iter()
        .filter(|board| board.id.to_string().starts_with(wanted));
    match (found.next(), found.next()) {
        (Some(board), None) => Ok(board.id),
        (Some(_), Some(_)) => bail!("several boards begin with {wanted}; give more of the id"),
        _ => bail!("no board begins with {wanted}; `upshot-cli boards` lists them"),
    }
}

async fn export(
    caller: &mut Caller,
    board: BoardId,
    format: Format,
    output: Option<&Path>,
    names: bool,
) -> anyhow::Result<()> {
    let (bytes, name) = match format {
        Format::Md | Format::Json => {
            during(
                "Opening the board",
                caller.board(BoardRequest::Open { board }),
            )
            .await?;
            let format = if format == Format::Md {
                ExportFormat::Markdown
            } else {
                ExportFormat::Json
            };
            let options = ExportOptions {
                names,
                ..ExportOptions::default()
            };
            let request = BoardRequest::Export {
                board,
                format,
                options,
            };
            let reply = during("Writing the document", caller.board(request)).await?;
            let BoardReply::Document { text, name } = reply else {
                bail!("an answer of another kind came");
            };
            (text.into_bytes(), name)
        }
        Format::Upshot => {
            let request = HomeRequest::BoardFile { board };
            let reply = during("Writing the board file", caller.home(request)).await?;
            let HomeReply::File { name, bytes } = reply else {
                bail!("an answer of another kind came");
            };
            (
                from_base64(&bytes).context("the file did not arrive whole")?,
                name,
            )
        }
    };
    match output {
        Some(path) => {
            let path = if path.is_dir() {
                path.join(name)
            } else {
                path.to_owned()
            };
            runtime::write_file(&path, &bytes)
                .with_context(|| format!("could not write {}", path.display()))
        }
        None if format == Format::Upshot => {
            bail!("a board file is not text; name a file with --output")
        }
        None => {
            let mut out = std::io::stdout().lock();
            out.write_all(&bytes)
                .and_then(|()| out.flush())
                .or_else(closed_pipe)
        }
    }
}

async fn invite(
    caller: &mut Caller,
    board: BoardId,
    role: RoleName,
    hours: u32,
    as_json: bool,
) -> anyhow::Result<()> {
    let role = match role {
        RoleName::LookOn => Role::LookOn,
        RoleName::TakePart => Role::TakePart,
        RoleName::Facilitate => Role::Facilitate,
    };
    let reply = caller
        .home(HomeRequest::Invite { board, role, hours })
        .await?;
    let HomeReply::Ticket {
        ticket, expires_ms, ..
    } = reply
    else {
        bail!("an answer of another kind came");
    };
    print(&if as_json {
        json!({ "ticket": ticket, "expiresMs": expires_ms }).to_string()
    } else {
        ticket
    })
}

/// Keeps a board open and says who comes and goes, until Ctrl-C.
async fn stay(caller: &mut Caller, board: BoardId) -> anyhow::Result<()> {
    caller.board(BoardRequest::Open { board }).await?;
    tell("Keeping the board available. Ctrl-C ends it.");
    loop {
        let event = tokio::select! {
            event = caller.event() => event,
            () = until_interrupted() => return Ok(()),
        };
        match event {
            Some(BoardEvent::Peers { peers, .. }) => {
                let synced = peers.iter().filter(|peer| peer.synced).count();
                tell(&format!("{} connected, {synced} in step", peers.len()));
            }
            Some(BoardEvent::Notice { message, .. } | BoardEvent::SaveFailed { message, .. }) => {
                tell(&message);
            }
            Some(BoardEvent::Closed { message, .. }) => bail!(message),
            Some(_) => {}
            None => return Ok(()),
        }
    }
}

pub(crate) async fn until_interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// A result, to standard output.
pub(crate) fn print(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .or_else(closed_pipe)
}

/// Whoever reads may stop reading (`| head`).
fn closed_pipe(error: std::io::Error) -> anyhow::Result<()> {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        Ok(())
    } else {
        Err(error.into())
    }
}

/// Anything else, to standard error.
#[expect(clippy::print_stderr, reason = "a program for the terminal")]
pub(crate) fn tell(line: &str) {
    eprintln!("{line}");
}
