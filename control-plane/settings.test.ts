import { describe, expect, test } from 'vitest';
import { parseSettings, settingsOf } from './settings.ts';

describe('apiServerAddress', () => {
  test('is an IPv4 address that other machines reach, with a port; or nothing', () => {
    for (const apiServerAddress of ['192.0.2.10:6443', '10.0.0.1:443', '']) {
      expect(parseSettings({ apiServerAddress })).toEqual({ apiServerAddress });
    }
    const wrong = [
      '127.0.0.1:6443',
      '0.0.0.0:6443',
      '169.254.0.1:6443',
      '224.0.0.1:6443',
      '192.0.2.10',
      '192.0.2.10:0',
      '192.0.2.10:65536',
      '192.0.2.010:6443',
      '192.0.2:6443',
      '[2001:db8::1]:6443',
      'api.example:6443',
    ];
    for (const apiServerAddress of wrong) {
      expect(() => parseSettings({ apiServerAddress })).toThrow(
        'settings.apiServerAddress: Invalid value: must be IP:PORT, an IPv4 address that other machines reach',
      );
    }
  });

  test("is the deployment's for the cluster that is served there, and each other cluster's own", () => {
    const deployment = JSON.stringify({ apiServerAddress: '192.0.2.10:6443', eventTTLSeconds: 60 });
    const of = (name: string, settings = {}) => settingsOf({ name, settings }, deployment);
    expect(of('default').apiServerAddress).toBe('192.0.2.10:6443');
    expect(of('staging')).toMatchObject({ apiServerAddress: '', eventTTLSeconds: 60 });
    const own = { apiServerAddress: '192.0.2.11:443' };
    expect(of('staging', own)).toMatchObject(own);
    expect(of('default', own)).toMatchObject(own);
  });
});
