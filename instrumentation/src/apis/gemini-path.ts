/** The model that a path such as `/v1beta/models/gemini-2.5-pro:generateContent` names. */
export function geminiModel(path: string): string | undefined {
  const name = /\/([^/]+):[A-Za-z]+$/.exec(path)?.[1];
  return name === undefined ? undefined : decoded(name);
}

/** Vertex AI's paths name the publisher of the model; those of the Gemini API do not. */
export function geminiProvider(path: string): string {
  return /\/(?:publishers|endpoints)\//.test(path) ? "gcp.vertex_ai" : "gcp.gemini";
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
