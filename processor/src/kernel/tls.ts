import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { TlsFiles } from "./config-values.js";
import { CalibrantError, messageOf } from "./errors.js";

/** The options of a TLS server of Node. */
export interface ServerTls {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
  readonly minVersion: "TLSv1.2";
  /** A client without a certificate of the authority is refused. */
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
}

/**
 * Reads the files once, at start.
 * @param setting the path of the settings
 * @throws CalibrantError CONFIG_INVALID when a file cannot be read or does not fit
 */
export function readTls(files: TlsFiles, setting: string): ServerTls {
  const read = (name: keyof TlsFiles, file: string): Buffer => {
    try {
      return readFileSync(file);
    } catch (error) {
      const message = `${setting}.${name}: cannot read ${file}: ${messageOf(error)}`;
      throw new CalibrantError("CONFIG_INVALID", message, { cause: error });
    }
  };
  const authority = files.client_ca_file;
  const tls: ServerTls = {
    cert: read("cert_file", files.cert_file),
    key: read("key_file", files.key_file),
    ...(authority === undefined ? {} : { ca: read("client_ca_file", authority) }),
    minVersion: "TLSv1.2",
    requestCert: authority !== undefined,
    rejectUnauthorized: authority !== undefined,
  };
  try {
    createSecureContext(tls);
  } catch (error) {
    const message = `${setting}: the files are no certificate and private key in PEM that belong together: ${messageOf(error)}`;
    throw new CalibrantError("CONFIG_INVALID", message, { cause: error });
  }
  return tls;
}
