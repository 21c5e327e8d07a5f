/**
 * Every way in which the API can say no: one row a code. Clients switch on `code`; `title` and `detail` come in English
 * and in Spanish. The HTTP layer turns a thrown `Problem` into `application/problem+json` (RFC 9457); an operation that
 * throws a code that it does not declare fails a test.
 *
 * `{name}` in a detail is filled from the problem's `params`.
 */

/** One row of the table. */
interface ProblemRow {
  readonly status: number;
  readonly title: readonly [en: string, es: string];
  readonly detail: readonly [en: string, es: string];
}

const row = (status: number, title: ProblemRow['title'], detail: ProblemRow['detail']): ProblemRow => ({
  status,
  title,
  detail,
});

/** The table. Sections by theme; within one, by status. */
export const problems = {
  // ── The request itself ──────────────────────────────────────────────────────────────────────────────────────────
  invalid_request: row(
    400,
    ['The request is not valid', 'La solicitud no es válida'],
    [
      'Correct the places listed in `errors` and send the request again. Nothing was changed.',
      'Corrija los lugares indicados en `errors` y envíe de nuevo la solicitud. Nada se modificó.',
    ],
  ),
  malformed_body: row(
    400,
    ['The body cannot be read', 'El cuerpo no se puede leer'],
    [
      'The body is not well-formed {format}: {reason}. Nothing was changed.',
      'El cuerpo no es {format} bien formado: {reason}. Nada se modificó.',
    ],
  ),
  malformed_request: row(
    400,
    ['The request cannot be read', 'La solicitud no se puede leer'],
    [
      'What arrived is not well-formed HTTP, or its address is not well encoded.',
      'Lo recibido no es HTTP bien formado, o su dirección no está bien codificada.',
    ],
  ),
  invalid_cursor: row(
    400,
    ['The cursor is not valid', 'El cursor no es válido'],
    [
      'Use `page.next_cursor` of the previous page as it came, with the same filters; or leave `cursor` out to start again.',
      'Use `page.next_cursor` de la página anterior tal como llegó y con los mismos filtros, u omita `cursor` para comenzar de nuevo.',
    ],
  ),
  not_found: row(
    404,
    ['Not found', 'No encontrado'],
    ['There is no such resource, or it is not yours to see.', 'No existe ese recurso, o no le corresponde verlo.'],
  ),
  method_not_allowed: row(
    405,
    ['Method not allowed', 'Método no permitido'],
    ['This path does not take the method {method}.', 'Esta ruta no admite el método {method}.'],
  ),
  request_timeout: row(
    408,
    ['The request took too long', 'La solicitud tardó demasiado'],
    [
      'The request did not arrive completely in time. Send it again; nothing was changed.',
      'La solicitud no llegó completa a tiempo. Envíela de nuevo; nada se modificó.',
    ],
  ),
  payload_too_large: row(
    413,
    ['The body is too large', 'El cuerpo es demasiado grande'],
    [
      'The body may have at most {limit} bytes here. Nothing was changed.',
      'El cuerpo puede tener aquí {limit} bytes como máximo. Nada se modificó.',
    ],
  ),
  uri_too_long: row(
    414,
    ['The address is too long', 'La dirección es demasiado larga'],
    [
      'The path and query may have at most {limit} characters.',
      'La ruta y la consulta pueden tener {limit} caracteres como máximo.',
    ],
  ),
  unsupported_media_type: row(
    415,
    ['Unsupported content type', 'Tipo de contenido no admitido'],
    [
      'This operation takes {accepted}. Set the Content-Type header accordingly.',
      'Esta operación admite {accepted}. Ajuste el encabezado Content-Type.',
    ],
  ),
  too_many_requests: row(
    429,
    ['Too many requests', 'Demasiadas solicitudes'],
    [
      'Wait {retry_after} s (see Retry-After) and try again.',
      'Espere {retry_after} s (vea Retry-After) e intente de nuevo.',
    ],
  ),
  header_fields_too_large: row(
    431,
    ['The headers are too large', 'Los encabezados son demasiado grandes'],
    ['Send fewer or shorter headers.', 'Envíe menos encabezados o más cortos.'],
  ),
  internal_error: row(
    500,
    ['Something went wrong on our side', 'Algo falló de nuestro lado'],
    [
      'Try again; a retry with the same Idempotency-Key or the same document never charges twice. Give support the request id in `instance`.',
      'Intente de nuevo; repetir con la misma Idempotency-Key o el mismo documento nunca cobra dos veces. Indique a soporte el identificador en `instance`.',
    ],
  ),
  service_unavailable: row(
    503,
    ['Temporarily unavailable', 'Temporalmente no disponible'],
    [
      'The service is overloaded or restarting. Try again after {retry_after} s; a retry never charges twice.',
      'El servicio está saturado o reiniciándose. Intente de nuevo en {retry_after} s; repetir nunca cobra dos veces.',
    ],
  ),

  // ── Retries ─────────────────────────────────────────────────────────────────────────────────────────────────────
  idempotency_key_required: row(
    400,
    ['Idempotency-Key is required', 'Idempotency-Key es obligatorio'],
    [
      'Send the header Idempotency-Key with a value of your own (a UUID, for example) and repeat it on every retry of this request.',
      'Envíe el encabezado Idempotency-Key con un valor propio (un UUID, por ejemplo) y repítalo en cada reintento de esta solicitud.',
    ],
  ),
  invalid_idempotency_key: row(
    400,
    ['Idempotency-Key is not valid', 'Idempotency-Key no es válido'],
    [
      'An Idempotency-Key has 1 to 255 visible ASCII characters.',
      'Un Idempotency-Key tiene de 1 a 255 caracteres ASCII visibles.',
    ],
  ),
  idempotency_key_not_accepted: row(
    400,
    ['Idempotency-Key is not accepted here', 'Aquí no se admite Idempotency-Key'],
    [
      'Leave the header Idempotency-Key out of this operation.',
      'Omita el encabezado Idempotency-Key en esta operación.',
    ],
  ),
  request_in_progress: row(
    409,
    ['The same request is still running', 'La misma solicitud sigue en curso'],
    [
      'A request with this Idempotency-Key has not finished. Try again after {retry_after} s.',
      'Una solicitud con este Idempotency-Key no ha terminado. Intente de nuevo en {retry_after} s.',
    ],
  ),
  idempotency_key_reused: row(
    422,
    ['Idempotency-Key was used for another request', 'Idempotency-Key ya se usó para otra solicitud'],
    [
      'This key belongs to an earlier request with other content. Use a new key for a new request. Nothing was changed.',
      'Esta clave pertenece a una solicitud anterior con otro contenido. Use una clave nueva para una solicitud nueva. Nada se modificó.',
    ],
  ),

  // ── Who is asking ───────────────────────────────────────────────────────────────────────────────────────────────
  authentication_required: row(
    401,
    ['Authentication required', 'Se requiere autenticación'],
    [
      'Send credentials that are valid now: a bearer token, or, for stamping, the account and its secret as HTTP Basic.',
      'Envíe credenciales vigentes: un token bearer o, para timbrar, la cuenta y su secreto como HTTP Basic.',
    ],
  ),
  invalid_credentials: row(
    401,
    ['The credentials are not valid', 'Las credenciales no son válidas'],
    [
      'The log-in name or the password is wrong, or the log-in is not active.',
      'El nombre de acceso o la contraseña son incorrectos, o el acceso no está activo.',
    ],
  ),
  // 400, as OAuth 2.0 has it (RFC 6749, section 5.2).
  invalid_refresh_token: row(
    400,
    ['The refresh token is not valid', 'El token de renovación no es válido'],
    [
      'It expired, was revoked or was already used. Log in again.',
      'Venció, fue revocado o ya se usó. Inicie sesión de nuevo.',
    ],
  ),
  forbidden: row(
    403,
    ['Not allowed', 'No permitido'],
    ['This operation is not open to these credentials.', 'Esta operación no está abierta para estas credenciales.'],
  ),
  login_locked: row(
    429,
    ['Too many wrong attempts', 'Demasiados intentos fallidos'],
    [
      'This log-in can be tried again at {next_attempt_at}. Trying earlier does not prolong the wait.',
      'Este acceso puede intentarse de nuevo a las {next_attempt_at}. Intentarlo antes no alarga la espera.',
    ],
  ),

  // ── Balances ────────────────────────────────────────────────────────────────────────────────────────────────────
  insufficient_balance: row(
    402,
    ['The balance is not enough', 'El saldo no alcanza'],
    [
      'The account has {available} available and the operation needs {amount}. Nothing was changed.',
      'La cuenta tiene {available} disponibles y la operación requiere {amount}. Nada se modificó.',
    ],
  ),
  insufficient_stamps: row(
    402,
    ['No stamps left', 'Sin timbres disponibles'],
    [
      'The stamping account has no stamps available. Add stamps and send the document again, with the same key if it had one. Nothing was charged.',
      'La cuenta de timbrado no tiene timbres disponibles. Agregue timbres y envíe de nuevo el documento, con la misma clave si la tenía. Nada se cobró.',
    ],
  ),
  account_blocked: row(
    403,
    ['The stamping account is blocked', 'La cuenta de timbrado está bloqueada'],
    [
      'A blocked account stamps nothing new; what it stamped before stays available. Nothing was charged.',
      'Una cuenta bloqueada no timbra nada nuevo; lo que timbró antes sigue disponible. Nada se cobró.',
    ],
  ),
  transfer_settled: row(
    409,
    ['The transfer is already settled', 'La transferencia ya se concluyó'],
    [
      'It is {state}; a transfer is settled once. Nothing was changed.',
      'Está en estado {state}; una transferencia se concluye una sola vez. Nada se modificó.',
    ],
  ),

  // ── Documents ───────────────────────────────────────────────────────────────────────────────────────────────────
  emitter_not_enabled: row(
    403,
    ['The issuer is not enabled on this account', 'El emisor no está habilitado en esta cuenta'],
    [
      'No emitter with the RFC {issuer_rfc} is enabled on this stamping account. Register it, or enable it on the account, and send the document again. Nothing was charged.',
      'Ningún emisor con el RFC {issuer_rfc} está habilitado en esta cuenta de timbrado. Regístrelo o habilítelo en la cuenta y envíe de nuevo el documento. Nada se cobró.',
    ],
  ),
  emitter_suspended: row(
    403,
    ['The issuer is suspended', 'El emisor está suspendido'],
    [
      'The emitter {issuer_rfc} is suspended and stamps nothing new. Reactivate it and send the document again. Nothing was charged.',
      'El emisor {issuer_rfc} está suspendido y no timbra nada nuevo. Reactívelo y envíe de nuevo el documento. Nada se cobró.',
    ],
  ),
  invalid_cfdi: row(
    422,
    ["The document breaks SAT's rules", 'El documento incumple reglas del SAT'],
    [
      'Correct everything listed in `violations`, seal the document again and send it. Nothing was charged.',
      'Corrija todo lo indicado en `violations`, selle de nuevo el documento y envíelo. Nada se cobró.',
    ],
  ),
  no_certifier: row(
    503,
    ['No certifier is configured', 'No hay certificador configurado'],
    [
      'Nobody stamps in the environment {environment} of this platform yet. Ask its operator, or use an account of the sandbox. Nothing was charged.',
      'Nadie timbra todavía en el ambiente {environment} de esta plataforma. Consulte a su operador o use una cuenta del ambiente sandbox. Nada se cobró.',
    ],
  ),

  // ── The same document ───────────────────────────────────────────────────────────────────────────────────────────
  same_seal_other_document: row(
    409,
    ['Another document has this original string', 'Otro documento tiene esta cadena original'],
    [
      'A document with the same issuer and the same original string, but with other attributes, was stamped before. Correct the document and seal it again. Nothing was charged.',
      'Antes se timbró un documento del mismo emisor con la misma cadena original, pero con otros atributos. Corrija el documento y séllelo de nuevo. Nada se cobró.',
    ],
  ),
  stamped_elsewhere: row(
    409,
    ['The document already has a stamp (307)', 'El documento ya cuenta con un timbre (307)'],
    [
      'This document was stamped before through another customer. Ask whoever sent it for the stamped document. Nothing was charged.',
      'Este documento ya se timbró por medio de otro cliente. Solicite el documento timbrado a quien lo envió. Nada se cobró.',
    ],
  ),

  // ── People, customers and emitters ──────────────────────────────────────────────────────────────────────────────
  email_taken: row(
    409,
    ['The e-mail address is taken', 'El correo ya está en uso'],
    [
      'Another profile logs in with this e-mail address. Nothing was changed.',
      'Otro perfil accede con este correo. Nada se modificó.',
    ],
  ),
  member_exists: row(
    409,
    ['The profile is linked already', 'El perfil ya está vinculado'],
    [
      'This profile is a member of the customer. Change its role instead. Nothing was changed.',
      'Este perfil ya es miembro del cliente. Cambie su rol en lugar de agregarlo. Nada se modificó.',
    ],
  ),
  last_owner: row(
    409,
    ['The last owner stays', 'El último propietario permanece'],
    [
      'The customer would be left without an owner. Make another member an owner first. Nothing was changed.',
      'El cliente se quedaría sin propietario. Nombre antes a otro miembro. Nada se modificó.',
    ],
  ),
  emitter_exists: row(
    409,
    ['The emitter is registered already', 'El emisor ya está registrado'],
    [
      'This customer has an emitter with this RFC. Change that one instead. Nothing was changed.',
      'Este cliente ya tiene un emisor con este RFC. Modifique ese emisor. Nada se modificó.',
    ],
  ),
  profile_unknown: row(
    422,
    ['No such profile', 'No existe el perfil'],
    [
      'There is no profile with this id. Its owner finds it in GET /v1/profile. Nothing was changed.',
      'No existe un perfil con este identificador. Su titular lo encuentra en GET /v1/profile. Nada se modificó.',
    ],
  ),
  stamping_account_unknown: row(
    422,
    ['No such stamping account', 'No existe la cuenta de timbrado'],
    [
      'The customer has no stamping account {id}. Nothing was changed.',
      'El cliente no tiene la cuenta de timbrado {id}. Nada se modificó.',
    ],
  ),
} as const satisfies Record<string, ProblemRow>;

