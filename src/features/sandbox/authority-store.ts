import type { AuthorityStore, StoredAuthority } from '../../core/certifiers/index.js';
import type { Clock } from '../../platform/clock.js';
import type { UnitOfWork } from '../../platform/db/unit-of-work.js';

/** The one row: a check of the database refuses any other id, so of several writers the first wins. */
const id = 1;

/** Keeps the sandbox's authority in the database. */
export class DatabaseAuthorityStore implements AuthorityStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  load(): Promise<StoredAuthority | null> {
    return this.unitOfWork.read((tx) => tx.sandboxAuthority.findUnique({ where: { id } }));
  }

  saveIfAbsent(authority: StoredAuthority): Promise<StoredAuthority> {
    return this.unitOfWork.run(async (tx) => {
      const { caCertificate, caKeyBox, pacCertificate, pacKeyBox } = authority;
      const data = {
        id,
        caCertificate: Uint8Array.from(caCertificate),
        caKeyBox: Uint8Array.from(caKeyBox),
        pacCertificate: Uint8Array.from(pacCertificate),
        pacKeyBox: Uint8Array.from(pacKeyBox),
        createdAt: this.clock.now(),
      };
      await tx.sandboxAuthority.createMany({ data, skipDuplicates: true });
      return tx.sandboxAuthority.findUniqueOrThrow({ where: { id } });
    });
  }
}
