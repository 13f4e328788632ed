import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../api/object.ts';
import cronJob from '../cron-job.ts';
import job from '../job.ts';
import podDisruptionBudget from '../pod-disruption-budget.ts';
import podTemplate from '../pod-template.ts';
import { cells, refusals, submit } from '../testing/submit.ts';

const podSpec = { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] };
const template = { metadata: { labels: { app: 'a' } }, spec: podSpec };
const named = (spec: object, metadata: object = {}) => ({ metadata: { name: 'x', ...metadata }, spec });
const aJob = (fields: object = {}) => named({ template, ...fields }, { uid: 'u' });
const status = (kind: typeof job, fields: object, { old = {}, spec = {} }: { old?: object; spec?: object } = {}) =>
  kind.strategy.validateStatusUpdate!({ metadata: {}, spec, status: fields }, { metadata: {}, spec, status: old }).map(
    ({ field, message }) => `${field}: ${message}`,
  );
const isTrue = (...types: string[]) => types.map((type) => ({ type, status: 'True' }));

describe('Job', () => {
  it('runs one Pod once by default, and selects it by its own UID', () => {
    const labels = {
      app: 'a',
      'batch.kubernetes.io/controller-uid': 'u',
      'batch.kubernetes.io/job-name': 'x',
      'controller-uid': 'u',
      'job-name': 'x',
    };
    expect(submit(job, aJob()).object).toMatchObject({
      spec: {
        completions: 1,
        parallelism: 1,
        backoffLimit: 6,
        completionMode: 'NonIndexed',
        suspend: false,
        manualSelector: false,
        podReplacementPolicy: 'TerminatingOrFailed',
        selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } },
        template: { metadata: { labels } },
      },
      status: {},
    });
  });

  it('leaves the end to its Pods when only a parallelism is given, and every index its own limit', () => {
    const { object } = submit(
      job,
      aJob({ parallelism: 3, backoffLimitPerIndex: 1, completionMode: 'Indexed', completions: 3 }),
    );
    expect(object?.spec).toMatchObject({ backoffLimit: 2 ** 31 - 1 });
    expect(submit(job, aJob({ parallelism: 3 })).object?.spec).not.toHaveProperty('completions');
  });

  it.each<[string, object, string[]]>([
    [
      'Pods that never end',
      { template: { ...template, spec: { ...podSpec, restartPolicy: 'Always' } } },
      ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
    ],
    [
      'indexes without a number of them',
      { completionMode: 'Indexed', parallelism: 2 },
      ['spec.completions: Required value: when completion mode is Indexed'],
    ],
    [
      'a manager without a domain',
      { managedBy: 'me' },
      ['spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")'],
    ],
    [
      'a failure policy that looks at nothing',
      {
        podFailurePolicy: {
          rules: [{ action: 'FailJob' }, { action: 'Ignore', onExitCodes: { operator: 'In', values: [0] } }],
        },
      },
      [
        'spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
        'spec.podFailurePolicy.rules[1].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator',
      ],
    ],
    [
      'a success policy without indexes',
      { completions: 2, completionMode: 'Indexed', successPolicy: { rules: [{}] } },
      [
        'spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified',
      ],
    ],
  ])('refuses %s', (_title, fields, expected) => {
    expect(refusals(job, aJob(fields))).toEqual(expected);
  });

  it('keeps its template and its number of completions', () => {
    const old = submit(job, aJob()).object as KubernetesObject;
    const changed = structuredClone(old);
    Object.assign(changed.spec as object, { completions: 2 });
    expect(refusals(job, changed, { old })).toEqual(['spec.completions: Invalid value: 2: field is immutable']);
  });

  it('does not end without having failed or succeeded, and not twice', () => {
    expect(status(job, { conditions: isTrue('Failed') }, {})).toContain(
      'status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition',
    );
    expect(status(job, { failed: 1 }, { old: { failed: 2 } })).toContain(
      'status.failed: Invalid value: 1: cannot decrease the failed counter',
    );
  });

  it('shows how far it is', () => {
    const row = (fields: object, spec: object = { completions: 3, parallelism: 1 }) =>
      cells(job, { metadata: {}, spec, status: fields }, Date.parse('2026-01-01T00:01:30Z'));
    expect(row({ succeeded: 1, startTime: '2026-01-01T00:00:00Z' })).toMatchObject({
      Status: 'Running',
      Completions: '1/3',
      Duration: '90s',
    });
    expect(row({ conditions: isTrue('Suspended') }, { parallelism: 2 })).toMatchObject({
      Status: 'Suspended',
      Completions: '0/1 of 2',
      Duration: '',
    });
  });
});

