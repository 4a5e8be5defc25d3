import { augment, imageFolder, loader, randomAffine, randomFlip } from "striate/data";
import { decodeImage, gradients, resizeImage } from "striate/image";
import { lenet } from "striate/zoo";

const photos = await imageFolder("photos", { size: 64, validationSplit: 0.2 }); // stratified: each class keeps its share
const changed = augment(photos.train, [randomFlip(), randomAffine({ rotationRange: 20, zoomRange: 0.1 })]);
const ahead = loader(changed, { workers: 2 }); // decodes and augments in threads, ahead of the engine
const net = lenet({ inputShape: [64, 64, 3], classes: photos.classNames.length });
const { epochs } = await net.fit(ahead, { epochs: 10, validation: photos.validation }); // measured as they are
await ahead.close();
console.log(epochs.at(-1));

const cat = resizeImage(await decodeImage("cat.jpg"), { width: 224, height: 224 }); // Pillow's pixels
const { gx, gy } = gradients(cat, { operator: "sobel" }); // SciPy's numbers, and OpenCV's for the same border
