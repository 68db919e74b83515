/**
 * The first query of clickhouse-go over HTTP (the client inside Grafana's plugin). It is sent with
 * `client_protocol_version`, and its answer must have the block form of that version, which the
 * engine cannot write. The answer reports revision 0: from then on the client reads plain Native.
 */
const handshakeQuery = "SELECT displayName(), version(), revision(), timezone()";

export function isHandshake(sql: string, parameters: URLSearchParams): boolean {
  return (
    parameters.has("client_protocol_version") &&
    sql.replace(/\s+/g, " ").replace(/;? *$/, "").trim() === handshakeQuery
  );
}

/** One Native block with block info and a serialization flag after each column's type. */
export function handshakeAnswer(engineVersion: string): Buffer {
  const blockInfo = Buffer.from([0x01, 0x00, 0x02, 0xff, 0xff, 0xff, 0xff, 0x00]);
  const counts = Buffer.from([4, 1]);
  const revision = Buffer.alloc(4);
  return Buffer.concat([
    blockInfo,
    counts,
    column("displayName()", "String", text("calibrant")),
    column("version()", "String", text(engineVersion)),
    column("revision()", "UInt32", revision),
    column("timezone()", "String", text("UTC")),
  ]);
}

function column(name: string, type: string, value: Buffer): Buffer {
  return Buffer.concat([text(name), text(type), Buffer.from([0]), value]);
}

/** Length and bytes; every text here is shorter than 128 bytes, so the length is one byte. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}
