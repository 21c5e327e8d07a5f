import type { TLocalizedValidationError } from 'typebox/error';

/** One place of the request that breaks a rule, before it is put into words. */
export interface Fault {
  /** JSON pointer (RFC 6901) from the request: `/body/rfc`, `/query/limit`. */
  readonly pointer: string;
  /** The JSON Schema keyword that is broken, or one of the rules that a schema cannot say. */
  readonly rule: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A request that does not fit its schema. The error handler words it in the caller's language. */
export class InvalidRequest extends Error {
  constructor(
    readonly part: 'body' | 'query' | 'path',
    readonly faults: readonly Fault[],
  ) {
    super('The request does not fit its schema.');
    this.name = 'InvalidRequest';
  }
}

/** A rule that a schema cannot say, broken at one place. */
export function fault(pointer: string, rule: string, params: Fault['params'] = {}): Fault {
  return { pointer, rule, params };
}

/** A name of the caller's own making is not sent back at full length. */
const maxShownName = 100;

/** A name as one step of a JSON pointer. */
export function pointerStep(name: string): string {
  const shown = name.length > maxShownName ? `${name.slice(0, maxShownName)}…` : name;
  return `/${shown.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** What TypeBox found, one fault for each place. */
export function faultsFrom(part: '/body' | '/query', errors: readonly TLocalizedValidationError[]): Fault[] {
  return errors.flatMap((error) => {
    const pointer = part + error.instancePath;
    switch (error.keyword) {
      // Said once more, field by field, by the `additionalProperties` of the object around it.
      case 'boolean':
        return [];
      case 'additionalProperties':
        return error.params.additionalProperties.map((name) => fault(pointer + pointerStep(name), 'unknown'));
      case 'required':
        return error.params.requiredProperties.map((name) => fault(pointer + pointerStep(name), 'required'));
      default:
        return [fault(pointer, error.keyword, error.params as Fault['params'])];
    }
  });
}
