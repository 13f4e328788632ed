/** The group of the four kinds, and of the subjects that are users and groups. */
export const rbacGroup = 'rbac.authorization.k8s.io';
