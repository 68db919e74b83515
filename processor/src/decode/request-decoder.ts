import { CalibrantError } from "../kernel/errors.js";
import type { DecodedRequest } from "../model/ports.js";
import type { BlockSet } from "./block-set.js";
import type { TableColumns } from "./columns.js";
import type { DecodeConfig } from "./decode-config.js";
import type { ItemDecoder } from "./item-decoder.js";
import type { Rejection } from "./rejection.js";
import type { ResourceContext, ScopeContext } from "./resource-context.js";
import { Tally } from "./tally.js";
import { bytesTag, type WireReader } from "./wire-reader.js";

/**
 * The three levels of an OTLP request have the same field numbers for every signal: the request
 * holds resources (1), a resource holds itself (1), its scopes (2) and a schema URL (3), a scope
 * holds itself (1), its items (2) and a schema URL (3).
 */
const requestTags = { resources: bytesTag(1) } as const;
const groupTags = { self: bytesTag(1), members: bytesTag(2), schemaUrl: bytesTag(3) } as const;

/** How the fields are called in messages to the sender. */
export interface FieldNames {
  readonly resources: string;
  readonly scopes: string;
  readonly items: string;
}

export interface RequestDecoderOptions<Columns extends TableColumns> {
  readonly limits: DecodeConfig;
  readonly reader: WireReader;
  readonly resource: ResourceContext;
  readonly scope: ScopeContext;
  readonly items: ItemDecoder<Columns>;
  readonly blocks: BlockSet<Columns>;
}

/** Walks the wire bytes of a request and turns each item into a row. */
export class RequestDecoder<Columns extends TableColumns> {
  readonly #options: RequestDecoderOptions<Columns>;
  #names: FieldNames = { resources: "", scopes: "", items: "" };
  #tally = new Tally();
  #resourceIndex = 0;
  #scopeIndex = 0;
  #itemIndex = 0;

  constructor(options: RequestDecoderOptions<Columns>) {
    this.#options = options;
  }

  /** @throws WireFault; CalibrantError REQUEST_TOO_LARGE */
  decode(body: Uint8Array, names: FieldNames): DecodedRequest {
    const { reader, blocks } = this.#options;
    this.#names = names;
    this.#tally = new Tally();
    blocks.clear();
    reader.open(body);
    this.#refuseTooMany(body);
    this.#resourceIndex = -1;
    this.#eachMember(requestTags.resources, body.length, (end) => {
      this.#resourceIndex++;
      this.#resource(end);
    });
    const { accepted, rejected, reasons } = this.#tally;
    return {
      ...blocks.finish(),
      accepted,
      rejected,
      reasons,
      message: this.#tally.message(names.items),
    };
  }

  /** Counts the items first, so that a request with too many is refused before it costs memory. */
  #refuseTooMany(body: Uint8Array): void {
    const { limits, reader } = this.#options;
    let count = 0;
    this.#eachMember(requestTags.resources, body.length, (resourceEnd) => {
      this.#eachMember(groupTags.members, resourceEnd, (scopeEnd) => {
        this.#eachMember(groupTags.members, scopeEnd, () => {
          count++;
        });
      });
    });
    reader.at = 0;
    if (count <= limits.items_per_request) return;
    throw new CalibrantError(
      "REQUEST_TOO_LARGE",
      `the request has ${count} ${this.#names.items}; at most ${limits.items_per_request} are allowed (limits.items_per_request)`,
    );
  }

  /** Calls `visit` with the end of each member; the reader stands at its start. */
  #eachMember(member: number, end: number, visit: (end: number) => void): void {
    const { reader } = this.#options;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === member) {
        reader.bytesField(end);
        const next = reader.stop;
        reader.at = reader.start;
        visit(next);
        reader.at = next;
      } else reader.skip(tag, end);
    }
  }

  #resource(end: number): void {
    const { reader, resource } = this.#options;
    const start = reader.at;
    resource.clear();
    this.#readSelf(resource, end);
    reader.at = start;
    this.#scopeIndex = -1;
    this.#eachMember(groupTags.members, end, (scopeEnd) => {
      this.#scopeIndex++;
      this.#scope(scopeEnd);
    });
  }

  #scope(end: number): void {
    const { reader, scope } = this.#options;
    const start = reader.at;
    scope.clear();
    this.#readSelf(scope, end);
    reader.at = start;
    this.#itemIndex = -1;
    this.#eachMember(groupTags.members, end, (itemEnd) => {
      this.#itemIndex++;
      this.#item(itemEnd);
    });
  }

  /** Reads the resource or scope itself, wherever and in how many parts it stands among its members. */
  #readSelf(context: ResourceContext | ScopeContext, end: number): void {
    const { reader } = this.#options;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === groupTags.self) {
        reader.bytesField(end);
        const next = reader.stop;
        context.read(reader, reader.start, next);
        reader.at = next;
      } else if (tag === groupTags.schemaUrl) {
        reader.bytesField(end);
        context.setSchemaUrl(reader.bytes, reader.start, reader.stop);
      } else reader.skip(tag, end);
    }
    context.finish(reader);
  }

  #item(end: number): void {
    const rejection = this.#acceptItem(end);
    if (rejection === undefined) this.#tally.accepted++;
    else this.#tally.reject(rejection, () => this.#place());
  }

  #acceptItem(end: number): Rejection | undefined {
    const { reader, resource, scope, items, blocks } = this.#options;
    const rejection = items.read(reader, end) ?? resource.rejection ?? scope.rejection;
    if (rejection !== undefined) return rejection;
    const columns = blocks.startRow(items.day);
    if (columns === undefined) return "too_many_days";
    const incomplete = items.write(reader, resource, scope, columns);
    if (incomplete === undefined) columns.rows++;
    else columns.rollback();
    return incomplete;
  }

  #place(): string {
    const { resources, scopes, items } = this.#names;
    return `${resources}[${this.#resourceIndex}].${scopes}[${this.#scopeIndex}].${items}[${this.#itemIndex}]`;
  }
}
