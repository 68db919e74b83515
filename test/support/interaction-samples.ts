/** Everything that `withInteraction` can be told. */
export const everyOption = {
  userId: "u/1, ü",
  sessionId: "s1",
  feature: "returns",
  segment: "plus",
  variant: "b",
  promptName: "answer",
  promptVersion: "v8",
  release: "1.5.0",
};

/** What it puts on spans. */
export const everyAttribute = {
  "user.id": "u/1, ü",
  "session.id": "s1",
  "gen_ai.conversation.id": "s1",
  "calibrant.feature": "returns",
  "calibrant.segment": "plus",
  "calibrant.variant": "b",
  "calibrant.release": "1.5.0",
  "gen_ai.prompt.name": "answer",
  "gen_ai.prompt.version": "v8",
};
