/** Loads a package the way the application's kind of module does: `import` or `require`. */
export type Load = (name: string) => Promise<unknown>;

/** Where the scripted server answers. */
export interface Addresses {
  /** For clients of OpenAI. */
  readonly openai: string;
  /** For the others. */
  readonly root: string;
}

/** What an application does with a client; the result must not depend on being watched. */
export type Scenario = () => Promise<unknown>;

/** One client of a model provider, and what applications do with it. */
export interface Client {
  readonly name: string;
  scenarios(load: Load, addresses: Addresses): Promise<Readonly<Record<string, Scenario>>>;
}

/** How a call fails, as far as an application sees it. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return { unexpected: await work };
  } catch (error) {
    const { name, message, status, statusCode, code } = error as Record<string, unknown>;
    const type = (error as object).constructor.name;
    return { failure: { type, name, message, status, statusCode, code } };
  }
}

/** Everything that an iteration gives. */
export async function all<T>(pieces: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const piece of pieces) list.push(piece);
  return list;
}

/**
 * The first pieces; at the last of them `stop` is called, and the iteration goes on to its end. How
 * many pieces are under way then is a matter of chance: they are left out.
 */
export async function until<T>(
  pieces: AsyncIterable<T>,
  count: number,
  stop: () => void,
): Promise<T[]> {
  const list: T[] = [];
  for await (const piece of pieces) {
    if (list.length < count) list.push(piece);
    if (list.length === count) stop();
  }
  return list;
}

/** Everything that an application can see of a response, read in all the ways there are. */
export async function responseFacts(response: Response): Promise<unknown> {
  const copy = response.clone();
  const facts = {
    url: [response.url, copy.url],
    status: [response.status, response.statusText, response.ok, response.redirected, response.type],
    isResponse: response instanceof Response,
    header: response.headers.get("x-request-id"),
    used: response.bodyUsed,
    text: await response.text(),
    usedThen: response.bodyUsed,
    copy: (await copy.arrayBuffer()).byteLength,
  };
  return { ...facts, again: await failureOf(response.json()) };
}
