import { describe, expect, it } from 'vitest';
import type { FieldError } from '../api/errors.ts';
import type { JsonObject } from '../api/json.ts';
import type { Pod, Service } from '../api/object.ts';
import recorded from './fixtures/recorded-writes.json' with { type: 'json' };
import { builtInKinds } from './index.generated.ts';
import { submit } from './testing/submit.ts';

/** A write to a real API server (1.21): the body, for updates after its patch, and what the server made of it. */
interface RecordedWrite {
  name: string;
  kind: string;
  object: JsonObject;
  old?: JsonObject;
  answer?: JsonObject;
  causes?: FieldError[];
}

const writes = recorded.writes as unknown as RecordedWrite[];

/** Causes that have other words in 1.36, by recording. */
const newerCauses: Readonly<Record<string, FieldError[]>> = {
  // Almost any text names a variable since 1.34.
  'pod-create-invalid 11': [],
  'pod-create-invalid 12': [
    {
      reason: 'FieldValueInvalid',
      message: 'Invalid value: "2": must be less than or equal to cpu limit of 1',
      field: 'spec.containers[0].resources.requests',
    },
  ],
  'pod-create-invalid 30': [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: "${'x'.repeat(64)}": must be no more than 63 bytes`,
      field: 'metadata.labels',
    },
  ],
  // Names of Services may begin with a digit since 1.36.
  'services 11': [
    {
      reason: 'FieldValueInvalid',
      message:
        "Invalid value: \"Bad7\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      field: 'metadata.name',
    },
  ],
  'services 12': [],
  'services 9': [
    {
      reason: 'FieldValueInvalid',
      message:
        'Invalid value: ["1.2.3.4"]: failed to allocate IP 1.2.3.4: provided IP is not in the valid range. The range of valid IPs is 10.96.0.0/12',
      field: 'spec.clusterIPs',
    },
  ],
  'nodes 5': [
    {
      reason: 'FieldValueInvalid',
      message: 'Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      field: 'spec.podCIDRs[0]',
    },
  ],
};

/** Values in messages are JSON since 1.34, where they were Go's syntax. */
function modernized({ reason, message, field }: FieldError): FieldError {
  const text = message
    .replace(/\[\]string\{("[^}]*")\}/, '[$1]')
    .replace(/map\[string\]string\{([^}]*)\}/, '{$1}')
    .replace(/core\.Taint\{Key:("\w*"), Value:"", Effect:("\w*"), TimeAdded:<nil>\}/, '{"key":$1,"effect":$2}');
  return { reason, message: text, field };
}

/** What else is different in an object of today: newer fields, and what admission adds. */
function comparable(kind: string, value: unknown): unknown {
  const object = structuredClone(value) as JsonObject & { metadata: JsonObject };
  for (const field of ['namespace', 'resourceVersion']) delete object.metadata[field];
  if (kind === 'Pod') dropAdmission(object as unknown as Pod);
  if (kind === 'Service') maskAllocations(object as unknown as Service);
  if (kind === 'Node') delete (object.spec as JsonObject).podCIDR;
  if (kind === 'Node') delete (object.spec as JsonObject).podCIDRs;
  // Nulls that the older server wrote for empty times.
  return JSON.parse(JSON.stringify(object), (_key, item: unknown) => (item === null ? undefined : item));
}

function dropAdmission({ spec }: Pod): void {
  if (!spec) return;
  for (const field of ['volumes', 'tolerations', 'serviceAccount', 'serviceAccountName', 'priority'] as const) {
    delete spec[field];
  }
  delete spec.preemptionPolicy;
  for (const container of spec.containers) delete container.volumeMounts;
}

function maskAllocations({ spec = {} }: Service): void {
  delete spec.internalTrafficPolicy;
  delete spec.allocateLoadBalancerNodePorts;
  if (spec.externalIPs) delete spec.externalTrafficPolicy;
  if (spec.clusterIP?.startsWith('10.')) {
    spec.clusterIP = 'allocated';
    spec.clusterIPs = ['allocated'];
  }
  for (const port of spec.ports ?? []) if (port.nodePort) port.nodePort = 30000;
}

describe('writes are answered as a real API server answered them', () => {
  for (const { name, kind, object, old, answer, causes } of writes) {
    const definition = builtInKinds.find((candidate) => candidate.kind === kind)!;
    const expected = newerCauses[name] ?? causes?.map(modernized);
    it(`${name}: ${kind} ${String((object.metadata as JsonObject).name)} ${expected ? 'refused' : 'accepted'}`, () => {
      const outcome = submit(definition, object, { old, namespace: 'rec' });
      if (expected) expect(dedupe(outcome.errors ?? [])).toEqual(dedupe(expected));
      else {
        expect(outcome.errors ?? []).toEqual([]);
        expect(comparable(kind, outcome.object)).toEqual(comparable(kind, answer));
      }
    });
  }
});

/** The real server validates some updates twice. */
function dedupe(errors: FieldError[]): FieldError[] {
  return [...new Map(errors.map((error) => [`${error.field} ${error.message}`, error])).values()];
}
