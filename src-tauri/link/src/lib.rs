//! Peers over iroh: endpoints, local discovery, tickets, handshake, framing
