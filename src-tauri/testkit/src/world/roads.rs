//! Connections made, used and broken, and what else goes wrong.

use super::*;

impl World {
    pub(super) fn connect_after(&mut self, road: usize, ms: i64) {
        if !std::mem::replace(&mut self.roads[road].dialling, true) {
            self.after(ms, Event::Connect { road });
        }
    }

    pub(super) fn connect(&mut self, number: usize) {
        let road = &mut self.roads[number];
        road.dialling = false;
        let (a, b) = road.ends;
        let parted = road.parted_until > self.now;
        if road.connection.is_some() {
            return;
        }
        let up = |id: LaptopId| self.laptops[id.0].engine.is_some();
        if parted || !up(a) || !up(b) {
            self.connect_after(number, 400);
            return;
        }
        self.next_number += 1;
        let connection = self.next_number;
        let capacity = if self.rng.random_bool(0.3) { 4 } else { 1_000 };
        self.roads[number].connection = Some(connection);
        self.connections
            .insert(connection, Connection::new(number, (a, b), capacity));
        for (me, other, dialled) in [(a, b, true), (b, a, false)] {
            let role = self.laptops[other.0].granted;
            let device = format!("device-{}", other.0);
            let peer = peer_id(connection);
            self.input(
                me,
                Input::PeerConnected {
                    peer,
                    board: BOARD,
                    role,
                    dialled,
                    device,
                },
            );
        }
        if self.working && self.rng.random_bool(0.5) {
            let wait = self.rng.random_range(100..6_000);
            self.after(wait, Event::Break { connection });
        }
    }

    pub(super) fn send(
        &mut self,
        from: LaptopId,
        connection: ConnectionId,
        lane: Lane,
        bytes: bytes::Bytes,
    ) {
        let Some(way) = self.connections.get_mut(&connection) else {
            return;
        };
        let delay = if self.rng.random_bool(0.05) { 400 } else { 25 };
        let arrival = self.now + self.rng.random_range(1..=delay);
        match way.send(from, lane, arrival) {
            Sent::At(at) => {
                let wait = at - self.now;
                self.after(
                    wait,
                    Event::Arrive(Frame {
                        connection,
                        from,
                        lane,
                        bytes,
                    }),
                );
            }
            Sent::Full if lane == Lane::Sync => {
                self.report.full += 1;
                self.input(
                    from,
                    Input::PeerFull {
                        peer: peer_id(connection),
                    },
                );
            }
            Sent::Full => {}
        }
    }

    pub(super) fn arrive(&mut self, frame: Frame) {
        let Frame {
            connection,
            from,
            lane,
            bytes,
        } = frame;
        let Some(way) = self.connections.get_mut(&connection) else {
            return;
        };
        let drained = way.arrived(from, lane);
        let to = way.other(from);
        self.input(
            to,
            Input::Frame {
                peer: peer_id(connection),
                lane,
                bytes,
            },
        );
        if drained {
            self.input(
                from,
                Input::PeerWritable {
                    peer: peer_id(connection),
                },
            );
        }
    }

    pub(super) fn break_off(&mut self, number: ConnectionId) {
        let Some(connection) = self.connections.remove(&number) else {
            return;
        };
        self.report.breaks += 1;
        self.roads[connection.road].connection = None;
        for end in [connection.ends.0, connection.ends.1] {
            self.input(
                end,
                Input::PeerClosed {
                    peer: peer_id(number),
                },
            );
        }
        let wait = self.rng.random_range(20..800);
        self.connect_after(connection.road, wait);
    }

    /// Something goes wrong.
    pub(super) fn trouble(&mut self) {
        if !self.working {
            return;
        }
        let laptop = LaptopId(self.rng.random_range(0..self.laptops.len()));
        match self.rng.random_range(0..8) {
            0 | 1 => {
                let down = self.rng.random_range(100..3_000);
                if self.laptops[laptop.0].engine.is_some() && self.now - BEGIN > 1_500 {
                    self.report.crashes += 1;
                    self.crash(laptop);
                    self.after(down, Event::Start { laptop });
                }
            }
            2 | 3 => {
                let disk = &mut self.laptops[laptop.0].disk;
                disk.failing = !disk.failing;
            }
            4 | 5 => {
                let road = self.rng.random_range(0..self.roads.len());
                self.roads[road].parted_until = self.now + self.rng.random_range(500..5_000);
                if let Some(connection) = self.roads[road].connection {
                    self.break_off(connection);
                }
            }
            _ => {
                for laptop in &mut self.laptops {
                    laptop.disk.failing = false;
                }
            }
        }
        let wait = self.rng.random_range(200..1_500);
        self.after(wait, Event::Trouble);
    }
}
