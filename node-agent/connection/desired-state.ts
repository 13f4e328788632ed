import type { ConfigMap, Endpoints, KubernetesObject, Node, Pod, Secret, Service } from '../../shared/api/object.ts';
import type { DeltaMessage, SyncMessage, WelcomeMessage } from '../../shared/protocol/messages.ts';
import { resourcesForNodes } from '../../shared/protocol/messages.ts';
import type { ClusterView } from '../pods/cluster-view.ts';
import type { Checkpoint } from './checkpoint.ts';

type Resource = (typeof resourcesForNodes)[number];

export interface SavedState {
  version: 1;
  revision: number;
  cluster: WelcomeMessage['cluster'] | undefined;
  node: KubernetesObject | undefined;
  objects: Record<string, KubernetesObject[]>;
}

/** Which resources a message changed. */
export type Changed = ReadonlySet<Resource>;

export interface DesiredState extends ClusterView {
  load(): Promise<boolean>;
  /** Everything up to it is known; undefined before the first sync. */
  revision(): number | undefined;
  cluster(): WelcomeMessage['cluster'] | undefined;
  /** This node as the API has it. */
  node(): Node | undefined;
  pods(): Pod[];
  nodes(): Node[];
  endpoints(): Endpoints[];
  services(): Service[];
  welcome(message: WelcomeMessage): void;
  sync(message: SyncMessage): Changed;
  /** Undefined when the delta does not begin where this state ends. */
  delta(message: DeltaMessage): Changed | undefined;
  /** Forgets a Pod that the control plane does not own to. */
  removePod(uid: string): void;
}

const keyOf = ({ metadata }: KubernetesObject) => `${metadata.namespace ?? ''}/${metadata.name}`;
const isResource = (name: string): name is Resource => (resourcesForNodes as readonly string[]).includes(name);

/** Everything that the control plane told this node, kept on disk too. */
export function createDesiredState({ checkpoint }: { checkpoint: Checkpoint<SavedState> }): DesiredState {
  let revision: number | undefined;
  let cluster: WelcomeMessage['cluster'] | undefined;
  let node: KubernetesObject | undefined;
  const objects = new Map<Resource, Map<string, KubernetesObject>>(resourcesForNodes.map((name) => [name, new Map()]));

  const all = <T>(resource: Resource) => [...(objects.get(resource)?.values() ?? [])] as unknown as T[];
  const one = <T>(resource: Resource, namespace: string, name: string) =>
    objects.get(resource)?.get(`${namespace}/${name}`) as T | undefined;
  const save = () => checkpoint.save(snapshot);

  function snapshot(): SavedState {
    const saved = Object.fromEntries([...objects].map(([resource, map]) => [resource, [...map.values()]]));
    return { version: 1, revision: revision ?? 0, cluster, node, objects: saved };
  }

  function replaceAll(lists: Record<string, KubernetesObject[]>): void {
    for (const [resource, map] of objects) {
      map.clear();
      for (const object of lists[resource] ?? []) map.set(keyOf(object), object);
    }
  }

  return {
    async load() {
      const saved = await checkpoint.load();
      if (saved?.version !== 1) return false;
      ({ revision, cluster, node } = saved);
      replaceAll(saved.objects);
      return true;
    },
    revision: () => revision,
    cluster: () => cluster,
    node: () => node as Node | undefined,
    pods: () => all<Pod>('pods'),
    nodes: () => all<Node>('nodes'),
    endpoints: () => all<Endpoints>('endpoints'),
    services: () => all<Service>('services'),
    configMap: (namespace, name) => one<ConfigMap>('configmaps', namespace, name),
    secret: (namespace, name) => one<Secret>('secrets', namespace, name),
    welcome(message) {
      cluster = message.cluster;
      node = message.node as KubernetesObject;
    },
    sync(message) {
      revision = message.revision;
      replaceAll(message.objects as Record<string, KubernetesObject[]>);
      save();
      return new Set(resourcesForNodes);
    },
    delta(message) {
      if (message.from !== revision) return undefined;
      const changed = new Set<Resource>();
      for (const { type, resource, object } of message.changes) {
        if (!isResource(resource)) continue;
        changed.add(resource);
        const map = objects.get(resource);
        if (type === 'DELETED') map?.delete(keyOf(object as KubernetesObject));
        else map?.set(keyOf(object as KubernetesObject), object as KubernetesObject);
      }
      revision = message.revision;
      save();
      return changed;
    },
    removePod(uid) {
      const pods = objects.get('pods');
      for (const [key, pod] of pods ?? []) if (pod.metadata.uid === uid) pods?.delete(key);
      save();
    },
  };
}
