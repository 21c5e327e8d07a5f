import type { FastifySchemaCompiler } from 'fastify';
import type { TObject, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Settings } from 'typebox/system';
import type { RegisteredOperation } from './definition.js';
import { type Fault, fault, faultsFrom, InvalidRequest, pointerStep } from './faults.js';

// Enough to mend a form in one go, and a bound on what a hostile body can make us list.
Settings.Set({ maxErrors: 50 });

type Check = (data: unknown) => { value: unknown } | { error: InvalidRequest };

/**
 * Validators of an operation's path, query and body, for Fastify. TypeBox's own compiler and not Ajv: it never coerces,
 * stops after a bounded number of errors, and checks the very schema that the handler's types come from.
 */
export function validatorsFor(operation: RegisteredOperation): FastifySchemaCompiler<unknown> {
  const checks: Record<string, Check> = {
    body: operation.body || operation.xmlBody ? bodyCheck(operation.body) : noBodyCheck,
    querystring: textCheck('query', operation.query),
    params: textCheck('path', operation.params),
  };
  return ({ httpPart }) => checks[httpPart as string] as Check;
}

function bodyCheck(schema: TSchema | undefined): Check {
  const validator = schema && Compile(schema);
  return (data) => {
    // The bytes of an XML document; that the operation takes one was settled by its content type.
    if (Buffer.isBuffer(data)) return { value: data };
    if (data === undefined || data === null) return refused('body', [fault('/body', 'required')]);
    if (validator === undefined || validator.Check(data)) return { value: data };
    return refused('body', faultsFrom('/body', validator.Errors(data)));
  };
}

/** An operation without a body takes none: content that nobody reads is a mistake of the caller that we can name. */
const noBodyCheck: Check = (data) =>
  data === undefined || data === null ? { value: data } : refused('body', [fault('/body', 'no_body')]);

/**
 * Path and query arrive as text. Where the schema says integer or boolean, text that is exactly one is read; anything
 * else stays text and fails its type: `+5`, `05`, `5.0`, `1e1`, `yes` are no values here.
 */
function textCheck(part: 'query' | 'path', schema: TObject | undefined): Check {
  const properties = Object.entries(
    (schema?.properties ?? {}) as Record<string, { type?: unknown; default?: unknown }>,
  );
  const known = new Set(properties.map(([name]) => name));
  const validator = schema && Compile(schema);
  return (data) => {
    const given = data as Record<string, unknown>;
    const faults = textFaults(part, given, known);
    if (faults.length > 0) return refused(part, faults);
    if (validator === undefined) return { value: given };
    const value: Record<string, unknown> = {};
    for (const [name, property] of properties) {
      const text = given[name];
      if (text !== undefined) value[name] = read(text as string, property.type);
      else if (property.default !== undefined) value[name] = property.default;
    }
    return validator.Check(value) ? { value } : refused(part, faultsFrom('/query', validator.Errors(value)));
  };
}

function textFaults(part: string, given: Record<string, unknown>, known: ReadonlySet<string>): Fault[] {
  const faults: Fault[] = [];
  for (const name in given) {
    const pointer = `/${part}${pointerStep(name)}`;
    const value = given[name];
    if (!known.has(name)) faults.push(fault(pointer, 'unknown'));
    else if (typeof value !== 'string') faults.push(fault(pointer, 'repeated'));
    else if (value.includes('\0')) faults.push(fault(pointer, 'character'));
    if (faults.length === 50) break;
  }
  return faults;
}

const INTEGER = /^(?:0|-?[1-9][0-9]{0,15})$/;

function read(text: string, type: unknown): unknown {
  if (type === 'integer' && INTEGER.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function refused(part: InvalidRequest['part'], faults: readonly Fault[]): { error: InvalidRequest } {
  return { error: new InvalidRequest(part, faults) };
}
