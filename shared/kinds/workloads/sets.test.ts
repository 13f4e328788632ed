import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../api/object.ts';
import controllerRevision from '../controller-revision.ts';
import daemonSet from '../daemon-set.ts';
import statefulSet from '../stateful-set.ts';
import { cells, refusals, submit } from '../testing/submit.ts';

const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const spec = { selector: { matchLabels: { app: 'a' } }, template };
const named = (fields: object, metadata: object = {}) => ({
  metadata: { name: 'x', ...metadata },
  spec: { ...spec, ...fields },
});
const withTemplate = (fields: object, more: object = {}) =>
  named({ template: { ...template, spec: { ...template.spec, ...fields } }, ...more });
const statusErrors = (kind: typeof daemonSet, status: object, old: object = {}) =>
  kind.strategy.validateStatusUpdate!({ metadata: {}, status }, { metadata: {}, status: old }).map(
    ({ field, message }) => `${field}: ${message}`,
  );
const negative = 'must be greater than or equal to 0';

describe('DaemonSet', () => {
  const generation = 'deprecated.daemonset.template.generation';

  it('gets its defaults', () => {
    const { object } = submit(daemonSet, named({}));
    expect(object).toMatchObject({
      metadata: { annotations: { [generation]: '1' } },
      spec: {
        revisionHistoryLimit: 10,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
        template: { spec: { restartPolicy: 'Always' } },
      },
      status: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
    });
    const onDelete = submit(daemonSet, named({ updateStrategy: { type: 'OnDelete' } })).object;
    expect((onDelete!.spec as { updateStrategy: object }).updateStrategy).toEqual({ type: 'OnDelete' });
  });

  it('counts the changes of its template', () => {
    const old = submit(daemonSet, named({}, { annotations: { [generation]: '4' } })).object;
    const annotations = (body: object) => submit(daemonSet, body, { old }).object?.metadata.annotations;
    expect(annotations(named({ minReadySeconds: 1 }, { annotations: { [generation]: '9' } }))).toEqual({
      [generation]: '4',
    });
    expect(annotations(withTemplate({ hostNetwork: true }))).toEqual({ [generation]: '5' });
  });

  it.each<[string, object, string[]]>([
    [
      'no selector',
      named({ selector: undefined }),
      ['spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`'],
    ],
    [
      'a selector of everything and Pods that end',
      withTemplate({ restartPolicy: 'Never', activeDeadlineSeconds: 3 }, { selector: {} }),
      [
        'spec.selector: Invalid value: {}: empty selector is invalid for daemonset',
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported',
      ],
    ],
    [
      'negative numbers',
      named({ minReadySeconds: -1, revisionHistoryLimit: -1 }),
      [
        `spec.minReadySeconds: Invalid value: -1: ${negative}`,
        `spec.revisionHistoryLimit: Invalid value: -1: ${negative}`,
      ],
    ],
    [
      'an update that goes both ways',
      named({ updateStrategy: { rollingUpdate: { maxUnavailable: '10%', maxSurge: '200%' } } }),
      [
        'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: "200%": must not be greater than 100%',
        'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: "200%": may not be set when maxUnavailable is non-zero',
      ],
    ],
    [
      'an update that goes no way',
      named({ updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } }),
      ['spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0'],
    ],
    [
      'an unknown strategy',
      named({ updateStrategy: { type: 'X', rollingUpdate: { maxSurge: '1%' } } }),
      [
        'spec.updateStrategy: Unsupported value: {"Type":"X","RollingUpdate":{"MaxUnavailable":0,"MaxSurge":"1%"}}: ' +
          'supported values: "RollingUpdate", "OnDelete"',
      ],
    ],
  ])('is refused with %s', (_title, body, expected) => {
    expect(refusals(daemonSet, body)).toEqual(expected);
  });

  it('keeps its selector', () => {
    const labels = { ...template, metadata: { labels: { app: 'b' } } };
    const other = named({ selector: { matchLabels: { app: 'b' } }, template: labels });
    expect(refusals(daemonSet, other, { old: named({}) })).toEqual([
      'spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable',
    ]);
  });

  it('has counts in its status', () => {
    expect(statusErrors(daemonSet, { numberReady: -1, collisionCount: 0 }, { collisionCount: 1 })).toEqual([
      'status.numberReady: Invalid value: -1: must be greater than or equal to 0',
      'status.collisionCount: Invalid value: 0: cannot be decremented',
    ]);
  });

  it('shows where it runs', () => {
    const object = submit(daemonSet, withTemplate({ nodeSelector: { disk: 'ssd' } })).object!;
    const status = { desiredNumberScheduled: 3, currentNumberScheduled: 2, numberReady: 1, numberAvailable: 1 };
    expect(cells(daemonSet, { ...object, status })).toEqual({
      Name: 'x',
      Desired: 3,
      Current: 2,
      Ready: 1,
      'Up-to-date': 0,
      Available: 1,
      'Node Selector': 'disk=ssd',
      Age: '<unknown>',
      Containers: 'c',
      Images: 'i',
      Selector: 'app=a',
    });
  });
});

