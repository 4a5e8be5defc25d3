/**
 * What Keras 1, Keras, PyTorch and OpenCV call options, in small letters without `_`, and what they are called here. A word
 * that several of them use for different things has several answers: the one that the function at hand takes counts.
 */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  // layers
  bordermode: ["padding"],
  nbfilter: ["filters"],
  nbfilters: ["filters"],
  numfilters: ["filters"],
  outchannels: ["filters"],
  outputdim: ["units"],
  outfeatures: ["units"],
  filtersize: ["kernelSize"],
  subsample: ["strides"],
  dilation: ["dilationRate"],
  atrousrate: ["dilationRate"],
  depthmultiplier: ["depthMultiplier"],
  bias: ["useBias"],
  dimordering: ["dataFormat"],
  init: ["kernelInitializer"],
  wregularizer: ["kernelRegularizer"],
  bregularizer: ["biasRegularizer"],
  wconstraint: ["kernelConstraint"],
  bconstraint: ["biasConstraint"],
  kernelsize: ["poolSize"],
  poollength: ["poolSize"],
  ceilmode: ["ceilMode"],
  p: ["rate", "probability"],
  eps: ["epsilon"],
  std: ["stddev"],
  // models and nets
  input: ["inputs", "inputShape"],
  inputdim: ["inputShape"],
  batchinputshape: ["inputShape"],
  width: ["inputShape"],
  height: ["inputShape"],
  depth: ["inputShape"],
  inchannels: ["inputShape"],
  nclasses: ["classes"],
  nbclasses: ["classes"],
  numclasses: ["classes"],
  numlabels: ["classes"],
  pretrained: ["weights"],
  weights: ["weightsPath"],
  droprate: ["dropout", "rate"],
  auxlogits: ["auxiliary"],
  // training
  lr: ["learningRate"],
  betas: ["beta1"],
  alpha: ["rho", "negativeSlope"],
  nbepoch: ["epochs"],
  numepochs: ["epochs"],
  validationdata: ["validation"],
  factor: ["decayRate"],
  // data
  x: ["inputs"],
  images: ["inputs"],
  y: ["targets"],
  labels: ["targets", "classes"],
  numworkers: ["workers"],
  prefetchfactor: ["prefetch"],
  imagesize: ["size"],
  imgsize: ["size"],
  targetsize: ["size"],
  size: ["targetSize"],
  colormode: ["channels"],
  labelmode: ["classMode"],
  maxsamples: ["length"],
  degrees: ["rotationRange"],
  translate: ["widthShiftRange"],
  shear: ["shearRange"],
  numops: ["operations"],
  fillvalue: ["fill"],
  // pictures
  interpolation: ["method", "interpolationOrder"],
  resample: ["method"],
  ksize: ["size", "apertureSize"],
  lambd: ["wavelength"],
  theta: ["orientation"],
  gamma: ["aspectRatio"],
  psi: ["phase"],
  threshold1: ["low"],
  threshold2: ["high"],
  bordertype: ["border"],
  boundary: ["border"],
  mode: ["padding", "border"],
  ext: ["format"],
  // engines
  numthreads: ["threads"],
  nthreads: ["threads"],
  device: ["engine"],
  backend: ["engine"],
};

/** The option of those known that other libraries call `word`, else the word itself. */
export function ownWord(word: string, known: readonly string[]): string {
  const plain = word.toLowerCase().replace(/[-_.\s]/g, "");
  const isKnown = known.some((name) => name.toLowerCase() === plain);
  if (isKnown || !Object.hasOwn(SYNONYMS, plain)) return word;
  return SYNONYMS[plain]?.find((name) => known.includes(name)) ?? word;
}
