// What a platform makes of pictures: run in Node, in a page and in a worker of a browser, and compared.
import { batchPlan, fashionMnist, imageFolder, parseIdx } from "#striate/data/index";
import { StriateError } from "#striate/errors";
import { decodeImage, encodeImage, type Image } from "#striate/image/index";
import { numbersOf } from "./sameNumbers.ts";

/** What is to be done, as plain data. Files are asked for by these names. */
export interface Task {
  readonly photo: string;
  readonly pictures: readonly string[];
  /** Files that are refused. */
  readonly bad: readonly string[];
}

/** A picture as plain data. */
export interface Sent {
  readonly shape: readonly number[];
  readonly base64: string;
}

export interface Report {
  /** By file and number of channels. */
  readonly decoded: Readonly<Record<string, Sent | string>>;
  /** The code and the message of each error. */
  readonly refused: Readonly<Record<string, string>>;
  /** Written in a format by the platform, and read again. */
  readonly written: Readonly<Record<string, Sent | string>>;
  /** By name, see sameNumbers.ts. */
  readonly numbers: Readonly<Record<string, string>>;
}

export const CHANNELS = [1, 3, 4] as const;
const BACKGROUND = [200, 30, 90] as const;

/** Does a task with a platform's own decoder. */
export async function report(task: Task, read: (name: string) => Promise<Uint8Array>): Promise<Report> {
  const decoded: Record<string, Sent | string> = {};
  const written: Record<string, Sent | string> = {};
  const refused: Record<string, string> = {};
  for (const name of task.pictures) {
    for (const channels of CHANNELS) {
      decoded[`${name} ${channels}`] = await sent(async () =>
        decodeImage(await read(name), { channels, background: BACKGROUND, name }),
      );
    }
  }
  for (const name of task.bad) refused[name] = await refusal(async () => decodeImage(await read(name), { name }));
  const bytes = await read(task.photo);
  refused.maxPixels = await refusal(() => decodeImage(new Blob([new Uint8Array(bytes)]), { maxPixels: 1000 }));
  refused.path = await refusal(() => decodeImage("no/such/file.png"));
  refused.folder = await refusal(() => imageFolder("no/such/folder"));
  refused["own sample"] = await refusal(() => fashionMnist());
  refused.gzip = await refusal(() => parseIdx(Uint8Array.of(0x1f, 0x8b, 8, 0), "labels"));
  refused.batches = await refusal(() => batchPlan({ length: 3, batchSize: 0 }));

  const photo = await decodeImage(bytes);
  for (const [name, image] of Object.entries(originals(photo))) {
    for (const format of ["png", "jpeg", "webp"] as const) {
      const channels = image.shape[2] === 1 ? 1 : image.shape[2] === 4 ? 4 : 3;
      written[`${name} ${format}`] = await sent(async () =>
        decodeImage(await encodeImage(image, { format, quality: 95 }), { channels }),
      );
    }
  }
  return { decoded, refused, written, numbers: await numbersOf(photo) };
}

/** What is written: a photo, grey, and noise of every colour with every alpha. */
export function originals(photo: Image<"uint8">): Readonly<Record<"photo" | "grey" | "alpha", Image<"uint8">>> {
  const grey = Uint8Array.from({ length: 40 * 30 }, (_, i) => (i * 7) & 255);
  const alpha = Uint8Array.from({ length: 64 * 64 * 4 }, (_, i) =>
    i % 4 === 3 ? i >> 6 : Math.imul(i, 2654435) >>> 9,
  );
  return {
    photo,
    grey: { dtype: "uint8", shape: [30, 40, 1], data: grey },
    alpha: { dtype: "uint8", shape: [64, 64, 4], data: alpha },
  };
}

async function sent(make: () => Promise<Image<"uint8">>): Promise<Sent | string> {
  try {
    const { shape, data } = await make();
    let text = "";
    for (let i = 0; i < data.length; i += 4096) text += String.fromCharCode(...data.subarray(i, i + 4096));
    return { shape, base64: btoa(text) };
  } catch (thrown) {
    return `failed: ${thrown}`;
  }
}

async function refusal(act: () => unknown): Promise<string> {
  try {
    await act();
    return "nothing was refused";
  } catch (thrown) {
    return thrown instanceof StriateError ? `${thrown.code}: ${thrown.message}` : `no StriateError: ${thrown}`;
  }
}
