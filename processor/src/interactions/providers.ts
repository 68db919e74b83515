/** The conventions' names for what libraries call otherwise. */
const otherNames = new Map([
  ["az.ai.openai", "azure.ai.openai"],
  ["azure", "azure.ai.openai"],
  ["azure_openai", "azure.ai.openai"],
  ["azure-openai", "azure.ai.openai"],
  ["az.ai.inference", "azure.ai.inference"],
  ["azure_ai", "azure.ai.inference"],
  ["bedrock", "aws.bedrock"],
  ["aws", "aws.bedrock"],
  ["amazon-bedrock", "aws.bedrock"],
  ["google", "gcp.gen_ai"],
  ["google.generative-ai", "gcp.gemini"],
  ["google_genai", "gcp.gemini"],
  ["googleai", "gcp.gemini"],
  ["gemini", "gcp.gemini"],
  ["vertex_ai", "gcp.vertex_ai"],
  ["vertexai", "gcp.vertex_ai"],
  ["google.vertex", "gcp.vertex_ai"],
  ["watsonx", "ibm.watsonx.ai"],
  ["mistral", "mistral_ai"],
  ["mistralai", "mistral_ai"],
  ["xai", "x_ai"],
  ["moonshot", "moonshot_ai"],
]);

/** Frameworks call themselves the system; who served the model is then not said. */
const frameworks = new Set([
  "langchain",
  "langgraph",
  "llamaindex",
  "haystack",
  "mastra",
  "strands-agents",
  "gcp.vertex.agent",
]);

/** Libraries append what they call at the provider, such as `openai.chat`. */
const suffix = /\.(chat|responses|completion|completions|embedding|embeddings|messages|image)$/;

/** A provider's name as the conventions write it; unknown names stay, in lower case. */
export function normaliseProvider(name: string): string {
  const lower = name.trim().toLowerCase();
  if (frameworks.has(lower)) return "";
  const known = otherNames.get(lower);
  if (known !== undefined) return known;
  const plain = lower.replace(suffix, "");
  return otherNames.get(plain) ?? plain;
}
