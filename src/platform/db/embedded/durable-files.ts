import fs from 'node:fs';
import path from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** The part of Emscripten's file system that is mended here; its own types do not name it. */
interface NodeFileSystem {
  stream_ops: { fsync?: (stream: { nfd: number }) => number };
}

/**
 * PGlite's directory on disk with an fsync that reaches the disk. Emscripten's file system has none, so without this a
 * power cut loses what was acknowledged. PGlite must also be started without `-F`: see `startParams`.
 */
export class DurableFiles extends NodeFS {
  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const result = await super.init(...args);
    result.emscriptenOpts.preRun?.push((module) => {
      (module.NODEFS as unknown as NodeFileSystem).stream_ops.fsync = (stream) => {
        fs.fsyncSync(stream.nfd);
        return 0;
      };
    });
    return result;
  }
}

/** How the server inside PGlite is started: its defaults, with fsync, and in UTC as every connection of ours is. */
export function startParams(PGliteClass: typeof PGlite): string[] {
  return [
    ...PGliteClass.defaultStartParams.filter((param) => param !== '-F'),
    ...['-c', 'wal_sync_method=fsync', '-c', 'max_wal_size=128MB', '-c', 'TimeZone=UTC'],
  ];
}

/**
 * Gives a new directory its name once all of it is on the disk, so that it is there whole or not at all, whenever the
 * power goes: PGlite copies the files of a new cluster without a sync.
 */
export function publishDirectory(unfinished: string, directory: string): void {
  const entries = fs.readdirSync(unfinished, { recursive: true, encoding: 'utf8' });
  for (const entry of ['.', ...entries]) syncPath(path.join(unfinished, entry));
  fs.renameSync(unfinished, directory);
  syncPath(path.dirname(directory));
}

function syncPath(file: string): void {
  const descriptor = fs.openSync(file, 'r');
  fs.fsyncSync(descriptor);
  fs.closeSync(descriptor);
}
