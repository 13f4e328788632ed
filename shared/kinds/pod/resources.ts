import type { Container, PodSpec } from '../../api/object.ts';
import { type Amounts, addAmounts, amountsOf, mostOf } from '../resources/amounts.ts';

/**
 * What a Pod asks for, or may use, as a whole: the sum of its containers and sidecars, or what its init containers need
 * beside the sidecars started before them, whichever is more. What is said of the Pod as a whole replaces that.
 */
export function podAmounts(spec: PodSpec | undefined, list: 'requests' | 'limits'): Amounts {
  const amountsOfContainer = (container: Container) => amountsOf(container.resources?.[list]);
  let sidecars: Amounts = {};
  let startPeak: Amounts = {};
  for (const container of spec?.initContainers ?? []) {
    const own = addAmounts(sidecars, amountsOfContainer(container));
    if (container.restartPolicy === 'Always') sidecars = own;
    startPeak = mostOf(startPeak, own);
  }
  const running = (spec?.containers ?? []).map(amountsOfContainer).reduce(addAmounts, sidecars);
  return { ...mostOf(running, startPeak), ...amountsOf(spec?.resources?.[list]) };
}

/** The same with what running the Pod costs besides. A limit that is not there gets no overhead. */
export function podAmountsWithOverhead(spec: PodSpec | undefined, list: 'requests' | 'limits'): Amounts {
  const amounts = podAmounts(spec, list);
  const overhead = Object.entries(amountsOf(spec?.overhead));
  const meant = overhead.filter(([name]) => list === 'requests' || amounts[name]);
  return addAmounts(amounts, Object.fromEntries(meant));
}
