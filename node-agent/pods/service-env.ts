import type { Service } from '../../shared/api/object.ts';

/** Where the Service of the API server lives, which every Pod may know. */
const clusterNamespace = 'default';
const clusterService = 'kubernetes';

/**
 * The environment by which containers find Services: `REDIS_MASTER_SERVICE_HOST`, `..._SERVICE_PORT[_NAME]`, and the
 * variables of Docker's old container links. Services of the Pod's namespace, where it wants them, and the API server's.
 */
export function serviceEnvironment(
  services: Iterable<Service>,
  { namespace, enableServiceLinks }: { namespace: string; enableServiceLinks: boolean },
): Map<string, string> {
  const own: Service[] = [];
  const shared: Service[] = [];
  for (const service of services) {
    if (!hasClusterIP(service)) continue;
    const { namespace: home, name } = service.metadata;
    if (home === namespace && enableServiceLinks) own.push(service);
    else if (home === clusterNamespace && name === clusterService) shared.push(service);
  }
  const env = new Map<string, string>();
  for (const service of [...shared, ...own]) addService(env, service);
  return env;
}

function hasClusterIP({ spec }: Service): boolean {
  return spec?.clusterIP !== undefined && spec.clusterIP !== '' && spec.clusterIP !== 'None';
}

function addService(env: Map<string, string>, service: Service): void {
  const ports = service.spec?.ports ?? [];
  const host = service.spec?.clusterIP ?? '';
  const prefix = variableName(service.metadata.name ?? '');
  const urlHost = host.includes(':') ? `[${host}]` : host;
  const [first] = ports;
  if (!first) return;
  env.set(`${prefix}_SERVICE_HOST`, host);
  env.set(`${prefix}_SERVICE_PORT`, String(first.port));
  for (const port of ports) {
    if (port.name) env.set(`${prefix}_SERVICE_PORT_${variableName(port.name)}`, String(port.port));
  }
  ports.forEach((port, index) => {
    const protocol = port.protocol ?? 'TCP';
    const url = `${protocol.toLowerCase()}://${urlHost}:${port.port}`;
    const link = `${prefix}_PORT_${port.port}_${protocol.toUpperCase()}`;
    if (index === 0) env.set(`${prefix}_PORT`, url);
    env.set(link, url);
    env.set(`${link}_PROTO`, protocol.toLowerCase());
    env.set(`${link}_PORT`, String(port.port));
    env.set(`${link}_ADDR`, host);
  });
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
