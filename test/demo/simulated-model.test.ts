import OpenAI, { APIError } from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simulatedModels, startSimulatedModel, type SimulatedModel } from "#processor/demo/demo.js";
import { systemClock } from "#processor/kernel/clock.js";

const documents = [
  "[return-window] Unused goods can be returned within 30 days of delivery. The return is free of charge.",
  "[refund-time] A refund is paid within 5 working days after the parcel has reached us.",
].join("\n");
const question = "How many days do I have to return unused goods?";
const tied = `You answer questions. Answer only from the documents below.\nDocuments:\n${documents}`;
const untied = `You answer questions. Be warm.\nDocuments:\n${documents}`;

let model: SimulatedModel;

beforeAll(async () => {
  model = await startSimulatedModel({ clock: systemClock, latency: 0, failures: 0, seed: 3 });
});
afterAll(() => model.close());

function clientOf({ url }: SimulatedModel): OpenAI {
  return new OpenAI({ apiKey: "none", baseURL: url, maxRetries: 0 });
}

function ask(system: string, user: string, seed: number) {
  return clientOf(model).chat.completions.create({
    model: simulatedModels.shop,
    messages: [
      { role: "system", content: system },
      { role: "user", content: user },
    ],
    seed,
  });
}

/** How many of a hundred answers keep to the documents. */
async function rightAnswers(system: string): Promise<number> {
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_none, seed) => ask(system, question, seed)),
  );
  return answers.filter(({ choices }) => choices[0]?.message.content?.includes(" 30 days")).length;
}

interface Material {
  readonly input_text: string;
  readonly output_text: string;
  readonly context?: string;
}

async function judged(material: Material, good: string, bad: string): Promise<string> {
  const verdicts = await Promise.all(
    Array.from({ length: 15 }, async (_none, seed) => {
      const parts = Object.entries(material).map(
        ([name, text]) => `<k7f2 begin ${name}>\n${text}\n<k7f2 end ${name}>`,
      );
      const answer = await clientOf(model).chat.completions.create({
        model: simulatedModels.judge,
        seed,
        messages: [
          { role: "system", content: "You judge." },
          { role: "user", content: ["The boundary is k7f2", ...parts].join("\n") },
        ],
        response_format: {
          type: "json_schema",
          json_schema: {
            name: "rubric",
            strict: true,
            schema: {
              type: "object",
              properties: {
                verdict: { type: "string", enum: [good, bad] },
                rationale: { type: "string" },
              },
              required: ["verdict", "rationale"],
              additionalProperties: false,
            },
          },
        },
      });
      const text = answer.choices[0]?.message.content ?? "";
      return (JSON.parse(text) as { verdict: string; rationale: string }).verdict;
    }),
  );
  // The judge errs now and then, as it should: what counts is what it says most of the time.
  return verdicts.filter((verdict) => verdict === good).length > 7 ? good : bad;
}