describe('StatefulSet', () => {
  const claim = (fields: object = {}) => ({
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...fields },
  });

  it('gets its defaults', () => {
    const body = withTemplate(
      { containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'data', mountPath: '/d' }] }] },
      { volumeClaimTemplates: [claim()] },
    );
    expect(submit(statefulSet, body).object).toMatchObject({
      spec: {
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        podManagementPolicy: 'OrderedReady',
        replicas: 1,
        revisionHistoryLimit: 10,
        serviceName: '',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        volumeClaimTemplates: [
          {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            metadata: { name: 'data' },
            spec: { ...claim().spec, volumeMode: 'Filesystem' },
            status: { phase: 'Pending' },
          },
        ],
      },
      status: { availableReplicas: 0, replicas: 0 },
    });
  });

  it('leaves a strategy that somebody chose as it is, but for what is not served', () => {
    const strategyOf = (updateStrategy: object) =>
      (submit(statefulSet, named({ updateStrategy })).object!.spec as { updateStrategy: object }).updateStrategy;
    expect(strategyOf({ type: 'RollingUpdate' })).toEqual({ type: 'RollingUpdate' });
    expect(strategyOf({ rollingUpdate: { maxUnavailable: 2 } })).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { partition: 0 },
    });
  });

  it.each<[string, object, string[]]>([
    [
      'a name that no host can have',
      { ...named({}), metadata: { name: 'a.b' } },
      ['metadata.name: Invalid value: "a.b": must not contain dots'],
    ],
    [
      'unknown policies',
      named({
        podManagementPolicy: 'X',
        updateStrategy: { type: 'Y' },
        persistentVolumeClaimRetentionPolicy: { whenScaled: 'Z' },
      }),
      [
        `spec.podManagementPolicy: Invalid value: "X": must be 'OrderedReady' or 'Parallel'`,
        `spec.updateStrategy: Invalid value: {"Type":"Y","RollingUpdate":null}: must be 'RollingUpdate' or 'OnDelete'`,
        'spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Z": ' +
          'supported values: "Retain", "Delete"',
      ],
    ],
    [
      'a partition of nothing',
      named({ updateStrategy: { type: 'OnDelete', rollingUpdate: {} } }),
      [
        'spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":0,"MaxUnavailable":null}: ' +
          "only allowed for updateStrategy 'RollingUpdate'",
      ],
    ],
    [
      'negative numbers',
      named({
        replicas: -1,
        minReadySeconds: -1,
        ordinals: { start: -1 },
        updateStrategy: { rollingUpdate: { partition: -1 } },
      }),
      [
        'spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0',
        'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
        'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0',
      ],
    ],
    [
      'claims of nothing',
      named({ volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['X'] } }] }),
      [
        'spec.volumeClaimTemplates[0].spec.accessModes: Unsupported value: "X": supported values: ' +
          '"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
        'spec.volumeClaimTemplates[0].spec.resources[storage]: Required value',
      ],
    ],
    [
      'a Service that cannot exist and no selector',
      named({ serviceName: 'a_b', selector: undefined }),
      [
        'spec.serviceName: Invalid value: "a_b": a lowercase RFC 1123 label must consist of lower case alphanumeric ' +
          "characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', " +
          "regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        'spec.selector: Required value',
        'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
      ],
    ],
    [
      'Pods that end',
      withTemplate({ restartPolicy: 'OnFailure', activeDeadlineSeconds: 1 }),
      [
        'spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always"',
        'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported',
      ],
    ],
  ])('is refused with %s', (_title, body, expected) => {
    expect(refusals(statefulSet, body)).toEqual(expected);
  });

  it('has volumes for its claims, and names of its own', () => {
    const mounts = [{ name: 'data', mountPath: '/d' }];
    const body = withTemplate(
      {
        hostname: 'Not_Checked',
        volumes: [{ name: 'data', emptyDir: { sizeLimit: '-1' } }],
        containers: [{ name: 'c', image: 'i', volumeMounts: mounts }],
      },
      { volumeClaimTemplates: [claim()] },
    );
    expect(refusals(statefulSet, body)).toEqual([]);
  });

  it('changes only in some fields', () => {
    const old = named({ volumeClaimTemplates: [claim()] });
    const scaled = named({ volumeClaimTemplates: [claim()], replicas: 3, minReadySeconds: 1, ordinals: { start: 1 } });
    expect(refusals(statefulSet, scaled, { old })).toEqual([]);
    expect(refusals(statefulSet, named({ volumeClaimTemplates: [claim()], serviceName: 'y' }), { old })).toEqual([
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', " +
        "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' " +
        'are forbidden',
    ]);
  });

  it('has a status whose counts fit together', () => {
    expect(statusErrors(statefulSet, { replicas: 1, currentReplicas: 2, availableReplicas: 1 })).toEqual([
      'status.currentReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 1: cannot be greater than status.readyReplicas',
    ]);
  });

  it('warns of parts of bytes and of a history without end', () => {
    const object = named({
      revisionHistoryLimit: -1,
      volumeClaimTemplates: [claim({ resources: { requests: { storage: '100m' } } })],
    });
    expect(statefulSet.strategy.warnings!(object as KubernetesObject)).toEqual([
      'spec.volumeClaimTemplates[0].resources.requests[storage]: fractional byte value "100m" is invalid, ' +
        'must be an integer',
      'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
    ]);
  });

  it('shows how far it is', () => {
    const object = { ...submit(statefulSet, named({ replicas: 2 })).object!, status: { readyReplicas: 1 } };
    expect(cells(statefulSet, object)).toEqual({
      Name: 'x',
      Ready: '1/2',
      Age: '<unknown>',
      Containers: 'c',
      Images: 'i',
    });
  });
});

