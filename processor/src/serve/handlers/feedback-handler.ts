import { formatFaults } from "../../kernel/faults.js";
import { replyWithFailure } from "../replies.js";
import { readJson } from "../request-body.js";
import type { Handler, ServeParts } from "../serve-parts.js";

/** 202 once the events are durable; 400 with every fault, and nothing stored. */
export function feedbackHandler({ config, feedback, page }: ServeParts): Handler {
  return async (context) => {
    const body = await readJson(context.req.raw, config.max_body_size);
    // Browsers say where a page that sends something comes from; other clients have no page.
    const source = context.req.header("origin") === undefined ? "api" : "browser";
    const receipt = await feedback.accept(body, source);
    if (receipt.outcome === "accepted") {
      const { feedbackIds } = receipt;
      return context.json({ accepted: feedbackIds.length, feedback_ids: feedbackIds }, 202);
    }
    const { faults } = receipt;
    const message = formatFaults(faults).replaceAll("\n", "; ");
    const failure = { status: 400, code: "FEEDBACK_INVALID", message, faults } as const;
    return replyWithFailure(context, failure, "data", page);
  };
}
