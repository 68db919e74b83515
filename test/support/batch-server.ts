import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { completion, criteriaOf, json, type ScriptedRequest } from "./scripted-model.js";

/** A question of a batch. */
interface BatchQuestion {
  readonly custom_id: string;
  readonly url: string;
  readonly body: ScriptedRequest["body"];
}

interface ServedBatch {
  readonly id: string;
  readonly input_file_id: string;
  readonly questions: readonly BatchQuestion[];
}

/** What becomes of a question: a line of the file of answers or of failures, or nothing. */
type Fate = (
  question: BatchQuestion,
  index: number,
) => { error?: object; response?: object } | null;

/** An OpenAI-compatible server with the batch API, over real HTTP. Its direct calls say "relevant", too. */
export interface BatchServer {
  readonly url: string;
  readonly batches: readonly ServedBatch[];
  /** Every request, as method and path. */
  readonly requests: readonly string[];
  /** The key that each request came with. */
  readonly keys: ReadonlySet<string | undefined>;
  /** Status of all batches; at first `in_progress`. */
  status: "in_progress" | "completed" | "expired" | "failed";
  fate: Fate;
  /** Takes a request in the server's place by answering true. */
  intercept: (request: string, response: ServerResponse) => boolean;
  /** Called when a batch has begun, before the answer says so; false sends none. */
  begun: () => boolean;
  close(): Promise<void>;
}

/** The same verdict by every criterion. */
export function says(verdict: string): Fate {
  return ({ body }) => ({ response: { status_code: 200, body: verdictOf(body, verdict) } });
}

function verdictOf(body: ScriptedRequest["body"], verdict: string): object {
  const one = { verdict, rationale: "because" };
  const names = criteriaOf(body);
  const answer = names.length === 0 ? one : Object.fromEntries(names.map((name) => [name, one]));
  return completion(JSON.stringify(answer), {});
}

export async function startBatchServer(): Promise<BatchServer> {
  const files = new Map<string, string>();
  const batches: ServedBatch[] = [];
  const requests: string[] = [];
  const keys = new Set<string | undefined>();

  const described = ({ id, input_file_id, questions }: ServedBatch): object => {
    const { status } = served;
    const ended = status === "completed" || status === "expired";
    const lines = questions.map((question, index) => {
      const fate = served.fate(question, index);
      return fate && { custom_id: question.custom_id, response: null, error: null, ...fate };
    });
    const file = (name: string, failed: boolean): string | null => {
      const own = lines.filter(
        (line) => line !== null && ("error" in line && line.error !== null) === failed,
      );
      if (!ended || own.length === 0) return null;
      files.set(`${name}-${id}`, own.map((line) => JSON.stringify(line)).join("\n"));
      return `${name}-${id}`;
    };
    const errors = {
      data: [{ code: "token_limit_exceeded", message: "too many tokens are queued" }],
    };
    return {
      id,
      object: "batch",
      input_file_id,
      status,
      output_file_id: file("output", false),
      error_file_id: file("error", true),
      errors: status === "failed" ? errors : null,
    };
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const { pathname } = new URL(incoming.url ?? "", "http://127.0.0.1");
    const request = `${incoming.method} ${pathname}`;
    requests.push(request);
    keys.add(incoming.headers.authorization);
    if (served.intercept(request, response)) return;
    const [, , kind, id = ""] = pathname.split("/");
    if (request === "POST /v1/chat/completions") {
      const asked = JSON.parse(body.toString()) as ScriptedRequest["body"];
      json(response, 200, verdictOf(asked, "relevant"));
    } else if (request === "POST /v1/files") {
      const headers = { "content-type": incoming.headers["content-type"] ?? "" };
      const form = await new Response(new Uint8Array(body), { headers }).formData();
      const name = `file-${files.size}`;
      files.set(name, await (form.get("file") as File).text());
      json(response, 200, { id: name, purpose: form.get("purpose") });
    } else if (request === "POST /v1/batches") {
      const { input_file_id } = JSON.parse(body.toString()) as { input_file_id: string };
      const lines = (files.get(input_file_id) ?? "").trim().split("\n");
      const questions = lines.map((line) => JSON.parse(line) as BatchQuestion);
      const batch = { id: `batch-${batches.length}`, input_file_id, questions };
      batches.push(batch);
      if (served.begun()) json(response, 200, described(batch));
      else response.destroy();
    } else if (request === "GET /v1/batches") {
      json(response, 200, { data: batches.map(described), has_more: false });
    } else if (kind === "batches") {
      const batch = batches.find((one) => one.id === id);
      if (batch === undefined) json(response, 404, { error: { message: "no such batch" } });
      else json(response, 200, described(batch));
    } else {
      response.writeHead(200, { "content-type": "application/octet-stream" });
      response.end(files.get(id));
    }
  };

  const server = createServer((incoming, response) => void handle(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const served: BatchServer = {
    url: `http://127.0.0.1:${port}/v1`,
    batches,
    requests,
    keys,
    status: "in_progress",
    fate: says("relevant"),
    intercept: () => false,
    begun: () => true,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
  return served;
}
