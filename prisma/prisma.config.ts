import { fileURLToPath } from 'node:url';
import { defineConfig } from 'prisma/config';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  schema: here('./schema.prisma'),
  migrations: { path: here('./migrations') },
  // Only commands that talk to a live PostgreSQL need it: migrate deploy, dev, status; db pull.
  datasource: { url: process.env.DATABASE_URL ?? '' },
});
