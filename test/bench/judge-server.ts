import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A judge model's server in a process of its own: the same verdict for everything, with its log
 * probabilities, the first argument's milliseconds after the request, never if they are infinite.
 * Prints its port, and tells the number of calls when it is asked.
 */
const latency = Number(process.argv[2]);
const content = '{"verdict":"relevant","rationale":"It says when worn shoes can be returned."}';
const entry = (token: string, logprob: number): object => ({
  token,
  logprob,
  bytes: [...Buffer.from(token)],
});
const tokens = (content.match(/ ?[a-z]{1,6}|[^a-z]+/gi) ?? []).map((token) => ({
  ...entry(token, -0.01),
  top_logprobs: [0, 1, 2, 3, 4].map((other) =>
    entry(`${token}${"~".repeat(other)}`, -other - 0.01),
  ),
}));
const answer = Buffer.from(
  JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_700_000_000,
    model: "judge-2025-01-01",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content },
        logprobs: { content: tokens },
        finish_reason: "stop",
      },
    ],
    usage: { prompt_tokens: 900, completion_tokens: 20, total_tokens: 920 },
  }),
);

let calls = 0;
const server = createServer((request, response) => {
  calls++;
  const reply = (): void => {
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  };
  request.resume();
  request.on("end", () => {
    if (latency === 0) reply();
    else if (latency < Infinity) setTimeout(reply, latency);
  });
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.on("message", () => process.send?.(calls));
process.on("disconnect", () => process.exit(0));
