import { DerError, type DerValue, derChildren, derTags, expectDer, readObjectIdentifier, readText } from './der.ts';

/** Who a certificate, or a request for one, is about: what of the name means something to Kubernetes. */
export interface DistinguishedName {
  commonName: string;
  organizations: string[];
  /** The user's uid, under an identifier of Kubernetes' own. */
  uids: string[];
}

const identifiers = { commonName: '2.5.4.3', organization: '2.5.4.10', uid: '1.3.6.1.4.1.57683.2' } as const;

/** Reads a Name (X.501). Of several common names the last one counts. Throws DerError. */
export function readDistinguishedName(name: DerValue | undefined): DistinguishedName {
  const attributes = derChildren(expectDer(name, derTags.sequence))
    .flatMap((part) => derChildren(expectDer(part, derTags.set)))
    .map(readPair);
  const all = (id: string) => attributes.filter((one) => one.id === id).map(({ value }) => readText(value));
  return {
    commonName: all(identifiers.commonName).at(-1) ?? '',
    organizations: all(identifiers.organization),
    uids: all(identifiers.uid),
  };
}

/** A type and a value: of a name, or of an attribute. */
export function readPair(pair: DerValue): { id: string; value: DerValue } {
  const [id, value] = derChildren(expectDer(pair, derTags.sequence));
  if (!value) throw new DerError('data truncated');
  return { id: readObjectIdentifier(id), value };
}
