/** What the service and the store's process say to each other over the IPC channel. */
export interface StartMessage {
  readonly kind: "start";
  /** The engine's own directory. */
  readonly engineDirectory: string;
  /** Where request bodies wait for their insert; emptied at start. */
  readonly incomingDirectory: string;
  readonly host: string;
  readonly port: number;
  readonly credentials: Credentials;
  readonly limits: StoreLimits;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface StoreLimits {
  /** Bytes that one query may use. */
  readonly queryMemory: number;
  /** Bytes of one answer. */
  readonly result: number;
  /** Bytes of one request body, after decompression. */
  readonly body: number;
  /** Milliseconds that one query may take. */
  readonly queryTime: number;
}

export interface StopMessage {
  readonly kind: "stop";
}

export type ParentMessage = StartMessage | StopMessage;

export interface ReadyMessage {
  readonly kind: "ready";
  readonly port: number;
  readonly engineVersion: string;
  /** Names of parts that the engine set aside when it opened the directory, since they are damaged. */
  readonly detachedParts: readonly string[];
}

export interface FailedMessage {
  readonly kind: "failed";
  readonly reason: "missing" | "locked" | "port" | "engine";
  readonly message: string;
}

export type ChildMessage = ReadyMessage | FailedMessage;
