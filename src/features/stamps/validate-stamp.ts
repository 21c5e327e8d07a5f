import { readBalance } from '../../core/ledger/accounts.js';
import { Problem, type Violation } from '../../problems.js';
import { mayStamp, type StampingServices } from './create-stamp.js';
import { type Inspection, inspect, type StampOrder } from './inspect.js';

/** What would become of a document. */
export interface StampForecast {
  readonly violations: readonly Violation[];
  /** The code that creating the stamp would be refused with, for reasons other than the document's own; else null. */
  readonly refusal: string | null;
  /** UUID of the stamp that the document has already. */
  readonly earlierStampId: string | null;
}

/**
 * The dry run: the same way as `createStamp`, up to the point where it would cost something. It certifies, writes and
 * charges nothing.
 *
 * @throws Problem only for what has nothing to do with document or account, such as `service_unavailable`
 */
export async function validateStamp(services: StampingServices, order: StampOrder): Promise<StampForecast> {
  try {
    const inspection = await inspect(services, order);
    if (inspection.earlier !== null) return { ...nothing, earlierStampId: inspection.earlier.stamp.id };
    const refusal = await refusalOf(services, order, inspection);
    return { ...nothing, violations: inspection.violations, refusal };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code === 'invalid_cfdi') return { ...nothing, violations: error.options.violations ?? [] };
    if (documentRefusals.has(error.code)) return { ...nothing, refusal: error.code };
    throw error;
  }
}

const nothing: StampForecast = { violations: [], refusal: null, earlierStampId: null };

/** Refusals of the look-up that comes before everything else. */
const documentRefusals: ReadonlySet<string> = new Set([
  'idempotency_key_reused',
  'same_seal_other_document',
  'stamped_elsewhere',
]);

async function refusalOf(services: StampingServices, order: StampOrder, { document, claim }: Inspection) {
  try {
    await mayStamp(services, order, document);
    const balance = await services.uow.read((tx) => readBalance(tx, claim.customerId, claim.accountId));
    return balance !== null && balance.available > 0n ? null : 'insufficient_stamps';
  } catch (error) {
    if (error instanceof Problem && error.code !== 'service_unavailable') return error.code;
    throw error;
  }
}
