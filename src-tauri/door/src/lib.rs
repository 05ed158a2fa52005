//! HTTP and WebSocket on this machine or the room network: serves the built UI and carries sessions