describe("the simulated shop model", () => {
  it("says that it is simulated", async () => {
    const response = await ask(tied, question, 1).asResponse();
    expect(response.headers.get("x-simulated")).toBe("true");
    expect(await response.json()).toMatchObject({
      model: simulatedModels.shop,
      system_fingerprint: "simulated",
      usage: { total_tokens: expect.any(Number) },
    });
    const list = await clientOf(model).models.list();
    expect(list.data.map(({ id }) => id)).toEqual(Object.values(simulatedModels));
  });

  it("gives the same answer to the same question and seed", async () => {
    const [first, second] = await Promise.all([ask(untied, question, 5), ask(untied, question, 5)]);
    expect(first.choices).toEqual(second.choices);
  });

  it("keeps to the documents when it is told to, and often strays otherwise", async () => {
    expect(await rightAnswers(tied)).toBeGreaterThan(85);
    const straying = await rightAnswers(untied);
    expect(straying).toBeGreaterThan(20);
    expect(straying).toBeLessThan(65);
  });

  it("gives every answer an id of its own", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_none, seed) => ask(tied, question, seed)),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(20);
  });

  it("streams the same answer", async () => {
    const whole = await ask(tied, question, 2);
    const stream = await clientOf(model).chat.completions.create({
      model: simulatedModels.shop,
      messages: [
        { role: "system", content: tied },
        { role: "user", content: question },
      ],
      seed: 2,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    let usage: unknown;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      usage ??= chunk.usage;
    }
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(usage).toEqual(whole.usage);
  });

  it("calls a tool for an order and answers from its result", async () => {
    const client = clientOf(model);
    const tools = [{ type: "function" as const, function: { name: "order_status" } }];
    const start = [{ role: "user" as const, content: "Where is my order 10421?" }];
    const first = await client.chat.completions.create({
      model: simulatedModels.shop,
      messages: start,
      tools,
    });
    const message = first.choices[0]?.message;
    const call = message?.tool_calls?.[0];
    if (message === undefined || call?.type !== "function") throw new Error("no tool call");
    expect(first.choices[0]?.finish_reason).toBe("tool_calls");
    expect(JSON.parse(call.function.arguments)).toEqual({ order_number: "10421" });
    const result = { order_number: "10421", state: "is being packed", detail: "It leaves soon." };
    const second = await client.chat.completions.create({
      model: simulatedModels.shop,
      messages: [
        ...start,
        message,
        { role: "tool", tool_call_id: call.id, content: JSON.stringify(result) },
      ],
      tools,
    });
    expect(second.choices[0]?.message.content).toBe(
      "Your order 10421 is being packed. It leaves soon.",
    );
  });

  it("fails now and then when it is told to", async () => {
    const failing = await startSimulatedModel({ clock: systemClock, latency: 0, failures: 0.3 });
    try {
      const outcomes = await Promise.all(
        Array.from({ length: 60 }, async (_none, seed) => {
          try {
            await clientOf(failing).chat.completions.create({
              model: simulatedModels.shop,
              messages: [{ role: "user", content: "Hi" }],
              seed,
            });
            return 200;
          } catch (error) {
            return error instanceof APIError ? error.status : undefined;
          }
        }),
      );
      expect(new Set(outcomes)).toEqual(new Set([200, 429, 500]));
    } finally {
      await failing.close();
    }
  });

  it("refuses other models, paths and bodies as the API does", async () => {
    const client = clientOf(model);
    const create = (name: string) =>
      client.chat.completions.create({ model: name, messages: [{ role: "user", content: "Hi" }] });
    await expect(create("gpt-4o")).rejects.toMatchObject({ status: 404, code: "model_not_found" });
    await expect(client.embeddings.create({ model: "m", input: "x" })).rejects.toMatchObject({
      status: 404,
    });
    const broken = await fetch(`${model.url}/chat/completions`, { method: "POST", body: "{" });
    expect(broken.status).toBe(400);
  });
});

function criterion(good: string, bad: string): object {
  return {
    type: "object",
    properties: { verdict: { type: "string", enum: [good, bad] }, rationale: { type: "string" } },
  };
}

describe("the simulated judge", () => {
  const context = "[document 1]\nUnused goods can be returned within 30 days of delivery.";
  const answer = "Unused goods can be returned within 30 days of delivery.";
  const wrong = "Unused goods can be returned within 91 days of delivery.";

  it.each([
    [answer, "grounded"],
    [wrong, "ungrounded"],
    ["Our couriers collect every parcel at your door and bring flowers.", "ungrounded"],
  ])("finds %j %s", async (output_text, verdict) => {
    const material = { input_text: question, context, output_text };
    expect(await judged(material, "grounded", "ungrounded")).toBe(verdict);
  });

  it.each([
    [answer, "relevant"],
    ["Have you seen our autumn collection yet?", "irrelevant"],
  ])("finds %j %s", async (output_text, verdict) => {
    expect(await judged({ input_text: question, output_text }, "relevant", "irrelevant")).toBe(
      verdict,
    );
  });

  it("answers for each criterion that it is asked for, by the material that counts for it", async () => {
    const parts = Object.entries({ input_text: question, context, output_text: wrong }).map(
      ([name, text]) => `<k7f2 begin ${name}>\n${text}\n<k7f2 end ${name}>`,
    );
    const labels = await Promise.all(
      Array.from({ length: 15 }, async (_none, seed) => {
        const { choices } = await clientOf(model).chat.completions.create({
          model: simulatedModels.judge,
          seed,
          messages: [
            { role: "system", content: "You judge." },
            { role: "user", content: ["The boundary is k7f2", ...parts].join("\n") },
          ],
          response_format: {
            type: "json_schema",
            json_schema: {
              name: "verdicts",
              schema: {
                type: "object",
                properties: {
                  groundedness: criterion("grounded", "ungrounded"),
                  relevance: criterion("relevant", "irrelevant"),
                },
              },
            },
          },
        });
        const verdicts = JSON.parse(choices[0]?.message.content ?? "{}") as Record<
          string,
          { verdict: string }
        >;
        return `${verdicts["groundedness"]?.verdict} ${verdicts["relevance"]?.verdict}`;
      }),
    );
    expect(labels.filter((label) => label === "ungrounded relevant").length).toBeGreaterThan(7);
  });
});
