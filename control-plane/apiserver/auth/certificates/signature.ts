import { Buffer } from 'node:buffer';
import { createPublicKey, verify } from 'node:crypto';
import type { Signed } from '../../../../shared/certificates/signed.ts';

/** Digest by algorithm; Ed25519 has its own. */
const digests: Readonly<Record<string, string | null>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.3.101.112': null,
};
/** Verifying with a key takes time that grows with its length, and whoever asks chooses the key. */
const maxKeyBytes = 1200;

/** Why something is not signed with a key (a SubjectPublicKeyInfo); undefined when it is. */
export function signatureFault({
  signatureAlgorithm,
  signed,
  signature,
  publicKey,
}: Signed & { publicKey: Uint8Array }): string | undefined {
  if (!Object.hasOwn(digests, signatureAlgorithm)) {
    return 'x509: cannot verify signature: algorithm unimplemented';
  }
  if (publicKey.length > maxKeyBytes) return 'x509: cannot verify signature: key is too long';
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    const isGood = verify(digests[signatureAlgorithm] ?? null, signed, key, signature);
    return isGood ? undefined : 'x509: signature verification failure';
  } catch {
    // The library names what it cannot read by errors of many kinds; all of them come from what the client sent.
    return 'x509: cannot verify signature: malformed key or signature';
  }
}
