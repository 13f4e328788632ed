import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCertificateRequest } from './certificate-request.ts';
import { DerError, readDer } from './der.ts';
import { readPem, textOfBytes, writePem } from './pem.ts';
import { makeRequest } from './testing/make-request.ts';

describe('a request for a certificate', () => {
  it('tells whose it is', async () => {
    const content = await makeRequest({
      subject: 'O=system:nodes, O=other, CN=system:node:n1',
      names: [
        { type: 'dns', value: 'n1.example' },
        { type: 'ip', value: '10.0.0.1' },
        { type: 'ip', value: '2001:db8::1' },
        { type: 'email', value: 'a@b.example' },
        { type: 'url', value: 'spiffe://a/b' },
      ],
    });
    expect(readCertificateRequest(content)).toMatchObject({
      commonName: 'system:node:n1',
      organizations: ['system:nodes', 'other'],
      names: {
        dns: ['n1.example'],
        ips: ['10.0.0.1', '2001:db8:0:0:0:0:0:1'],
        emails: ['a@b.example'],
        uris: ['spiffe://a/b'],
      },
      signatureAlgorithm: '1.2.840.10045.4.3.2',
    });
  });

  it('without alternative names has none', async () => {
    const { names, organizations } = readCertificateRequest(await makeRequest());
    expect([names, organizations]).toEqual([{ dns: [], ips: [], emails: [], uris: [] }, []]);
  });

  it.each(['', 'not base64!', btoa('nothing'), btoa(writePem('CERTIFICATE', new Uint8Array([48, 0])))])(
    'is not %j',
    (content) => {
      expect(() => readCertificateRequest(content)).toThrow('PEM block type must be CERTIFICATE REQUEST');
    },
  );

  describe('that is broken', () => {
    let bytes: Uint8Array;
    beforeAll(async () => {
      bytes = readPem(textOfBytes(await makeRequest()) ?? '')[0]!.bytes;
    });

    it('is refused with a reason, whatever is broken, or read', () => {
      const damage = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 4 });
      fc.assert(
        fc.property(damage, fc.nat(400), (changes, length) => {
          const broken = bytes.slice(0, bytes.length - (length < 200 ? 0 : length - 200));
          for (const [at, value] of changes) broken[at % broken.length] = value;
          try {
            readCertificateRequest(btoa(writePem('CERTIFICATE REQUEST', broken)));
          } catch (error) {
            if (!(error instanceof DerError)) throw error;
          }
        }),
        { numRuns: 500 },
      );
    });

    it('so is what is no DER at all', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 40 }), (noise) => {
          try {
            readDer(noise);
          } catch (error) {
            if (!(error instanceof DerError)) throw error;
          }
        }),
      );
    });
  });
});
