import { open } from "node:fs/promises";
import type { GrowingFile } from "../files.ts";

export async function openGrowing(path: string): Promise<GrowingFile> {
  // Created where it is missing, never cut: "a" would ignore positions, "r+" would not create.
  const file = await open(path, "r+").catch(() => open(path, "w+"));
  let size = (await file.stat()).size;
  return {
    get size() {
      return size;
    },
    async truncate() {
      await file.truncate(0);
      size = 0;
    },
    async append(bytes) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, size);
        done += bytesWritten;
        size += bytesWritten;
      }
    },
    async close() {
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}
