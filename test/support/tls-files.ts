import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { SecureVersion } from "node:tls";
import { fileURLToPath } from "node:url";

/** The path of a file of `test/cases/tls`. */
export function tlsFile(name: string): string {
  return fileURLToPath(new URL(`../cases/tls/${name}`, import.meta.url));
}

export const authority = readFileSync(tlsFile("ca.pem"));

/** A server's settings. */
export const serverFiles = {
  cert_file: tlsFile("server.pem"),
  key_file: tlsFile("server-key.pem"),
};

/** A server's settings that ask the client for a certificate. */
export const mutualFiles = { ...serverFiles, client_ca_file: tlsFile("ca.pem") };

export interface ClientIdentity {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export function identityOf(name: "client" | "stranger"): ClientIdentity {
  return {
    cert: readFileSync(tlsFile(`${name}.pem`)),
    key: readFileSync(tlsFile(`${name}-key.pem`)),
  };
}

export interface TlsRequest {
  readonly identity?: ClientIdentity | undefined;
  readonly maxVersion?: SecureVersion;
  readonly headers?: Readonly<Record<string, string>>;
  /** With it the method is POST. */
  readonly body?: string;
}

/** The status of the answer; rejects when the connection is refused. */
export function statusOverTls(address: string, sent: TlsRequest = {}): Promise<number> {
  const { identity, maxVersion, headers = {}, body } = sent;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      address,
      {
        method: body === undefined ? "GET" : "POST",
        headers: { ...headers },
        ca: authority,
        agent: false,
        ...identity,
        // OpenSSL does not offer the old versions by itself at its usual level.
        ...(maxVersion && { maxVersion, minVersion: maxVersion, ciphers: "ALL:@SECLEVEL=0" }),
      },
      (answer) => {
        answer.resume();
        answer.once("end", () => resolve(answer.statusCode ?? 0));
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}
