import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** The parts of a chat request that a test looks at. */
export interface ScriptedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly model: string;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly response_format?: { readonly type: string; readonly json_schema?: unknown };
    readonly temperature?: number;
    readonly max_tokens?: number;
    readonly max_completion_tokens?: number;
    readonly tools?: unknown;
  };
}

/** What the server does with one request. */
export type Step = (request: ScriptedRequest, response: ServerResponse) => void | Promise<void>;

/** An OpenAI-compatible server over real HTTP that answers as a test scripts it. */
export interface ScriptedModel {
  /** Such as `http://127.0.0.1:40000/v1`. */
  readonly url: string;
  readonly requests: readonly ScriptedRequest[];
  /** Most requests that were open at the same time. */
  readonly mostOpen: () => number;
  /** One step a request, in order; the last one is repeated. */
  play(...steps: readonly [Step, ...Step[]]): void;
  close(): Promise<void>;
}

export const steps = {
  /** A chat completion with this text. */
  says:
    (content: string | null, more: Readonly<Record<string, unknown>> = {}): Step =>
    (_request, response) => {
      json(response, 200, completion(content, more));
    },
  /** The same verdict by every criterion that is asked for. */
  verdict:
    (verdict: string, rationale = "because"): Step =>
    (request, response) => {
      const names = criteriaOf(request.body);
      const one = { verdict, rationale };
      const answer =
        names.length === 0 ? one : Object.fromEntries(names.map((name) => [name, one]));
      return steps.says(JSON.stringify(answer))(request, response);
    },
  /** These verdicts, whatever is asked for. */
  verdicts: (verdicts: Readonly<Record<string, string>>): Step =>
    steps.says(
      JSON.stringify(
        Object.fromEntries(
          Object.entries(verdicts).map(([name, verdict]) => [name, { verdict, rationale: name }]),
        ),
      ),
    ),
  status:
    (status: number, error: object, headers: Record<string, string> = {}): Step =>
    (_request, response) => {
      json(response, status, { error }, headers);
    },
  sends:
    (body: string, contentType = "application/json"): Step =>
    (_request, response) => {
      response.writeHead(200, { "content-type": contentType }).end(body);
    },
  hangs: (): Step => () => undefined,
  resets: (): Step => (_request, response) => {
    response.socket?.resetAndDestroy();
  },
  /** The head of an answer and some of its body, and then nothing. */
  stalls: (): Step => (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write('{"choices": [{"message": {"content": "');
  },
  breaksOff: (): Step => (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write('{"choices": [', () => response.destroy());
  },
  redirects:
    (location: string): Step =>
    (_request, response) => {
      response.writeHead(307, { location }).end();
    },
  /** Refuses with 400 what `refuses` says of the body; else goes on with `next`. */
  refusing:
    (refuses: (body: ScriptedRequest["body"]) => string | undefined, next: Step): Step =>
    (request, response) => {
      const complaint = refuses(request.body);
      if (complaint === undefined) return next(request, response);
      json(response, 400, { error: { message: complaint, type: "invalid_request_error" } });
      return undefined;
    },
};

export async function startScriptedModel(
  ...script: readonly [Step, ...Step[]]
): Promise<ScriptedModel> {
  const requests: ScriptedRequest[] = [];
  let queue: Step[] = [...script];
  let open = 0;
  let mostOpen = 0;

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request: ScriptedRequest = {
      path: incoming.url ?? "",
      headers: incoming.headers,
      body: JSON.parse(await text(incoming)) as ScriptedRequest["body"],
    };
    requests.push(request);
    const step = queue.length > 1 ? queue.shift() : queue[0];
    await step?.(request, response);
  };

  const server = createServer((incoming, response) => {
    mostOpen = Math.max(mostOpen, ++open);
    response.on("close", () => open--);
    void handle(incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    mostOpen: () => mostOpen,
    play: (...next) => {
      queue = [...next];
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** The criteria that a call for several asks for, as the end of its material names them. */
export function criteriaOf({ messages }: ScriptedRequest["body"]): string[] {
  const question = messages.at(-1)?.content.split("\n").at(-1) ?? "";
  return /by these criteria: (.+)\. Answer as JSON\.$/.exec(question)?.[1]?.split(", ") ?? [];
}

const scriptedUsage = {
  prompt_tokens: 1_000,
  completion_tokens: 100,
  total_tokens: 1_100,
  prompt_tokens_details: { cached_tokens: 400 },
};

export function completion(
  content: string | null,
  more: Readonly<Record<string, unknown>>,
): object {
  const { finish_reason = "stop", refusal = null, ...rest } = more;
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_700_000_000,
    model: "scripted-2025-01-01",
    choices: [{ index: 0, finish_reason, message: { role: "assistant", content, refusal } }],
    usage: scriptedUsage,
    ...rest,
  };
}

export function json(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
