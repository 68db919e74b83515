/** One protocol that listens. */
export interface OtlpServer {
  /** `host:port`. */
  readonly address: string;
  /** Takes no more requests; resolves when those under way are answered or their time is over. */
  stop(): Promise<void>;
}