/** What clients switch on. */
export type ProblemCode = keyof typeof problems;

/** One place of the request that is wrong: a JSON pointer (RFC 6901) into body, query, path or headers. */
export interface RequestError {
  /** Where: `/body/rfc`, `/query/limit`, `/headers/idempotency-key`. */
  pointer: string;
  /** What is wrong and what to do, in the caller's language where we wrote it, else in English. */
  message: string;
}

/** One rule of SAT that a document breaks. */
export interface Violation {
  /** SAT's code: `301`, `CFDI40102`, … */
  code: string;
  /** The older code that some integrations know it by: `302` for CFDI40102. */
  legacy_code: string | null;
  /** XPath of the place, with positions: `/cfdi:Comprobante/cfdi:Conceptos/cfdi:Concepto[2]/@Importe`. */
  path: string;
  expected: string | null;
  actual: string | null;
  /** One sentence each. */
  message: { en: string; es: string };
}

/** What a problem carries besides its code. */
export interface ProblemOptions {
  /** Fill the `{name}` places of the detail; words come in both languages. */
  params?: Readonly<Record<string, string | number | { readonly en: string; readonly es: string }>>;
  errors?: readonly RequestError[];
  violations?: readonly Violation[];
  /** Seconds, for the Retry-After header. */
  retryAfter?: number;
  /** Extension members of the answer (RFC 9457 section 3.2), snake_case. */
  extensions?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

/** A refusal with a row in the table. Thrown anywhere; answered by the HTTP layer. */
export class Problem extends Error {
  readonly status: number;
  constructor(
    readonly code: ProblemCode,
    readonly options: ProblemOptions = {},
  ) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Problem';
    this.status = problems[code].status;
  }
}

/** `throw problem('not_found')`. */
export function problem(code: ProblemCode, options?: ProblemOptions): Problem {
  return new Problem(code, options);
}

/** Title and detail of a problem in one language, placeholders filled. */
export function problemText(code: ProblemCode, language: 'en' | 'es', params: ProblemOptions['params'] = {}) {
  const at = language === 'en' ? 0 : 1;
  const fill = (text: string) =>
    text.replace(/\{(\w{1,40})\}/g, (whole, name: string) => {
      const value = params[name] ?? whole;
      return typeof value === 'object' ? value[language] : String(value);
    });
  return { title: problems[code].title[at], detail: fill(problems[code].detail[at]) };
}