describe('ControllerRevision', () => {
  const revision = (fields: object) => ({ metadata: { name: 'x' }, ...fields });

  it.each<[string, object, string[]]>([
    ['no data', {}, ['data: Required value: data is mandatory']],
    [
      'data that is no object',
      { data: 'x', revision: -1 },
      [
        'revision: Invalid value: -1: must be greater than or equal to 0',
        'data: Required value: data must be a valid JSON object',
      ],
    ],
  ])('is refused with %s', (_title, body, expected) => {
    expect(refusals(controllerRevision, revision(body))).toEqual(expected);
  });

  it('keeps its data', () => {
    const old = revision({ data: { a: 1 } });
    expect(refusals(controllerRevision, revision({ data: { a: 1 }, revision: 2 }), { old })).toEqual([]);
    expect(refusals(controllerRevision, revision({ data: { a: 2 } }), { old })).toEqual([
      'data: Invalid value: {"a":2}: field is immutable',
    ]);
  });

  it('shows whose history it is', () => {
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: '1', controller: true }];
    const object = submit(controllerRevision, { metadata: { name: 'x', ownerReferences }, data: {} }).object!;
    const shown = { Name: 'x', Controller: 'statefulset.apps/web', Revision: 0, Age: '<unknown>' };
    expect(cells(controllerRevision, object)).toEqual(shown);
  });
});
