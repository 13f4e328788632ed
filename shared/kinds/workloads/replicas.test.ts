import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../api/object.ts';
import deployment from '../deployment.ts';
import replicaSet from '../replica-set.ts';
import { cells, refusals, submit } from '../testing/submit.ts';

const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const spec = { selector: { matchLabels: { app: 'a' } }, template };
const named = (fields: object) => ({ metadata: { name: 'x' }, spec: { ...spec, ...fields } });
const withTemplate = (fields: object) => named({ template: { ...template, spec: { ...template.spec, ...fields } } });

const podDefaults = {
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Always',
  schedulerName: 'default-scheduler',
  securityContext: {},
  terminationGracePeriodSeconds: 30,
  containers: [
    {
      name: 'c',
      image: 'i',
      imagePullPolicy: 'Always',
      resources: {},
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
    },
  ],
};

const mismatch = '`selector` does not match template `labels`';

describe('Deployment', () => {
  it('gets its defaults', () => {
    expect(submit(deployment, named({})).object).toEqual({
      metadata: { name: 'x', namespace: 'default' },
      spec: {
        ...spec,
        progressDeadlineSeconds: 600,
        replicas: 1,
        revisionHistoryLimit: 10,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
        template: { ...template, spec: podDefaults },
      },
      status: {},
    });
    const recreate = submit(deployment, named({ strategy: { type: 'Recreate' } })).object;
    expect(recreate?.spec).toMatchObject({ strategy: { type: 'Recreate' } });
  });

  it.each<[string, object, string[]]>([
    [
      'nothing in it',
      { metadata: { name: 'x' } },
      [
        'spec.selector: Required value',
        `spec.template.metadata.labels: Invalid value: null: ${mismatch}`,
        'spec.template.spec.containers: Required value',
      ],
    ],
    [
      'a selector of everything',
      named({ selector: {} }),
      ['spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
    ],
    [
      'a selector that is none',
      named({ selector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } }),
      [
        'spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
        'spec.selector: Invalid value: {"matchExpressions":[{"key":"a","operator":"Is"}]}: invalid label selector',
      ],
    ],
    [
      'labels that the selector does not find',
      named({ selector: { matchLabels: { b: '1', a: '2' } } }),
      [`spec.template.metadata.labels: Invalid value: {"app":"a"}: ${mismatch}`],
    ],
    [
      'Pods that end',
      withTemplate({ restartPolicy: 'Never', activeDeadlineSeconds: 1 }),
      [
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported',
      ],
    ],
    [
      'negative numbers',
      named({ replicas: -1, minReadySeconds: -1, revisionHistoryLimit: -1, progressDeadlineSeconds: -1 }),
      [
        'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
        'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0',
        'spec.progressDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.progressDeadlineSeconds: Invalid value: -1: must be greater than minReadySeconds',
      ],
    ],
    [
      'a rollout that cannot move',
      named({ strategy: { rollingUpdate: { maxUnavailable: '0%', maxSurge: 0 } } }),
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
    ],
    [
      'shares that are none',
      named({ strategy: { rollingUpdate: { maxUnavailable: '101%', maxSurge: 'all' } } }),
      [
        'spec.strategy.rollingUpdate.maxSurge: Invalid value: "all": a valid percent string must be a numeric string ' +
          "followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
      ],
    ],
    [
      'a rolling update that recreates',
      named({ strategy: { type: 'Recreate', rollingUpdate: {} } }),
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [
      'an unknown strategy',
      named({ strategy: { type: 'X' } }),
      [
        'spec.strategy: Unsupported value: {"Type":"X","RollingUpdate":null}: ' +
          'supported values: "Recreate", "RollingUpdate"',
      ],
    ],
  ])('is refused with %s', (_title, body, expected) => {
    expect(refusals(deployment, body)).toEqual(expected);
  });

  it('keeps its selector', () => {
    const moved = { ...named({ selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } }) };
    expect(refusals(deployment, moved, { old: named({}) })).toEqual([
      'spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"Exists"}]}: field is immutable',
    ]);
    expect(refusals(deployment, named({ replicas: 3 }), { old: named({}) })).toEqual([]);
  });

  it('has a status whose counts fit together and whose collisions only grow', () => {
    const judge = (status: object) =>
      deployment.strategy.validateStatusUpdate!(
        { metadata: {}, status },
        { metadata: {}, status: { collisionCount: 2 } },
      );
    const wrong = { replicas: 1, updatedReplicas: 2, terminatingReplicas: -1, collisionCount: 1 };
    expect(judge(wrong).map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'status.terminatingReplicas: Invalid value: -1: must be greater than or equal to 0',
      'status.updatedReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.collisionCount: Invalid value: 1: cannot be decremented',
    ]);
  });

  it('warns of a name that Pods cannot carry on, once, and of its template when that may have changed', () => {
    const object = (name: string, generation: number): KubernetesObject => ({
      metadata: { name, generation },
      spec: withTemplate({ imagePullSecrets: [{}] }).spec,
    });
    const { warnings } = deployment.strategy;
    const secret = 'spec.template.spec.imagePullSecrets[0].name: invalid empty name ""';
    expect(warnings!(object('a.b', 1))).toEqual([
      'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; ' +
        'a DNS label is recommended: [must not contain dots]',
      secret,
    ]);
    expect(warnings!(object('a.b', 2), object('a.b', 1))).toEqual([secret]);
    expect(warnings!(object('a.b', 1), object('a.b', 1))).toEqual([]);
  });

  it('shows how far it is', () => {
    const object = {
      ...submit(deployment, named({ replicas: 3 })).object!,
      status: { readyReplicas: 2, updatedReplicas: 1 },
    };
    expect(cells(deployment, object)).toEqual({
      Name: 'x',
      Ready: '2/3',
      'Up-to-date': 1,
      Available: 0,
      Age: '<unknown>',
      Containers: 'c',
      Images: 'i',
      Selector: 'app=a',
    });
  });
});

