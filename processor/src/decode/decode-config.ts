import { z } from "zod";
import { byteSize } from "../kernel/config-values.js";

/**
 * Limits that are checked on the bytes of a request, before anything is built from them. `request`
 * limits refuse the whole request (413); `span` limits reject the one span or record.
 */
export const decodeConfig = z.strictObject({
  items_per_request: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(20_000)
    .describe("Spans or log records in a request; more are answered with 413"),
  days_per_request: z
    .int()
    .min(1)
    .max(1_000)
    .default(32)
    .describe("Different UTC days in a request; items of further days are rejected"),
  decoded_size: byteSize
    .default(64 * 1024 ** 2)
    .describe("Size of a request as table rows; larger ones are answered with 413"),
  attributes: z
    .int()
    .min(1)
    .max(100_000)
    .default(1_000)
    .describe("Attributes of one span, log record, event, link, scope or resource"),
  events: z.int().min(0).max(100_000).default(1_000).describe("Events of one span"),
  links: z.int().min(0).max(100_000).default(1_000).describe("Links of one span"),
  nesting: z
    .int()
    .min(1)
    .max(100)
    .default(32)
    .describe("Depth of arrays and maps within an attribute value or log body"),
});

export type DecodeConfig = z.output<typeof decodeConfig>;
