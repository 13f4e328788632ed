import type { ContainerConfig, PortMapping, SandboxConfig } from './container-runtime.ts';

/** As the kubelet rotates container logs by default. */
const logConfig = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '5' } };

/** The body of Docker's `POST /containers/create` for a sandbox. */
export function dockerSandbox(config: SandboxConfig, { image, oomScoreAdj }: { image: string; oomScoreAdj: number }) {
  const ports = config.ports.filter((port) => port.hostPort > 0);
  const isHostNetwork = config.network === 'host';
  return {
    name: config.name,
    Image: image,
    ...(isHostNetwork ? {} : { Hostname: config.hostname }),
    Labels: config.labels,
    ExposedPorts: Object.fromEntries(ports.map((port) => [portKey(port), {}])),
    HostConfig: {
      NetworkMode: config.network,
      PortBindings: portBindings(ports),
      IpcMode: config.hostIPC ? 'host' : 'shareable',
      ...(isHostNetwork ? { UTSMode: 'host' } : {}),
      ...(config.hostPID ? { PidMode: 'host' } : {}),
      ...(config.sysctls ? { Sysctls: config.sysctls } : {}),
      CpuShares: 2,
      OomScoreAdj: oomScoreAdj,
      LogConfig: { Type: 'none', Config: {} },
      SecurityOpt: ['no-new-privileges'],
    },
  };
}

/** The body of Docker's `POST /containers/create` for a container of a Pod. */
export function dockerContainer(config: ContainerConfig, { oomScoreAdj }: { oomScoreAdj: number }) {
  const { security, resources } = config;
  const sandbox = `container:${config.sandboxId}`;
  const pidMode = config.hostPID ? 'host' : config.sharePID ? sandbox : undefined;
  return {
    name: config.name,
    Image: config.image,
    ...(config.command ? { Entrypoint: config.command } : {}),
    // Docker keeps the image's own arguments unless it is told otherwise; Kubernetes drops them with the entrypoint.
    ...(config.args ? { Cmd: config.args } : config.command ? { Cmd: [] } : {}),
    Env: config.env,
    Labels: config.labels,
    ...(config.workingDir ? { WorkingDir: config.workingDir } : {}),
    ...(security.user ? { User: security.user } : {}),
    Tty: config.tty ?? false,
    OpenStdin: config.stdin ?? false,
    StdinOnce: config.stdinOnce ?? false,
    HostConfig: {
      NetworkMode: sandbox,
      IpcMode: sandbox,
      ...(pidMode ? { PidMode: pidMode } : {}),
      Mounts: config.mounts.map((mount) => ({
        Type: 'bind' as const,
        Source: mount.hostPath,
        Target: mount.containerPath,
        ReadOnly: mount.readOnly,
        ...(mount.propagation ? { BindOptions: { Propagation: mount.propagation } } : {}),
      })),
      CpuShares: resources.cpuShares,
      ...(resources.cpuQuota ? { CpuPeriod: 100_000, CpuQuota: resources.cpuQuota } : {}),
      ...(resources.memoryBytes ? { Memory: resources.memoryBytes, MemorySwap: resources.memoryBytes } : {}),
      OomScoreAdj: oomScoreAdj,
      LogConfig: logConfig,
      Privileged: security.privileged,
      ReadonlyRootfs: security.readOnlyRootFilesystem,
      CapAdd: security.capabilitiesAdd,
      CapDrop: security.capabilitiesDrop,
      GroupAdd: security.supplementalGroups,
      SecurityOpt: security.noNewPrivileges ? ['no-new-privileges'] : [],
    },
  };
}

function portKey(port: PortMapping): string {
  return `${port.containerPort}/${port.protocol.toLowerCase()}`;
}

function portBindings(ports: PortMapping[]): Record<string, { HostIp: string; HostPort: string }[]> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of ports) {
    const key = portKey(port);
    bindings[key] ??= [];
    bindings[key].push({ HostIp: port.hostIP ?? '', HostPort: String(port.hostPort) });
  }
  return bindings;
}
