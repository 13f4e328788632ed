import { jsonEqual } from '../../api/json.ts';
import type { CustomResourceDefinitionSpec, CustomResourceVersion } from './types.ts';

/** What a version says besides its name. */
type Part = 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields';

/**
 * What versions say and where errors say that it is. What all versions have in common is reported as part of the
 * specification, as upstream does, which stores it there: `spec.validation`, `spec.subresources`, ...
 */
export class SharedParts {
  readonly #spec: CustomResourceDefinitionSpec;
  readonly #shared: ReadonlySet<Part>;

  constructor(spec: CustomResourceDefinitionSpec) {
    this.#spec = spec;
    const parts: readonly Part[] = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'];
    const [first, ...others] = spec.versions;
    this.#shared = new Set(
      parts.filter((part) => others.every((version) => jsonEqual(version[part] ?? null, first?.[part] ?? null))),
    );
  }

  isShared(part: Part): boolean {
    return this.#shared.has(part);
  }

  /** The part of a version, unless it is shared. */
  own<P extends Part>(version: CustomResourceVersion, part: P): CustomResourceVersion[P] | undefined {
    return this.isShared(part) ? undefined : version[part];
  }

  shared<P extends Part>(part: P): CustomResourceVersion[P] | undefined {
    return this.isShared(part) ? this.#spec.versions[0]?.[part] : undefined;
  }

  /** The versions as an error shows them. */
  shown(): object[] {
    return this.#spec.versions.map((version) => ({
      Name: version.name,
      Served: version.served,
      Storage: version.storage,
      Deprecated: version.deprecated ?? false,
      DeprecationWarning: version.deprecationWarning ?? null,
      Schema: this.own(version, 'schema') ?? null,
      Subresources: this.own(version, 'subresources') ?? null,
      AdditionalPrinterColumns: this.own(version, 'additionalPrinterColumns') ?? null,
      SelectableFields: this.own(version, 'selectableFields') ?? null,
    }));
  }
}
