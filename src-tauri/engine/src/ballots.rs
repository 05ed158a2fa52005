//! Blind votes. A ballot is its laptop's own until the vote is shown; then every laptop puts its
//! people's dots on the board, which say what they are on and nothing else.

use crate::gather::Later;
use crate::input::SessionId;
use crate::open_board::{Cx, OpenBoard};
use crate::private::{Cast, Secret};
use crate::protocol::{BoardReply, Dots, Fault, FaultCode};
use board::votes::{self, BallotError};
use board::{Board, PersonId, Role, Vote};
use rand::seq::SliceRandom;
use replica::ExecuteError;

impl OpenBoard {
    /// A person's own dots in the open vote.
    pub(crate) fn ballot(
        &mut self,
        cx: &mut Cx<'_>,
        session: SessionId,
        person: PersonId,
    ) -> Result<BoardReply, Fault> {
        self.at_this_laptop(cx, session, person)?;
        let Some(vote) = self.replica.board().meta.open_vote() else {
            return Ok(BoardReply::Ballot {
                dots: Vec::new(),
                left: 0,
            });
        };
        let cast = self.private.ballots.get(&person);
        let cast = cast.filter(|cast| cast.vote == vote.id);
        Ok(reply(self.replica.board(), vote, cast))
    }

    /// Puts dots on something, or takes them back; answered when that is on disk.
    pub(crate) fn put_dots(
        &mut self,
        cx: &mut Cx<'_>,
        (session, id): (SessionId, u32),
        person: PersonId,
        dots: &Dots,
    ) -> Later {
        if let Err(fault) = self.at_this_laptop(cx, session, person) {
            return Some(Err(fault));
        }
        let board = self.replica.board();
        let Some(vote) = board.meta.open_vote().cloned() else {
            return Some(Err(Fault {
                code: FaultCode::NotAllowed,
                message: "the vote is over; its dots are on the board".to_owned(),
            }));
        };
        let mut cast = self
            .private
            .ballots
            .get(&person)
            .filter(|cast| cast.vote == vote.id)
            .cloned()
            .unwrap_or_default();
        cast.vote.clone_from(&vote.id);
        cast.put(dots.on, dots.dots.min(Vote::MAX_BUDGET + 1), cx.rng);
        let mut ballot = cast.ballot();
        // What went off the board since does not keep the others from being moved.
        ballot.retain(|on, _| *on == dots.on || board.contains(*on));
        if let Err(error) = votes::check(board, &vote, &ballot) {
            return Some(Err(refused(error)));
        }
        cast.dots.retain(|(on, _)| ballot.contains_key(on));
        let answer = (session, id, reply(board, &vote, Some(&cast)));
        self.private.ballots.insert(person, cast);
        let row = self.private.ballot_row(person).into_iter().collect();
        self.private.keep(cx, self.id, row, Some(answer));
        None
    }

    /// What the vote that was shown came to.
    pub(crate) fn ranking(&self) -> Vec<Dots> {
        votes::ranking(self.replica.board())
            .into_iter()
            .map(|(on, dots)| Dots { on, dots })
            .collect()
    }

    /// After every input: dots of a vote that was shown go onto the board, late ones too; ballots
    /// of a vote that is no more are thrown away.
    pub(crate) fn show_what_is_due(&mut self, cx: &mut Cx<'_>) {
        let vote = self.replica.board().meta.vote.clone();
        let may_write = self.role >= Role::TakePart && self.replica.read_only().is_none();
        let over: Vec<PersonId> = self
            .private
            .ballots
            .iter()
            .filter(|(_, cast)| vote.as_ref().is_none_or(|v| v.id != cast.vote || !v.open))
            .map(|(person, _)| *person)
            .collect();
        let (mut dots, mut gone) = (Vec::new(), Vec::new());
        for person in over {
            let shown = vote.as_ref().filter(|vote| !vote.open);
            let Some(cast) = self.private.ballots.get(&person) else {
                continue;
            };
            if let Some(vote) = shown
                && vote.id == cast.vote
            {
                if !may_write {
                    continue;
                }
                dots.extend(cast.dots.iter().copied());
            }
            gone.push(Secret::Ballot {
                person,
                vote: cast.vote.clone(),
                body: None,
            });
        }
        if gone.is_empty() {
            return;
        }
        let people: Vec<PersonId> = gone
            .iter()
            .filter_map(|secret| match secret {
                Secret::Ballot { person, .. } => Some(*person),
                _ => None,
            })
            .collect();
        let id = vote.map(|vote| vote.id).unwrap_or_default();
        dots.shuffle(cx.rng);
        let records = board::show(self.replica.board(), &id, &dots);
        match self.put_each_apart(cx, records, gone) {
            Ok(()) => {
                for person in people {
                    self.private.ballots.remove(&person);
                }
            }
            Err(ExecuteError::Unusable) => self.broken = true,
            Err(error) => {
                // Kept on disk for another start; not tried again with every input.
                tracing::warn!(%error, "dots did not come onto the board");
                self.private.ballots.clear();
            }
        }
    }
}

/// A ballot over everything people vote on now.
fn reply(board: &Board, vote: &Vote, cast: Option<&Cast>) -> BoardReply {
    let ballot = cast.map(Cast::ballot).unwrap_or_default();
    let used: u32 = ballot.values().sum();
    BoardReply::Ballot {
        dots: votes::targets(board, vote.on)
            .map(|on| Dots {
                on,
                dots: ballot.get(&on).copied().unwrap_or(0),
            })
            .collect(),
        left: vote.budget.saturating_sub(used),
    }
}

fn refused(error: BallotError) -> Fault {
    Fault {
        code: match error {
            BallotError::Budget | BallotError::Cap => FaultCode::TooLarge,
            BallotError::Target => FaultCode::NotAllowed,
        },
        message: error.to_string(),
    }
}
