import { type Component, type ComponentDeps, hostControllers } from '../cluster/components.ts';
import { ComponentObject } from './component-object.ts';

/** The controllers of a cluster whose main object is busy enough. */
export class Controllers extends ComponentObject {
  protected override readonly user = 'controllers';

  protected override host(deps: ComponentDeps): Component {
    return hostControllers(deps);
  }
}
