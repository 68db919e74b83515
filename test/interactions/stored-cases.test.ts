import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { markTurn } from "#processor/interactions/interactions.js";
import { systemClock } from "#processor/kernel/clock.js";
import { createCursorStore } from "#processor/store/cursors.js";
import { createInteractionWriter } from "#processor/store/interaction-writer.js";
import { createTraceReader } from "#processor/store/trace-reader.js";
import { decodeRequests } from "../support/decoded-traces.js";
import { expectRows, interactionCases } from "../support/interaction-cases.js";
import {
  loadBlocks,
  startLongLivedStore,
  storedCalls,
  storedInteractions,
} from "../support/interaction-store.js";
import type { TestStore } from "../support/store.js";
import { walkFor, walkToRest } from "../support/walk.js";

describe(
  "captured requests on their whole way: decoded, loaded, walked, read back",
  { timeout: 120_000 },
  () => {
    let store: TestStore;
    beforeAll(async () => {
      store = await startLongLivedStore();
    });
    afterAll(() => store.stop());

    it("gives the expected rows for all cases at once, and nothing more when walked again", async () => {
      const { client } = store;
      const cases = interactionCases();
      for (const { requests } of cases) await loadBlocks(client, decodeRequests(requests));
      const setup = {
        reader: createTraceReader(client),
        writer: createInteractionWriter(client, systemClock, markTurn),
        cursors: createCursorStore(client),
        config: { settle_after: 0, settle_without_root: 0, page_size: 100, batch_traces: 60 },
      };
      await walkToRest(walkFor(setup));
      const expected = cases.flatMap(({ interactions }) => interactions);
      const interactions = await storedInteractions(client);
      expectRows(expected, interactions, await storedCalls(client));

      await walkToRest(walkFor(setup));
      expect(await storedInteractions(client)).toEqual(interactions);
    });
  },
);
