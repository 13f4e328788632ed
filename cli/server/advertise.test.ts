import { describe, expect, test } from 'vitest';
import { advertisedAddress } from './advertise.ts';

const at = (host: string, given?: string) => advertisedAddress({ given, host, port: 6443, hostIP: () => '192.0.2.10' });

describe('the address that nodes and Pods reach', () => {
  test('is where the server listens, or that of the machine for a server that listens everywhere', () => {
    expect(at('198.51.100.7')).toBe('198.51.100.7:6443');
    expect(at('0.0.0.0')).toBe('192.0.2.10:6443');
    expect(at('::')).toBe('192.0.2.10:6443');
  });

  test('is none for a server of this machine alone, or of a machine without a network', () => {
    expect(at('127.0.0.1')).toBe('');
    expect(at('::1')).toBe('');
    expect(at('localhost')).toBe('');
    expect(advertisedAddress({ host: '0.0.0.0', port: 6443, hostIP: () => '127.0.0.1' })).toBe('');
  });

  test('is what the operator says', () => {
    expect(at('127.0.0.1', '203.0.113.5:443')).toBe('203.0.113.5:443');
    expect(() => at('0.0.0.0', '203.0.113.5')).toThrow(/takes IP:PORT/);
    expect(() => at('0.0.0.0', '127.0.0.1:6443')).toThrow(/other machines reach/);
  });
});
