/** Whether a file is named as a picture that can be decoded: .jpg, .jpeg, .jfif, .png, .webp, .avif, .gif, .tif, .tiff. */
export function isPictureName(name: string): boolean {
  return /\.(jpe?g|jfif|png|webp|avif|gif|tiff?)$/i.test(name);
}
