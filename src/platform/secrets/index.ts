/**
 * Secrets: the master key and what is derived from it, machine secrets, sealed boxes for private keys, people's
 * passwords. Nothing here reads the environment or the database; nothing here ends in a log.
 */
export { type KeyPurpose, Keyring, type PurposeKey } from './keyring.js';
export {
  generateMachineSecret,
  type MachineSecretKind,
  machineSecretHint,
  parseMachineSecret,
  type SecretEnvironment,
} from './machine-secrets.js';
export { loadOrCreateKeyFile, MasterKeyError, parseMasterKeys } from './master-key.js';
export { maxPasswordCodePoints, PasswordHasher, type PasswordHasherOptions } from './passwords.js';
export { type BoxContext, SealedBoxError, SealedBoxes, sealedBoxKeyId } from './sealed-boxes.js';
