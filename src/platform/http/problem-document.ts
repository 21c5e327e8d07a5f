import { type Problem, problemText, type RequestError } from '../../problems.js';
import type { Language } from './language.js';

/** The answer's body (RFC 9457). The order of its members is fixed: equal refusals are equal bytes. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly errors?: readonly RequestError[];
  readonly violations?: readonly unknown[];
  readonly [extension: string]: unknown;
}

/**
 * A refusal as it goes to the client.
 *
 * @param instance the request id
 * @param base address of the documentation of problems, without a slash at its end
 */
export function problemDocument(refusal: Problem, instance: string, language: Language, base: string): ProblemDocument {
  const { code, status, options } = refusal;
  const { errors, violations, extensions, params } = options;
  return {
    type: `${base}/${code}`,
    ...statusAndText(code, status, language, params),
    instance,
    code,
    ...(errors && { errors }),
    ...(violations && {
      violations: violations.map(({ message, ...rest }) => ({ ...rest, message: message[language] })),
    }),
    ...extensions,
  };
}

function statusAndText(
  code: Problem['code'],
  status: number,
  language: Language,
  params: Problem['options']['params'],
) {
  const { title, detail } = problemText(code, language, params);
  return { title, status, detail };
}
