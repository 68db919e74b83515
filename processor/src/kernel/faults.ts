/** Something wrong at one place of a document that a user wrote. */
export interface Fault {
  /** Dotted path, such as `receivers.otlp.protocols.http.endpoint`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
  /** Line in the file, from 1, where it is known. */
  readonly line?: number;
}

/** One fault a line: `path (line 3): message`. */
export function formatFaults(faults: readonly Fault[]): string {
  return faults
    .map(({ path, message, line }) => {
      const place = line === undefined ? path : `${path} (line ${line})`;
      return place === "" ? message : `${place}: ${message}`;
    })
    .join("\n");
}
