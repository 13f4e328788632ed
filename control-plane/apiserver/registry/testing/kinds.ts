import configMap from '../../../../shared/kinds/config-map.ts';
import namespace from '../../../../shared/kinds/namespace.ts';
import pod from '../../../../shared/kinds/pod.ts';
import replicationController from '../../../../shared/kinds/replication-controller.ts';
import service from '../../../../shared/kinds/service.ts';
import serviceAccount from '../../../../shared/kinds/service-account.ts';

export const testKinds = [namespace, configMap, serviceAccount, replicationController, pod, service];
