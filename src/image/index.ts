export { BORDERS, type Border } from "./border.ts";
export { type CannyOptions, canny } from "./canny.ts";
export { type Channels, type Colour, withChannels } from "./channels.ts";
export { IMAGE_FORMATS, type ImageFormat, type Shrinking, type Sides } from "./codec.ts";
export { type ConvolveOptions, convolve, correlate } from "./convolve.ts";
export { type DecodeOptions, decodeImage } from "./decode.ts";
export { directionColours, directionWheel } from "./directionColours.ts";
export { type EncodeOptions, encodeImage, toBytes } from "./encode.ts";
export { enlarged, type FigureOptions, figure, type Panel } from "./figure.ts";
export {
  centerCrop,
  cropImage,
  type PadOptions,
  type Rectangle,
  resizeAndPad,
  resizeShortSide,
  type ShortSideOptions,
  sidesInside,
} from "./fit.ts";
export { type GaborBankOptions, type GaborOptions, gaborBank, gaborKernel } from "./gabor.ts";
export {
  addGaussianNoise,
  type GaussianOptions,
  gaussianBlur,
  gaussianKernel,
  type NoiseOptions,
} from "./gaussian.ts";
export {
  GRADIENT_OPERATORS,
  type GradientOperator,
  type GradientOptions,
  type Gradients,
  gradientDirection,
  gradientMagnitude,
  gradients,
} from "./gradient.ts";
export { blankImage, type Image, type ImageSize, imageSize } from "./image.ts";
export type { Kernel, SeparableKernel } from "./kernel.ts";
export { laplacian, laplacianOfGaussian } from "./laplacian.ts";
export { paste } from "./paste.ts";
export { isPictureName } from "./pictureName.ts";
export { pictureSides } from "./pictureSides.ts";
export { type PictureQuality, pictureQuality } from "./quality.ts";
export { renormalize } from "./renormalize.ts";
export { type Interpolation, RESIZE_METHODS, type ResizeMethod, type ResizeOptions, resizeImage } from "./resize.ts";
