import { type DerValue, derChildren, derTags, expectDer, readBits, readObjectIdentifier } from './der.ts';

/** What was signed, by what algorithm (an object identifier), and the signature. */
export interface Signed {
  signed: Uint8Array;
  signatureAlgorithm: string;
  signature: Uint8Array;
}

/** The three parts that a request and a certificate have alike: what is said, and how it is signed. Throws DerError. */
export function readSigned(der: DerValue): { info: DerValue; signed: Signed } {
  const [first, algorithm, signature] = derChildren(expectDer(der, derTags.sequence));
  const info = expectDer(first, derTags.sequence);
  const [signatureAlgorithm] = derChildren(expectDer(algorithm, derTags.sequence));
  return {
    info,
    signed: {
      signed: info.raw,
      signatureAlgorithm: readObjectIdentifier(signatureAlgorithm),
      signature: readBits(signature),
    },
  };
}
