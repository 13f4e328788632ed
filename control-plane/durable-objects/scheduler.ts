import { type Component, type ComponentDeps, hostScheduler } from '../cluster/components.ts';
import { ComponentObject } from './component-object.ts';

/** The scheduler of a cluster whose main object is busy enough. */
export class Scheduler extends ComponentObject {
  protected override readonly user = 'scheduler';

  protected override host(deps: ComponentDeps): Component {
    return hostScheduler(deps);
  }
}
