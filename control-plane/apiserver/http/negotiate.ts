import { StatusError } from '../../../shared/api/errors.ts';
import { protobufMediaType } from '../protobuf/envelope.ts';

export type ResponseFormat = 'json' | 'yaml';

/** What a client wants back, from its `Accept` header. */
export interface Negotiated {
  format: ResponseFormat;
  /** `meta.k8s.io/v1` transformation of the result. */
  as?: 'Table' | 'PartialObjectMetadata';
}

interface Clause {
  type: string;
  params: Map<string, string>;
  quality: number;
}

const jsonTypes = new Set(['application/json', 'application/*', '*/*']);

/** For objects and lists. Throws `NotAcceptable` when nothing in the header can be served. */
export function negotiate(accept: string | null): Negotiated {
  for (const clause of parseAccept(accept)) {
    const format = formatOf(clause.type);
    if (!format) continue;
    const as = clause.params.get('as');
    if (as === undefined) return { format };
    if (clause.params.get('g') !== 'meta.k8s.io' || clause.params.get('v') !== 'v1') continue;
    if (as === 'Table') return { format, as };
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')
      return { format, as: 'PartialObjectMetadata' };
  }
  throw notAcceptable();
}

/** What the front makes protobuf of: the JSON answer to another `Accept` header. */
export interface ProtobufChoice {
  /** What to ask the cluster for. */
  accept: string;
  as?: 'PartialObjectMetadata';
  /** The client would take JSON as well. */
  orJson: boolean;
}

/** Undefined where the client gets something else first. `hasForm`: the resource's own kinds have a protobuf form. */
export function negotiateProtobuf(accept: string | null, hasForm: boolean): ProtobufChoice | undefined {
  const clauses = parseAccept(accept);
  const orJson = clauses.some(({ type, params }) => jsonTypes.has(type) && !params.has('as'));
  for (const { type, params } of clauses) {
    const as = params.get('as');
    const isMeta = params.get('g') === 'meta.k8s.io' && params.get('v') === 'v1';
    const isPartial = isMeta && (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList');
    if (type !== protobufMediaType) {
      if (formatOf(type) && (as === undefined || isMeta)) return undefined;
    } else if (as === undefined && hasForm) {
      return { accept: 'application/json', orJson };
    } else if (isPartial) {
      return { accept: `application/json;as=${as};g=meta.k8s.io;v=v1`, as: 'PartialObjectMetadata', orJson: false };
    }
  }
  return undefined;
}

/** For reviews, which have no other shape than their own. Throws `NotAcceptable` as `negotiate` does. */
export function negotiatePlain(accept: string | null): ResponseFormat {
  for (const { type, params } of parseAccept(accept)) {
    const format = formatOf(type);
    if (format && !params.has('as')) return format;
  }
  throw notAcceptable();
}

/** For answers that know no transformation: errors, discovery. Falls back to JSON where the client wants neither. */
export function negotiateFormat(accept: string | null): ResponseFormat {
  for (const clause of parseAccept(accept)) {
    const format = formatOf(clause.type);
    if (format) return format;
  }
  return 'json';
}

/** True when a clause of the header asks for `as` of group `g` and version `v`, before it asks for the plain type. */
export function prefers(accept: string | null, wanted: { as: string; g: string; v: string }): boolean {
  for (const clause of parseAccept(accept)) {
    if (!jsonTypes.has(clause.type)) continue;
    const as = clause.params.get('as');
    if (as === undefined) return false;
    if (as === wanted.as && clause.params.get('g') === wanted.g && clause.params.get('v') === wanted.v) return true;
  }
  return false;
}

/** The first of `types` that the header takes, in the header's order of preference. Undefined: none of them. */
export function preferredType<T extends string>(accept: string | null, types: readonly T[]): T | undefined {
  for (const { type } of parseAccept(accept)) {
    const found = types.find((one) => type === one || type === '*/*' || type === `${one.split('/')[0]}/*`);
    if (found) return found;
  }
  return undefined;
}

function notAcceptable(): StatusError {
  const accepted =
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf';
  return new StatusError('NotAcceptable', accepted);
}

function formatOf(type: string): ResponseFormat | undefined {
  if (jsonTypes.has(type)) return 'json';
  return type === 'application/yaml' ? 'yaml' : undefined;
}

const anything: readonly Clause[] = [{ type: '*/*', params: new Map(), quality: 1 }];
/** Clients send one of a few headers with every request. */
const parsedHeaders = new Map<string, readonly Clause[]>();
const maxParsedHeaders = 100;

/** Clauses by descending quality, in the order of the header within one quality. */
function parseAccept(accept: string | null): readonly Clause[] {
  const header = accept?.trim();
  if (!header) return anything;
  const known = parsedHeaders.get(header);
  if (known) return known;
  const clauses = parseClauses(header);
  if (parsedHeaders.size >= maxParsedHeaders) parsedHeaders.clear();
  parsedHeaders.set(header, clauses);
  return clauses;
}

function parseClauses(header: string): Clause[] {
  const clauses = header.split(',').map((text): Clause => {
    const [type = '', ...rest] = text.split(';').map((part) => part.trim());
    const params = new Map<string, string>();
    for (const part of rest) {
      const at = part.indexOf('=');
      if (at > 0) params.set(part.slice(0, at), part.slice(at + 1).replace(/^"|"$/g, ''));
    }
    const quality = Number(params.get('q') ?? '1');
    return { type: type.toLowerCase(), params, quality: Number.isFinite(quality) ? quality : 0 };
  });
  return clauses.filter((clause) => clause.quality > 0).sort((a, b) => b.quality - a.quality);
}
