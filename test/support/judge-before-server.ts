import { setMaxListeners } from "node:events";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { Evaluator } from "#processor/evaluate/evaluator.js";
import type { ModelConfig } from "#processor/evaluate/models/model-config.js";
import { relevanceJudge } from "./relevance-judge.js";
import {
  startScriptedModel,
  steps,
  type ScriptedModel,
  type ScriptedRequest,
} from "./scripted-model.js";

/** One scripted server for the tests of a file, and judges that ask it. */
export interface JudgeBeforeServer {
  readonly server: () => ScriptedModel;
  /** Results of the HTTP calls of the test so far. */
  readonly calls: string[];
  /** A fresh judge: a model remembers what its server refused. */
  readonly relevance: (changes?: Partial<ModelConfig>, random?: () => number) => Evaluator;
  readonly lastRequest: () => ScriptedRequest;
}

/** A signal that never aborts, for any number of listeners. */
export const never = new AbortController().signal;
setMaxListeners(0, never);

export function judgeBeforeServer(): JudgeBeforeServer {
  const calls: string[] = [];
  let server: ScriptedModel | undefined;
  const started = (): ScriptedModel => {
    if (server === undefined) throw new Error("the server has not been started");
    return server;
  };
  beforeAll(async () => {
    server = await startScriptedModel(steps.verdict("relevant"));
  });
  beforeEach(() => {
    started().play(steps.verdict("relevant"));
    calls.length = 0;
  });
  afterAll(() => started().close());
  return {
    server: started,
    calls,
    relevance: (changes = {}, random = () => 0) =>
      relevanceJudge({
        url: started().url,
        model: changes,
        random,
        onCall: (_model, result) => void calls.push(result),
      }),
    lastRequest: () => {
      const request = started().requests.at(-1);
      if (request === undefined) throw new Error("there was no request");
      return request;
    },
  };
}
