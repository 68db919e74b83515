import type { Server, Socket } from "node:net";

/** The connections of a server, whatever they are about, to be ended when it has to stop. */
export interface OpenSockets {
  destroyAll(): void;
}

export function openSockets(server: Server): OpenSockets {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  return {
    destroyAll: () => {
      for (const socket of open) socket.destroy();
    },
  };
}
