import { readFileSync } from 'node:fs';
import t from 'tap';
import { CertificateError, parseCertificate, TrustStore } from '../../../src/core/certificates/index.js';
import { makeAuthority, makeLeaf } from '../../support/authority.js';
import { satFiles } from '../../support/sat-reference.js';

/** A small seeded generator (mulberry32): a failing case can be run again. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) % below;
  };
}

const authority = await makeAuthority('AC for one test');
const trust = new TrustStore('sandbox', [authority.certificate]);
const seeds = [
  await makeLeaf(authority),
  ...satFiles('test-kit', '.cer')
    .slice(0, 4)
    .map((file) => readFileSync(file)),
];

/** Reads bytes as a stamp would; whatever they are, a certificate or a coded fault comes back. */
function outcome(bytes: Buffer): string {
  try {
    const certificate = parseCertificate(bytes);
    return trust.verify(certificate, certificate.notBefore);
  } catch (error) {
    if (error instanceof CertificateError) return error.fault;
    throw error;
  }
}

t.test('every bit of a certificate flipped in turn', async (t) => {
  const [der = Buffer.alloc(0)] = seeds;
  t.equal(outcome(der), 'trusted');
  const outcomes = new Map<string, number>();
  for (let bit = 0; bit < der.length * 8; bit++) {
    const bytes = Buffer.from(der);
    bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
    const result = outcome(bytes);
    outcomes.set(result, (outcomes.get(result) ?? 0) + 1);
  }
  t.equal(outcomes.get('trusted'), undefined, 'no flip leaves the signature good');
  t.ok((outcomes.get('not_a_certificate') ?? 0) > 100);
  t.ok((outcomes.get('unknown_issuer') ?? 0) > 100);
});

t.test('every cut of every certificate', async (t) => {
  for (const der of seeds) {
    for (let length = 0; length < der.length; length++) {
      if (outcome(der.subarray(0, length)) !== 'not_a_certificate') t.fail(`cut at ${length} was taken`);
    }
  }
});

t.test('bytes changed, doubled, dropped and spliced at random', async (t) => {
  const seed = 20_240_501;
  const below = generator(seed);
  for (let round = 0; round < 6000; round++) {
    const der = seeds[below(seeds.length)] as Buffer;
    const bytes = Buffer.from(der);
    for (let change = 0; change <= below(6); change++) bytes[below(bytes.length)] = below(256);
    const [from, to] = [below(bytes.length), below(bytes.length)];
    const spliced = below(3) === 0 ? Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]) : bytes;
    try {
      outcome(spliced);
    } catch (error) {
      t.fail(`seed ${seed}, round ${round}: ${error}`);
    }
  }
});
