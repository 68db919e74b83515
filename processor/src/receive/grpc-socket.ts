import type { Socket } from "node:net";

/** Bytes with which a client opens HTTP/2: the preface, and the head of its first frame. */
const openingLength = 24 + 9;
/** Milliseconds for a client to close its side of a connection that the server has ended. */
const lingerTime = 3_000;

/**
 * Ends what sessions of HTTP/2 leave open: they wait without end for a client to begin, and for it
 * to close its side when they have closed theirs.
 * @param handshakeTimeout milliseconds for a client to begin
 * @param late called when it did not
 */
export function boundSocket(socket: Socket, handshakeTimeout: number, late: () => void): void {
  let timer = setTimeout(() => {
    if (socket.bytesRead >= openingLength) return;
    late();
    socket.destroy();
  }, handshakeTimeout);
  socket.once("finish", () => {
    clearTimeout(timer);
    timer = setTimeout(() => socket.destroy(), lingerTime);
  });
  socket.once("close", () => clearTimeout(timer));
}
