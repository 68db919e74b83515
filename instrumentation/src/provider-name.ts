/** Hosts by their ending, and the conventions' name of who answers there. */
const providers: readonly (readonly [string, string])[] = [
  ["openai.com", "openai"],
  ["anthropic.com", "anthropic"],
  ["openai.azure.com", "azure.ai.openai"],
  ["cognitiveservices.azure.com", "azure.ai.openai"],
  ["services.ai.azure.com", "azure.ai.inference"],
  ["models.ai.azure.com", "azure.ai.inference"],
  ["generativelanguage.googleapis.com", "gcp.gemini"],
  ["aiplatform.googleapis.com", "gcp.vertex_ai"],
  ["amazonaws.com", "aws.bedrock"],
  ["deepseek.com", "deepseek"],
  ["groq.com", "groq"],
  ["mistral.ai", "mistral_ai"],
  ["x.ai", "x_ai"],
  ["perplexity.ai", "perplexity"],
  ["moonshot.ai", "moonshot_ai"],
  ["moonshot.cn", "moonshot_ai"],
  ["cohere.com", "cohere"],
  ["cohere.ai", "cohere"],
  ["ml.cloud.ibm.com", "ibm.watsonx.ai"],
];

/** The value of `gen_ai.provider.name` for a host; undefined where it is nobody's we know. */
export function providerName(host: string): string | undefined {
  return providers.find(([ending]) => host === ending || host.endsWith(`.${ending}`))?.[1];
}