describe('ReplicaSet', () => {
  it('gets its defaults', () => {
    expect(submit(replicaSet, named({})).object).toEqual({
      metadata: { name: 'x', namespace: 'default' },
      spec: { ...spec, replicas: 1, template: { ...template, spec: podDefaults } },
      status: { replicas: 0 },
    });
  });

  it.each<[string, object, string[]]>([
    [
      'an empty selector and negative numbers',
      named({ replicas: -1, minReadySeconds: -2, selector: { matchLabels: {} } }),
      [
        'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
        'spec.minReadySeconds: Invalid value: -2: must be greater than or equal to 0',
        'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
      ],
    ],
    [
      'Pods that end',
      withTemplate({ restartPolicy: 'OnFailure' }),
      ['spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always"'],
    ],
  ])('is refused with %s', (_title, body, expected) => {
    expect(refusals(replicaSet, body)).toEqual(expected);
  });

  it('keeps its selector', () => {
    const moved = named({ selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['a'] }] } });
    expect(refusals(replicaSet, moved, { old: named({}) })).toEqual([
      'spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"In","values":["a"]}]}: field is immutable',
    ]);
  });

  it('shows its counts and is found by the number of its Pods', () => {
    const object = { ...submit(replicaSet, named({})).object!, status: { replicas: 1, readyReplicas: 1 } };
    const shown = { Name: 'x', Desired: 1, Current: 1, Ready: 1, Age: '<unknown>' };
    expect(cells(replicaSet, object)).toEqual({ ...shown, Containers: 'c', Images: 'i', Selector: 'app=a' });
    expect(replicaSet.selectableFields!['status.replicas']!(object)).toBe('1');
    expect(replicaSet.subresources?.scale?.selector(object)).toBe('app=a');
  });
});
