import { formatFaults } from "../../kernel/faults.js";
import { addressOf, showsKey } from "../callers.js";
import { replyWithFailure } from "../replies.js";
import { readJson } from "../request-body.js";
import type { Handler, ServeParts } from "../serve-parts.js";

/** Bytes of a body that is read before anything is known of who sends it. */
const strangersBody = 256 * 1024;

/** 202 once the events are durable; 400 with every fault, and nothing stored. */
export function feedbackHandler({ admission, config, feedback, page }: ServeParts): Handler {
  return async (context) => {
    // Browsers say where a page that sends something comes from; other clients have no page.
    const fromPage = context.req.header("origin") !== undefined;
    const admitted = !admission.required || showsKey(context);
    const limit = fromPage || !admitted ? strangersBody : config.max_body_size;
    const body = await readJson(context.req.raw, {
      limit: Math.min(limit, config.max_body_size),
      plain: fromPage,
    });
    const receipt = await feedback.accept(body, fromPage ? "browser" : "api", {
      admitted,
      address: addressOf(context, feedback.browsers?.addressHeader),
    });
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
