import { badRequest } from '../api/errors.ts';
import type { Node } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { assignPodCIDR, podCIDRClaims } from './node/pod-cidr.ts';
import { nodeColumns } from './node/printer.ts';
import { validateNode, validateNodeUpdate } from './node/validate.ts';
import { proxyOptions } from './proxy-options.ts';

/** Keeps Pods away from a node until it has said that it is ready. */
const notReadyTaint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

export default defineKind<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  scope: 'Cluster',
  schema: 'V1Node',
  subresources: {
    status: true,
    others: {
      proxy: {
        kind: 'NodeProxyOptions',
        verbs: ['create', 'delete', 'get', 'patch', 'update'],
        proxyTo: 'node',
        options: proxyOptions,
      },
    },
  },
  strategy: {
    default(node) {
      const { spec, status } = node;
      // The list is the truth, the single field its first item.
      if (spec?.podCIDR && spec.podCIDRs?.length && spec.podCIDR !== spec.podCIDRs[0]) {
        const difference = `v1.PodCIDR and v1.PodCIDRs[0] do not match ${spec.podCIDR} - ${spec.podCIDRs[0]}`;
        throw badRequest(`Node in version "v1" cannot be handled as a Node: conversion Error: ${difference}`);
      }
      if (spec?.podCIDR && !spec.podCIDRs?.length) spec.podCIDRs = [spec.podCIDR];
      if (spec?.podCIDRs?.[0] && !spec.podCIDR) spec.podCIDR = spec.podCIDRs[0];
      if (status?.capacity && !status.allocatable) status.allocatable = { ...status.capacity };
    },
    prepareForCreate(node, context) {
      node.spec ??= {};
      const taints = node.spec.taints ?? [];
      if (!taints.some(({ key, effect }) => key === notReadyTaint.key && effect === notReadyTaint.effect)) {
        node.spec.taints = [...taints, { ...notReadyTaint }];
      }
      assignPodCIDR(node, context);
    },
    validate: validateNode,
    validateUpdate: validateNodeUpdate,
    claims: podCIDRClaims,
  },
  columns: nodeColumns,
  selectableFields: { 'spec.unschedulable': (node) => String(node.spec?.unschedulable ?? false) },
  nodes: { audience: 'all' },
});
