import { beforeEach, describe, expect, test } from 'vitest';
import type { PodSpec } from '../../../shared/api/object.ts';
import { RegistryFixture, refusal } from '../registry/testing/fixture.ts';
import { testKinds } from '../registry/testing/kinds.ts';
import { controller, pod } from '../registry/testing/objects.ts';
import { describeViolations, violations } from './pod-security/evaluate.ts';
import type { Standard } from './pod-security/policy.ts';

const label = (mode: string) => `pod-security.kubernetes.io/${mode}`;

let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture(testKinds);
});

const namespace = (labels: Record<string, string>) =>
  cluster.create('namespaces', { metadata: { name: 'default', labels } });
const privileged = { containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] };
const told = 'privileged (container "c" must not set securityContext.privileged=true)';

describe('PodSecurity', () => {
  test('refuses Pods that fall short of what their namespace enforces', () => {
    namespace({ [label('enforce')]: 'baseline' });
    expect(refusal(() => cluster.create('pods', pod('p', privileged))).toStatus()).toMatchObject({
      code: 403,
      message: `pods "p" is forbidden: violates PodSecurity "baseline:latest": ${told}`,
    });
    expect(cluster.create('pods', pod('q')).warnings).toEqual([]);
  });

  test('warns of templates, and of Pods where nothing is enforced', () => {
    namespace({ [label('enforce')]: 'baseline', [label('enforce-version')]: 'v1.30' });
    const template = { metadata: { labels: { r: '1' } }, spec: privileged };
    expect(cluster.create('replicationcontrollers', controller('r', { template })).warnings).toEqual([
      `would violate PodSecurity "baseline:v1.30": ${told}`,
    ]);
    cluster.create('namespaces', { metadata: { name: 'lax', labels: { [label('warn')]: 'baseline' } } });
    expect(cluster.create('pods', pod('p', privileged), { namespace: 'lax' }).warnings).toEqual([
      `would violate PodSecurity "baseline:latest": ${told}`,
    ]);
  });

  test('a namespace that becomes stricter says who falls short', () => {
    namespace({});
    for (const name of ['b', 'a', 'c']) cluster.create('pods', pod(name, privileged));
    cluster.create('pods', pod('d'));
    const labels = { [label('enforce')]: 'baseline' };
    expect(cluster.patch('namespaces', 'default', 'merge', { metadata: { labels } }).warnings).toEqual([
      'existing pods in namespace "default" violate the new PodSecurity enforce level "baseline:latest"',
      'a (and 2 other pods): privileged',
    ]);
  });

  test('labels that make no sense are refused', () => {
    expect(refusal(() => namespace({ [label('enforce')]: 'strict', [label('warn-version')]: '1.30' })).message).toBe(
      'Namespace "default" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.30": must be "latest" or "v1.x"]',
    );
  });
});

describe('the standards', () => {
  const container = (securityContext: object = {}, more: object = {}) => ({
    name: 'c',
    image: 'i',
    securityContext,
    ...more,
  });
  const judge = (spec: object, standard: Standard = { level: 'baseline' }, metadata: object = {}) =>
    describeViolations(violations({ metadata, spec: spec as PodSpec }, standard));
  const restricted: Standard = { level: 'restricted' };

  test('baseline', () => {
    const bad = {
      hostNetwork: true,
      hostPID: true,
      volumes: [{ name: 'v', hostPath: { path: '/' } }],
      securityContext: {
        sysctls: [{ name: 'kernel.sem', value: '1' }],
        seLinuxOptions: { type: 'x', user: 'u' },
        seccompProfile: { type: 'Unconfined' },
        windowsOptions: { hostProcess: true },
        appArmorProfile: { type: 'Unconfined' },
      },
      containers: [
        container(
          { procMount: 'Unmasked', capabilities: { add: ['NET_RAW', 'CHOWN'] } },
          { ports: [{ containerPort: 1, hostPort: 80 }], livenessProbe: { httpGet: { host: 'h', port: 1 } } },
        ),
      ],
    };
    expect(judge(bad)).toBe(
      [
        'forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")',
        'non-default capabilities (container "c" must not include "NET_RAW" in securityContext.capabilities.add)',
        'host namespaces (hostNetwork=true, hostPID=true)',
        'hostPath volumes (volume "v")',
        'hostPort (container "c" uses hostPort 80)',
        'probe or lifecycle host (container "c" uses probe or lifecycle host "h")',
        'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
        'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "x"; user may not be set)',
        'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
        'forbidden sysctls (kernel.sem)',
        'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
      ].join(', '),
    );
  });

  test('restricted asks for things to be said', () => {
    expect(judge({ containers: [container()] }, restricted)).toBe(
      [
        'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false)',
        'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"])',
        'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)',
        'seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
      ].join(', '),
    );
    const hardened = {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [container({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } })],
    };
    expect(judge(hardened, restricted)).toBe('');
    expect(
      judge(
        {
          ...hardened,
          volumes: [
            { name: 'v', nfs: {} },
            { name: 'w', hostPath: {} },
          ],
        },
        restricted,
      ),
    ).toBe('restricted volume types (volumes "v", "w" use restricted volume types "hostPath", "nfs")');
  });

  test('are those of the release that is named', () => {
    const tuned = {
      securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] },
      containers: [container()],
    };
    expect(judge(tuned)).toBe('');
    expect(judge(tuned, { level: 'baseline', minor: 31 })).toBe('forbidden sysctls (net.ipv4.tcp_rmem)');
    const root = { hostUsers: false, securityContext: { runAsUser: 0 }, containers: [] };
    expect(judge(root, restricted)).toBe('');
    expect(judge(root, { level: 'restricted', minor: 34 })).toBe('runAsUser=0 (pod must not set runAsUser=0)');
  });
});
