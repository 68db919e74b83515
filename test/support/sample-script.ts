import type { Evaluation } from "#processor/model/evaluation.js";

/** A turn of the script: what differs between interactions. */
export interface Turn {
  readonly key: string;
  readonly minutesAgo: number;
  readonly service?: string;
  readonly release?: string;
  readonly feature: string;
  readonly user: string;
  readonly session: string;
  readonly question: string;
  readonly answer: string;
  readonly error?: string;
  readonly model?: string;
  readonly duration?: number;
  readonly cost?: number | null;
  readonly context?: readonly string[];
  readonly tool?: boolean;
  readonly verdicts: readonly Verdict[];
}

export type Verdict = Pick<Evaluation, "evaluator" | "outcome"> &
  Partial<Pick<Evaluation, "score" | "label" | "explanation" | "reason" | "probability">>;

const good: readonly Verdict[] = [
  { evaluator: "empty_answer", outcome: "scored", score: 1, label: "substantial" },
  {
    evaluator: "relevance",
    outcome: "scored",
    score: 1,
    label: "relevant",
    explanation:
      "The answer addresses exactly what was asked and adds the one condition that matters.",
  },
  {
    evaluator: "groundedness",
    outcome: "scored",
    score: 0.92,
    label: "grounded",
    explanation: "Both figures stand in the first document.",
    probability: 0.25,
  },
];

const unsampled: readonly Verdict[] = [
  { evaluator: "empty_answer", outcome: "scored", score: 1, label: "substantial" },
  {
    evaluator: "groundedness",
    outcome: "sampled_out",
    reason: "drawn out of 1 in 4",
    probability: 0.25,
  },
  {
    evaluator: "relevance",
    outcome: "sampled_out",
    reason: "drawn out of 1 in 4",
    probability: 0.25,
  },
];

const returnsPolicy =
  "Returns. Goods may be sent back within 30 days of delivery in their original packaging. Sale items within 14 days. Refunds reach the original means of payment within 5 working days.";

/** A morning at a shop for outdoor equipment. */
export const sampleScript: readonly Turn[] = [
  {
    key: "a1",
    minutesAgo: 1,
    feature: "returns",
    user: "u-204",
    session: "s-9f31",
    question: "And does that hold for sale items, too?",
    answer:
      "Yes, sale items can be returned within 30 days just like everything else, and shipping is free.",
    release: "2.4.0",
    context: [
      returnsPolicy,
      "Shipping of returns is paid by the customer unless the item is faulty.",
    ],
    tool: true,
    duration: 2_840,
    verdicts: [
      { evaluator: "empty_answer", outcome: "scored", score: 1, label: "substantial" },
      {
        evaluator: "groundedness",
        outcome: "scored",
        score: 0.12,
        label: "contradicted",
        explanation:
          "The first document gives 14 days for sale items; the answer says 30. The second says that the customer pays for shipping; the answer says that it is free.",
      },
      {
        evaluator: "relevance",
        outcome: "failed",
        reason: "JUDGE_UNAVAILABLE: no answer within 20 s, after 3 attempts",
      },
    ],
  },
  {
    key: "a2",
    minutesAgo: 2,
    feature: "returns",
    user: "u-204",
    session: "s-9f31",
    question: "How long do I have to send something back?",
    answer:
      "You have 30 days from delivery. Keep the original packaging; the refund reaches your card within 5 working days.",
    release: "2.4.0",
    context: [returnsPolicy],
    verdicts: good,
  },
  {
    key: "a3",
    minutesAgo: 3,
    feature: "product search",
    user: "u-118",
    session: "s-77c0",
    question: "waterproof hiking boots under 150, size 43",
    answer:
      "Three pairs match: the Alta Mid GTX (139), the Trailborne WP (129) and the Fjell Low (149). The Alta Mid runs half a size small.",
    model: "gpt-4.1-2025-04-14",
    duration: 1_870,
    cost: 0.00412,
    verdicts: [
      ...good.slice(0, 2),
      {
        evaluator: "groundedness",
        outcome: "scored",
        score: 0.55,
        label: "partly grounded",
        explanation: "Prices are in the documents; the remark on sizing is not.",
      },
    ],
  },
  {
    key: "a4",
    minutesAgo: 5,
    feature: "order status",
    user: "u-531",
    session: "s-0be2",
    question: "Where is my order 88-2041?",
    answer: "",
    error: "RateLimitError",
    duration: 412,
    cost: null,
    verdicts: [
      { evaluator: "empty_answer", outcome: "scored", score: 0, label: "empty" },
      { evaluator: "groundedness", outcome: "skipped", reason: "no retrieved documents" },
      { evaluator: "relevance", outcome: "skipped", reason: "the interaction failed" },
    ],
  },
  {
    key: "a5",
    minutesAgo: 8,
    feature: "product search",
    user: "u-077",
    session: "s-41aa",
    question:
      '<script>document.title="taken"</script><img src=x onerror="document.title=\'taken\'">',
    answer:
      "I cannot run that. <a href=\"javascript:document.title='taken'\">javascript:alert(1)</a>",
    verdicts: [
      {
        evaluator: "relevance",
        outcome: "scored",
        score: 0.5,
        label: "<b>partly</b>",
        explanation: "<script>document.title='taken'</script> was the question.",
      },
    ],
  },
  {
    key: "a6",
    minutesAgo: 21,
    service: "helpdesk-bot",
    release: "1.9.2",
    feature: "summarise ticket",
    user: "agent-12",
    session: "",
    question: `Summarise this ticket.\n\n${"The customer writes that the second delivery was late as well, and that nobody has called back. ".repeat(24)}`,
    answer:
      "Second late delivery, no call back so far. The customer asks for a date and for a voucher.",
    model: "claude-sonnet-4-5",
    duration: 5_320,
    cost: 0.0213,
    verdicts: unsampled,
  },
  {
    key: "a7",
    minutesAgo: 47,
    feature: "returns",
    user: "u-204",
    session: "s-9f31",
    question: "Hi! Is anybody there?",
    answer: "Hello! I can help with orders, returns and finding products. What is it about?",
    duration: 690,
    verdicts: unsampled,
  },
];
