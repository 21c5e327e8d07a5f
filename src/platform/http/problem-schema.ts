import Type from 'typebox';
import { problems } from '../../problems.js';
import { arrayOf, component, enumOf, integer, nullable, text } from './schemas.js';

const RequestError = component(
  'RequestError',
  Type.Object(
    {
      pointer: text({
        maxLength: 1_000,
        description: 'JSON pointer (RFC 6901) to the place, from the request.',
        examples: ['/body/rfc', '/query/limit'],
      }),
      message: text({ maxLength: 1_000, description: 'What is wrong there, in the caller’s language.' }),
    },
    { description: 'One place of the request that is wrong.' },
  ),
);

/** One rule of SAT that a document breaks, in problems and wherever else violations are told. */
export const ViolationSchema = component(
  'Violation',
  Type.Object(
    {
      code: text({ maxLength: 40, description: 'SAT’s code of the rule.', examples: ['CFDI40102'] }),
      legacy_code: nullable(
        text({ maxLength: 40, description: 'The older code of the same rule.', examples: ['302'] }),
      ),
      path: text({
        maxLength: 2_000,
        description: 'XPath of the place in the document.',
        examples: ['/cfdi:Comprobante/@Sello'],
      }),
      expected: nullable(
        text({
          minLength: 0,
          maxLength: 20_000,
          description: 'What the rule asks for; null where it is not one value.',
        }),
      ),
      actual: nullable(
        text({
          minLength: 0,
          maxLength: 20_000,
          description: 'What the document says; null where nothing stands there.',
        }),
      ),
      message: text({ maxLength: 2_000, description: 'What is wrong, in the caller’s language.' }),
    },
    { description: 'One rule of SAT that a document breaks.' },
  ),
);

/** Every error's body. */
export const ProblemSchema = component(
  'Problem',
  Type.Object(
    {
      type: text({ maxLength: 300, format: 'uri', description: 'Where the problem is documented; ends in its code.' }),
      title: text({ maxLength: 200, description: 'The problem in a few words, in the caller’s language.' }),
      status: integer({ minimum: 400, maximum: 599, description: 'The HTTP status.' }),
      detail: text({ maxLength: 2_000, description: 'What happened and what to do, in the caller’s language.' }),
      instance: text({
        maxLength: 64,
        description: 'The request id, made by the caller or by Timbrel: quote it to support.',
      }),
      code: enumOf(Object.keys(problems).sort(), {
        description: 'What to switch on. New codes may be added: treat an unknown one by its status.',
      }),
      errors: Type.Optional(
        arrayOf(RequestError, { maxItems: 50, description: 'With `invalid_request`: every place that is wrong.' }),
      ),
      violations: Type.Optional(
        arrayOf(ViolationSchema, {
          maxItems: 200,
          description: 'With a refused fiscal document: every rule that it breaks.',
        }),
      ),
    },
    { description: 'An error (RFC 9457). Some codes have further members, described with the operation.' },
  ),
);
