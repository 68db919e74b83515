/** How a model is asked for structured output, which parameters it takes. Servers differ. */
export interface RequestForm {
  readonly format: "json_schema" | "json_object" | "text";
  readonly tokenLimit: "max_completion_tokens" | "max_tokens" | "none";
  readonly temperature: boolean;
  readonly logProbabilities: boolean;
}

export interface FormRequest {
  readonly schemaName: string;
  readonly schema: Record<string, unknown>;
  readonly temperature: number | null;
  readonly maxOutputTokens: number;
}

/** What is tried first: everything that the current OpenAI API offers. */
export const fullForm: RequestForm = {
  format: "json_schema",
  tokenLimit: "max_completion_tokens",
  temperature: true,
  logProbabilities: true,
};

/** Other verdicts to be told of at each token: a scale has three at most, spelled differently. */
const alternatives = 5;

/** The fields of the request body that depend on the form. */
export function formFields(form: RequestForm, request: FormRequest): Record<string, unknown> {
  return {
    ...responseFormat(form, request),
    ...(form.tokenLimit === "none" ? {} : { [form.tokenLimit]: request.maxOutputTokens }),
    ...(form.temperature && request.temperature !== null
      ? { temperature: request.temperature }
      : {}),
    ...(form.logProbabilities ? { logprobs: true, top_logprobs: alternatives } : {}),
  };
}

function responseFormat(
  { format }: RequestForm,
  { schemaName, schema }: FormRequest,
): Record<string, unknown> {
  if (format === "text") return {};
  if (format === "json_object") return { response_format: { type: "json_object" } };
  const json_schema = { name: schemaName, strict: true, schema };
  return { response_format: { type: "json_schema", json_schema } };
}

/**
 * The next simpler form after a server refused this one with `complaint` (its parameter name,
 * code and message); undefined when there is none left.
 */
export function simplerForm(form: RequestForm, complaint: string): RequestForm | undefined {
  if (form.temperature && /temperature/i.test(complaint)) return { ...form, temperature: false };
  if (form.tokenLimit !== "none" && /max_(?:completion_)?tokens/i.test(complaint)) {
    const tokenLimit = form.tokenLimit === "max_completion_tokens" ? "max_tokens" : "none";
    return { ...form, tokenLimit };
  }
  const aboutFormat = /response_format|json_|schema/i.test(complaint);
  // The least needed goes first when the server does not say what it minds.
  if (form.logProbabilities && (!aboutFormat || /logprob/i.test(complaint))) {
    return { ...form, logProbabilities: false };
  }
  if (form.format === "json_schema") return { ...form, format: "json_object" };
  if (form.format === "json_object") return { ...form, format: "text" };
  if (form.logProbabilities) return { ...form, logProbabilities: false };
  return undefined;
}
