import { adminGroup, authenticatedGroup } from '../apiserver/auth/authorize.ts';
import { systemUser } from '../apiserver/registry/bootstrap.ts';
import type { UserInfo } from '../apiserver/registry/registry.ts';

/** As whom the parts of the control plane write, and the manager that their fields belong to. */
export const componentUsers = {
  apiserver: { identity: systemUser, fieldManager: 'fairlead' },
  controllers: { identity: component('system:kube-controller-manager'), fieldManager: 'kube-controller-manager' },
  scheduler: { identity: component('system:kube-scheduler'), fieldManager: 'kube-scheduler' },
} as const;

export type ComponentUser = keyof typeof componentUsers;

function component(name: string): UserInfo {
  return { name, groups: [adminGroup, authenticatedGroup] };
}
