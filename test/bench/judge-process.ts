import { fork } from "node:child_process";
import { once } from "node:events";

/** A judge model's server in a process of its own. */
export interface JudgeProcess {
  /** Address of its OpenAI-compatible API. */
  readonly url: string;
  /** Calls that it has been sent. */
  calls(): Promise<number>;
  stop(): void;
}

/** @param latency milliseconds that an answer takes; infinite for a server that never answers */
export async function startJudge(latency: number): Promise<JudgeProcess> {
  const server = fork(new URL("judge-server.js", import.meta.url), [String(latency)], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const [port] = (await once(server.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  return {
    url: `http://127.0.0.1:${String(port).trim()}/v1`,
    calls: async () => {
      const answer = once(server, "message");
      server.send("calls");
      const [calls] = (await answer) as [number];
      return calls;
    },
    stop: () => server.disconnect(),
  };
}
