import type { RequestError } from '../../problems.js';
import type { Fault } from './faults.js';
import type { Language } from './language.js';

type Words = (params: Readonly<Record<string, unknown>>) => Record<Language, string>;

const say =
  (en: string, es: string): Words =>
  () => ({ en, es });

const limited =
  (en: (limit: unknown) => string, es: (limit: unknown) => string): Words =>
  ({ limit }) => ({ en: en(limit), es: es(limit) });

/** What types are called in Spanish. */
const typeNames: Readonly<Record<string, string>> = {
  string: 'texto',
  integer: 'un número entero',
  number: 'un número',
  boolean: 'true o false',
  object: 'un objeto',
  array: 'una lista',
  null: 'null',
};

/** One sentence for each rule that a request can break. */
const messages: Readonly<Record<string, Words>> = {
  unknown: say('is not known here; leave it out', 'no existe aquí; omítalo'),
  required: say('is required', 'es obligatorio'),
  repeated: say('may be given only once', 'solo se puede indicar una vez'),
  character: say('contains U+0000 or half of a surrogate pair', 'contiene U+0000 o medio par sustituto'),
  no_body: say('this operation takes no body', 'esta operación no recibe cuerpo'),
  type: ({ type }) => {
    const types = Array.isArray(type) ? (type as string[]) : [String(type)];
    const inSpanish = types.map((name) => typeNames[name] ?? name);
    return { en: `must be ${types.join(' or ')}`, es: `debe ser ${inSpanish.join(' o ')}` };
  },
  enum: ({ allowedValues }) => {
    const values = (allowedValues as unknown[]).map(String).join(', ');
    return { en: `must be one of: ${values}`, es: `debe ser uno de: ${values}` };
  },
  const: ({ allowedValue }) => ({ en: `must be ${String(allowedValue)}`, es: `debe ser ${String(allowedValue)}` }),
  format: ({ format }) => ({ en: `must be a valid ${String(format)}`, es: `debe ser ${String(format)} válido` }),
  pattern: ({ pattern }) => ({
    en: `must match the pattern ${String(pattern)}`,
    es: `debe cumplir el patrón ${String(pattern)}`,
  }),
  minLength: limited(
    (limit) => `must have at least ${limit} characters`,
    (limit) => `debe tener al menos ${limit} caracteres`,
  ),
  maxLength: limited(
    (limit) => `must have at most ${limit} characters`,
    (limit) => `debe tener a lo más ${limit} caracteres`,
  ),
  minimum: limited(
    (limit) => `must be ${limit} or more`,
    (limit) => `debe ser ${limit} o más`,
  ),
  maximum: limited(
    (limit) => `must be ${limit} or less`,
    (limit) => `debe ser ${limit} o menos`,
  ),
  minItems: limited(
    (limit) => `must have at least ${limit} items`,
    (limit) => `debe tener al menos ${limit} elementos`,
  ),
  maxItems: limited(
    (limit) => `must have at most ${limit} items`,
    (limit) => `debe tener a lo más ${limit} elementos`,
  ),
  minProperties: limited(
    (limit) => `must have at least ${limit} fields`,
    (limit) => `debe tener al menos ${limit} campos`,
  ),
  uniqueItems: say('must not have the same item twice', 'no debe repetir elementos'),
  multipleOf: ({ multipleOf }) => ({
    en: `must be a multiple of ${String(multipleOf)}`,
    es: `debe ser múltiplo de ${String(multipleOf)}`,
  }),
};

const otherwise = say('does not fit its schema', 'no cumple su esquema');

/** A fault in the caller's language. */
export function worded({ pointer, rule, params }: Fault, language: Language): RequestError {
  return { pointer, message: (messages[rule] ?? otherwise)(params)[language] };
}
