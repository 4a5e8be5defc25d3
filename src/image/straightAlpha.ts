// The colours of a browser's bitmap that has alpha. A 2d canvas keeps colours times alpha, so that of nearly clear
// pixels most is lost; a texture of WebGL keeps them as they are in the file.

/** What is used of WebGL. */
interface Gl {
  readonly TEXTURE_2D: number;
  readonly FRAMEBUFFER: number;
  readonly COLOR_ATTACHMENT0: number;
  readonly MAX_TEXTURE_SIZE: number;
  readonly NO_ERROR: number;
  readonly RGBA: number;
  readonly UNSIGNED_BYTE: number;
  bindFramebuffer(target: number, framebuffer: object | null): void;
  bindTexture(target: number, texture: object | null): void;
  createFramebuffer(): object | null;
  createTexture(): object | null;
  framebufferTexture2D(target: number, attachment: number, image: number, texture: object | null, level: number): void;
  getError(): number;
  getParameter(name: number): number;
  isContextLost(): boolean;
  readPixels(x: number, y: number, w: number, h: number, format: number, type: number, out: Uint8Array): void;
  texImage2D(target: number, level: number, held: number, format: number, type: number, source: Sized): void;
}
interface Sized {
  readonly width: number;
  readonly height: number;
}
interface Bitmap extends Sized {
  close(): void;
}
declare const OffscreenCanvas: new (width: number, height: number) => { getContext(kind: "webgl"): Gl | null };
declare function createImageBitmap(
  source: Sized,
  x: number,
  y: number,
  width: number,
  height: number,
  options: { readonly premultiplyAlpha: "none" },
): Promise<Bitmap>;

/** The largest side of a texture that is asked for: 64 MiB. */
const MOST_SIDE = 4096;

/** A browser lets a page have few contexts, so this one is used again. */
let kept: Gl | undefined;

/**
 * Red, green, blue and alpha of each pixel, not premultiplied.
 * @param bitmap made with `premultiplyAlpha: "none"`
 * @returns undefined where the browser has no WebGL or takes it away
 */
export async function straightPixels(bitmap: Sized): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { width, height } = bitmap;
  const gl = context();
  if (!gl) return undefined;
  const side = Math.min(MOST_SIDE, gl.getParameter(gl.MAX_TEXTURE_SIZE));
  const pixels = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += side) {
    for (let x = 0; x < width; x += side) {
      const size = { width: Math.min(side, width - x), height: Math.min(side, height - y) };
      const tile = await createImageBitmap(bitmap, x, y, size.width, size.height, { premultiplyAlpha: "none" });
      const read = readTile(gl, tile);
      tile.close();
      if (!read) return undefined;
      const stride = size.width * 4;
      for (let row = 0; row < size.height; row++) {
        pixels.set(read.subarray(row * stride, (row + 1) * stride), ((y + row) * width + x) * 4);
      }
    }
  }
  return pixels;
}

function readTile(gl: Gl, tile: Sized): Uint8Array | undefined {
  const { width, height } = tile;
  const out = new Uint8Array(width * height * 4);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, tile);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, out);
  // A context that is lost reads nothing, and does not throw.
  return gl.getError() === gl.NO_ERROR && !gl.isContextLost() ? out : undefined;
}

function context(): Gl | undefined {
  if (kept && !kept.isContextLost()) return kept;
  const gl = new OffscreenCanvas(1, 1).getContext("webgl");
  if (!gl) return undefined;
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  kept = gl;
  return gl;
}
