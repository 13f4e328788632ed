import { printerColumns } from '../../../shared/custom-resources/columns.ts';
import type { PrinterColumn } from '../../../shared/kinds/custom-resource-definition/types.ts';
import type { KindDefinition } from '../../../shared/kinds/define-kind.ts';
import { internalHeaders } from './internal-headers.ts';

/** What the front needs to know of a kind whose watch it relays. */
export type WatchedKind = Pick<KindDefinition, 'group' | 'version' | 'kind' | 'columns'>;

interface CustomWatchedKind {
  group: string;
  version: string;
  kind: string;
  printerColumns: readonly PrinterColumn[];
}

/** Tells the front of a kind that only this cluster knows. */
export function announceKind(response: Response, { group, version, kind, custom }: KindDefinition): Response {
  if (!custom) return response;
  const announced: CustomWatchedKind = { group, version, kind, printerColumns: custom.printerColumns };
  response.headers.set(internalHeaders.watchedKind, encodeURIComponent(JSON.stringify(announced)));
  return response;
}

export function announcedKind(response: Response): WatchedKind | undefined {
  const text = response.headers.get(internalHeaders.watchedKind);
  if (text === null) return undefined;
  const { printerColumns: columns, ...kind } = JSON.parse(decodeURIComponent(text)) as CustomWatchedKind;
  return { ...kind, columns: printerColumns(columns) };
}
