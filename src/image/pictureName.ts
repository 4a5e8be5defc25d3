/**
 * Whether a file is named as a picture: .jpg, .jpeg, .jfif, .png, .webp, .avif, .gif, .tif, .tiff; and .heic, .heif, .hif,
 * .bmp, .jxl and .jp2, which are not decoded and so can be told rather than passed over.
 */
export function isPictureName(name: string): boolean {
  return /\.(jpe?g|jfif|png|webp|avif|gif|tiff?|hei[cf]|hif|bmp|jxl|jp2)$/i.test(name);
}