describe('CronJob', () => {
  const aCronJob = (fields: object = {}, name = 'x') =>
    named({ schedule: '* * * * *', jobTemplate: { spec: { template } }, ...fields }, { name });

  it('gets its defaults, and leaves its Jobs theirs', () => {
    const { object } = submit(cronJob, aCronJob());
    expect(object?.spec).toMatchObject({
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { spec: { template: { spec: { dnsPolicy: 'ClusterFirst' } } } },
    });
    expect((object!.spec as { jobTemplate: { spec: object } }).jobTemplate.spec).not.toHaveProperty('completions');
  });

  it.each<[string, object, string[]]>([
    ['no schedule', { schedule: '' }, ['spec.schedule: Required value']],
    [
      'a schedule that is none',
      { schedule: 'soon' },
      ['spec.schedule: Invalid value: "soon": expected exactly 5 fields, found 1: [soon]'],
    ],
    [
      'a time zone in the schedule',
      { schedule: 'TZ=UTC * * * * *' },
      [
        'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
      ],
    ],
    [
      'time zones that there are not',
      { timeZone: 'Mars/Olympus' },
      ['spec.timeZone: Invalid value: "Mars/Olympus": unknown time zone Mars/Olympus'],
    ],
    ['offsets', { timeZone: '+01' }, ['spec.timeZone: Invalid value: "+01": unknown time zone +01']],
    [
      'the time zone of nobody knows which machine',
      { timeZone: 'Local' },
      [
        'spec.timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
      ],
    ],
    [
      'other numbers and policies',
      { startingDeadlineSeconds: -1, concurrencyPolicy: 'Queue', failedJobsHistoryLimit: -1 },
      [
        'spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.concurrencyPolicy: Unsupported value: "Queue": supported values: "Allow", "Forbid", "Replace"',
        'spec.failedJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0',
      ],
    ],
    [
      'Jobs that select for themselves',
      { jobTemplate: { spec: { template, manualSelector: true, selector: { matchLabels: { a: 'b' } } } } },
      [
        'spec.jobTemplate.spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` will be auto-generated',
        'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
      ],
    ],
  ])('refuses %s', (_title, fields, expected) => {
    expect(refusals(cronJob, aCronJob(fields))).toEqual(expected);
  });

  it('leaves room in the names of its Jobs, unless it is from before that was asked', () => {
    const name = 'x'.repeat(53);
    expect(refusals(cronJob, aCronJob({}, name))).toEqual([
      `metadata.name: Invalid value: "${name}": must be no more than 52 characters`,
    ]);
    expect(refusals(cronJob, aCronJob({}, name), { old: aCronJob({}, name) })).toEqual([]);
  });

  it('may keep the time zone in its schedule', () => {
    const old = aCronJob({ schedule: 'TZ=UTC 1 * * * *' });
    expect(refusals(cronJob, aCronJob({ schedule: 'TZ=UTC 2 * * * *' }), { old })).toEqual([]);
    expect(refusals(cronJob, aCronJob({ schedule: 'TZ=UTC 2 * * * *', timeZone: 'UTC' }), { old })).toEqual([
      'spec.schedule: Invalid value: "TZ=UTC 2 * * * *": cannot use both timeZone field and TZ or CRON_TZ in schedule',
    ]);
  });

  it('shows when it runs', () => {
    const object = { ...aCronJob({ suspend: false }), status: { active: [{}] } } as unknown as KubernetesObject;
    expect(cells(cronJob, object)).toMatchObject({
      Schedule: '* * * * *',
      Timezone: '<none>',
      Suspend: 'False',
      Active: 1,
      'Last Schedule': '<none>',
    });
  });
});

describe('PodDisruptionBudget', () => {
  it.each<[string, object, string[]]>([
    [
      'both limits',
      { minAvailable: 1, maxUnavailable: '10%' },
      [
        'spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":"10%","UnhealthyPodEvictionPolicy":null}: ' +
          'minAvailable and maxUnavailable cannot be both set',
      ],
    ],
    [
      'more than all',
      { minAvailable: '101%', unhealthyPodEvictionPolicy: 'Never' },
      [
        'spec.minAvailable: Invalid value: "101%": must not be greater than 100%',
        'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
      ],
    ],
  ])('refuses %s', (_title, spec, expected) => {
    expect(refusals(podDisruptionBudget, named(spec))).toEqual(expected);
  });

  it('begins without knowing its Pods', () => {
    const { object } = submit(podDisruptionBudget, named({ minAvailable: 2 }));
    expect(object?.status).toEqual({ currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 });
    expect(cells(podDisruptionBudget, object!)).toMatchObject({
      'Min Available': '2',
      'Max Unavailable': 'N/A',
      'Allowed Disruptions': 0,
    });
  });

  it('takes a status with conditions that say why', () => {
    const conditions = [{ type: 'DisruptionAllowed', status: 'Maybe', reason: '1', lastTransitionTime: 'now' }];
    expect(status(podDisruptionBudget, { disruptionsAllowed: -1, conditions })).toEqual([
      'status.conditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"',
      expect.stringMatching(/^status.conditions\[0\].reason: Invalid value: "1": a condition reason must start with/),
      'status.disruptionsAllowed: Invalid value: -1: must be greater than or equal to 0',
    ]);
  });
});

it('a PodTemplate is checked like a Pod', () => {
  expect(submit(podTemplate, { metadata: { name: 'x' }, template }).object).toMatchObject({
    template: { spec: { dnsPolicy: 'ClusterFirst', containers: [{ imagePullPolicy: 'Always' }] } },
  });
  expect(refusals(podTemplate, { metadata: { name: 'x' }, template: { spec: { containers: [] } } })).toEqual([
    'template.spec.containers: Required value',
  ]);
});
