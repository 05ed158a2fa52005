// One of the servers Upshot is compared with, as its package starts it, on a free port of this
// machine. Prints the port.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { WebSocketServer } from "ws";

const [, , which] = process.argv;

if (which === "y-websocket") {
  // What `y-websocket/bin/server.cjs` does, without its fixed port.
  const { setupWSConnection } = createRequire(import.meta.url)("y-websocket/bin/utils");
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on("connection", setupWSConnection);
  const server = createServer();
  server.on("upgrade", (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit("connection", ws, request));
  });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
} else {
  const { Server } = await import("@hocuspocus/server");
  const server = new Server({ quiet: true, address: "127.0.0.1", port: 0 });
  await server.listen();
  console.log(server.httpServer.address().port);
}
process.stdin.on("end", () => process.exit(0)).resume();
