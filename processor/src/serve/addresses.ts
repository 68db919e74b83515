/** The page of one interaction. */
export function interactionAddress(interactionId: string): string {
  return `/interactions/${encodeURIComponent(interactionId)}`;
}

/** The same as JSON. */
export function interactionDataAddress(interactionId: string): string {
  return `/api/interactions/${encodeURIComponent(interactionId)}`;
}
