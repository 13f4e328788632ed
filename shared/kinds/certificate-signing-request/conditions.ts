import type { CertificateSigningRequest } from '../../api/object.ts';

export type RequestCondition = NonNullable<NonNullable<CertificateSigningRequest['status']>['conditions']>[number];

/** By these two an approver decides. */
export const decisions = ['Approved', 'Denied'] as const;

export function conditionsOf({ status }: CertificateSigningRequest, type?: string): RequestCondition[] {
  const all = status?.conditions ?? [];
  return type === undefined ? all : all.filter((condition) => condition.type === type);
}

export function hasCondition(request: CertificateSigningRequest, type: string): boolean {
  return conditionsOf(request, type).length > 0;
}

/** As `kubectl get csr` sums a request up. */
export function summary(request: CertificateSigningRequest): string {
  const decision = hasCondition(request, 'Denied')
    ? 'Denied'
    : hasCondition(request, 'Approved')
      ? 'Approved'
      : 'Pending';
  const failed = hasCondition(request, 'Failed') ? ',Failed' : '';
  return `${decision}${failed}${request.status?.certificate ? ',Issued' : ''}`;
}
