import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync, crc32 as zlibCrc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { crc32 } from "#striate/files/crc32";
import { blobAccess, bytesAccess, encodeZip, openFile, openZip, type RandomAccess } from "#striate/files/index";
import { readsOrRefuses, refusal } from "../support/fuzz.ts";

// Written by Python's zipfile: see goldens/make_zips.py.
const golden = (name: string) => new Uint8Array(readFileSync(new URL(`../goldens/zips/${name}`, import.meta.url)));
const open = (bytes: Uint8Array) => openZip(bytesAccess(bytes, "a.zip"), "a.zip");
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const encode = async (...files: Parameters<typeof encodeZip>) => Buffer.concat(await encodeZip(...files));

/** A source that remembers which ranges were read. */
function watched(bytes: Uint8Array): RandomAccess & { read: RandomAccess["read"]; readonly reads: number[] } {
  const source = bytesAccess(bytes, "a.zip");
  const reads: number[] = [];
  return {
    size: source.size,
    reads,
    read: (offset, length) => {
      reads.push(length);
      return source.read(offset, length);
    },
  };
}

describe("reading", () => {
  test("Python's zip: stored, deflated, in folders, with names in other scripts", async () => {
    const zip = await open(golden("plain.zip"));
    expect([...zip.entries.values()]).toEqual([
      { name: "folder/stored.txt", size: 64, stored: true },
      { name: "deflated.txt", size: 9000, stored: false },
      { name: "ключ.txt", size: 0, stored: true },
    ]);
    expect(text(await zip.read("folder/stored.txt"))).toBe("stored as it is\n".repeat(4));
    expect(text(await zip.read("deflated.txt"))).toBe("deflated\n".repeat(1000));
    expect(await zip.read("ключ.txt")).toHaveLength(0);
  });

  test("zip64", async () => {
    const zip = await open(golden("zip64.zip"));
    for (const name of ["a.txt", "b.txt"]) expect(text(await zip.read(name))).toBe("sixty-four bits\n".repeat(100));
  });

  test("a stored entry of a zip in memory is a view of it", async () => {
    const bytes = golden("plain.zip");
    expect((await (await open(bytes)).read("folder/stored.txt")).buffer).toBe(bytes.buffer);
  });

  test("ranges of entries, without reading the rest of the file", async () => {
    const source = watched(await encode([{ name: "big", data: new Uint8Array(1_000_000).fill(7) }]));
    const zip = await openZip(source, "a.zip");
    const entry = await zip.open("big");
    expect([...(await entry.read(500_000, 3))]).toEqual([7, 7, 7]);
    expect(entry.size).toBe(1_000_000);
    expect(source.reads.reduce((sum, length) => sum + length)).toBeLessThan(100_000);
    expect(await refusal(() => entry.read(999_999, 2))).toContain(
      "2 bytes at byte 999999 are needed, but it has 1000000",
    );
  });

  test("ranges of a deflated entry", async () => {
    const entry = await (await open(golden("plain.zip"))).open("deflated.txt");
    expect(text(await entry.read(9, 8))).toBe("deflated");
  });

  test("from a file on disk and from a Blob", async () => {
    const folder = mkdtempSync(join(tmpdir(), "striate-"));
    try {
      const path = join(folder, "a.zip");
      writeFileSync(path, golden("plain.zip"));
      const file = await openFile(path);
      expect(await (await openZip(file, path)).read("deflated.txt")).toHaveLength(9000);
      await file.close();
      const blob = blobAccess(new Blob([golden("plain.zip")]), "blob");
      expect(await (await openZip(blob, "blob")).read("deflated.txt")).toHaveLength(9000);
      expect(await refusal(() => openFile(join(folder, "none.zip")))).toMatch(
        /^io: .*none\.zip: .*there is no such file/,
      );
      expect(await refusal(() => openFile(folder))).toContain("it is a folder");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("writing", () => {
  const files = [
    { name: "config.json", data: new TextEncoder().encode("{}") },
    { name: "a/deflated", data: new Uint8Array(100_000).fill(65), compress: true },
    { name: "a/parts", data: [Uint8Array.of(1, 2), Uint8Array.of(3), new Uint8Array(300_000)] },
    { name: "empty", data: new Uint8Array(0) },
  ];

  test("gives what is read again, and the same bytes each time", async () => {
    const bytes = await encode(files);
    const zip = await open(bytes);
    expect([...zip.entries.keys()]).toEqual(files.map(({ name }) => name));
    expect(text(await zip.read("config.json"))).toBe("{}");
    expect(await zip.read("a/deflated")).toEqual(files[1]?.data);
    expect((await zip.read("a/parts")).subarray(0, 4)).toEqual(Uint8Array.of(1, 2, 3, 0));
    expect((await encode(files)).equals(bytes)).toBe(true);
  });

  test("gives plain zips, dated 1980, that say their sizes before their data", async () => {
    const bytes = await encode(files);
    // Local header: flags without a data descriptor; the date 1980-01-01 00:00.
    expect([bytes.readUInt16LE(6), bytes.readUInt16LE(10), bytes.readUInt16LE(12)]).toEqual([0, 0, 0x21]);
    expect(bytes.readUInt32LE(18)).toBe(2);
  });

  test("gives what Node's zlib inflates", async () => {
    const bytes = await encode([{ name: "x", data: new Uint8Array(1000), compress: true }]);
    expect(bytes.length).toBeLessThan(200);
    expect((await open(bytes)).entries.get("x")?.stored).toBe(false);
    const deflated = deflateRawSync(new Uint8Array(1000));
    expect(bytes.readUInt32LE(18)).toBeLessThan(deflated.length + 20);
  });
});

/** A zip with a field of its entry's directory record changed, and of its local header where that has it too. */
async function patched(change: (central: DataView, local: DataView) => void, data = new Uint8Array(1000)) {
  const bytes = await encode([{ name: "x", data, compress: true }]);
  const central = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  const view = (at: number) => new DataView(bytes.buffer, bytes.byteOffset + at);
  change(view(central), view(0));
  return bytes;
}

describe("refused", () => {
  test("what is no zip, and what is cut short", async () => {
    expect(await refusal(() => open(new Uint8Array(1000)))).toContain("data: a.zip: is no zip file that can be read");
    expect(await refusal(() => open(golden("plain.zip").subarray(0, 300)))).toContain("data: a.zip: is no zip file");
  });

  test("an entry that is not there, with some that are", async () => {
    const zip = await open(golden("plain.zip"));
    expect(await refusal(() => zip.read("nothing"))).toContain(
      'no entry "nothing"; it has folder/stored.txt, deflated.txt',
    );
  });

  test("names that lead out of the folder", async () => {
    for (const name of ["../x", "/x", "a/../../x", "C:/x", "a//b"]) {
      const bytes = await encode([{ name: "y".repeat(name.length), data: new Uint8Array(1) }]);
      const renamed = Buffer.from(bytes.toString("latin1").replaceAll("y".repeat(name.length), name), "latin1");
      expect(await refusal(() => open(renamed)), name).toContain("data: a.zip");
    }
  });

  test("two entries of one name", async () => {
    const bytes = await encode(["ab", "cd"].map((name) => ({ name, data: new Uint8Array(1) })));
    const renamed = Buffer.from(bytes.toString("latin1").replaceAll("cd", "ab"), "latin1");
    expect(await refusal(() => open(renamed))).toContain('has two entries "ab"');
  });

  test("a compression other than deflate", async () => {
    const zip = await open(golden("bzip2.zip"));
    expect(await refusal(() => zip.read("a.txt"))).toContain('entry "a.txt": is compressed by method 12');
  });

  test("more bytes than the reader wants", async () => {
    const zip = await open(golden("plain.zip"));
    expect(await refusal(() => zip.read("deflated.txt", 8999))).toContain(
      "would have 9000 bytes, over the limit of 8999",
    );
  });

  test("a size that deflate cannot reach", async () => {
    const bytes = await patched((central, local) => {
      for (const [view, at] of [
        [central, 24],
        [local, 22],
      ] as const)
        view.setUint32(at, 2 ** 30, true);
    });
    expect(await refusal(async () => (await open(bytes)).read("x"))).toContain(
      "cannot hold the 1073741824 that it declares",
    );
  });

  test("a bomb: more comes out than the directory declares", async () => {
    const bytes = await patched((central, local) => {
      for (const [view, at] of [
        [central, 24],
        [local, 22],
      ] as const)
        view.setUint32(at, 100, true);
    }, new Uint8Array(50_000_000));
    expect(await refusal(async () => (await open(bytes)).read("x"))).toContain(
      "is damaged (Invalid uncompressed size)",
    );
  });

  test("less than the directory declares", async () => {
    const bytes = await patched((central, local) => {
      for (const [view, at] of [
        [central, 24],
        [local, 22],
      ] as const)
        view.setUint32(at, 1001, true);
    });
    expect(await refusal(async () => (await open(bytes)).read("x"))).toContain(
      "is damaged (Invalid uncompressed size)",
    );
  });

  test("a wrong CRC, of a deflated and of a stored entry", async () => {
    const bytes = await patched((central, local) => {
      for (const [view, at] of [
        [central, 16],
        [local, 14],
      ] as const)
        view.setUint32(at, 1, true);
    });
    expect(await refusal(async () => (await open(bytes)).read("x"))).toContain("its CRC-32 is not the one");
    const stored = await encode([{ name: "x", data: new Uint8Array(100) }]);
    stored[60] = 1;
    expect(await refusal(async () => (await open(stored)).read("x"))).toContain("its CRC-32 is not the one");
  });

  test("entries that share bytes", async () => {
    const bytes = await encode(["a", "b"].map((name) => ({ name, data: new Uint8Array(5000) })));
    const central = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    for (const at of [20, 24]) bytes.writeUInt32LE(9000, central + at);
    expect(await refusal(() => open(bytes))).toContain("its bytes reach into another entry's");
  });

  test("an encrypted entry", async () => {
    const bytes = await patched((central, local) => {
      central.setUint16(8, 1, true);
      local.setUint16(6, 1, true);
    });
    expect(await refusal(async () => (await open(bytes)).read("x"))).toContain("is encrypted");
  });

  test("300 damaged copies of each file, or read", async () => {
    for (const name of ["plain.zip", "zip64.zip"]) {
      const { refused } = await readsOrRefuses(golden(name), 300, async (damaged) => {
        const zip = await open(damaged);
        for (const entry of zip.entries.keys()) await zip.read(entry);
      });
      expect(refused).toBeGreaterThan(100);
    }
  });
});

test("crc32 is zlib's, at every length and alignment, and goes on from a part", () => {
  const bytes = Uint8Array.from({ length: 200 }, (_, i) => (i * 89 + 13) & 255);
  for (let start = 0; start < 9; start++) {
    for (let end = start; end < 100; end++) {
      const part = bytes.subarray(start, end);
      expect(crc32(part)).toBe(zlibCrc32(part));
    }
  }
  expect(crc32(bytes.subarray(77), crc32(bytes.subarray(0, 77)))).toBe(zlibCrc32(bytes));
});
