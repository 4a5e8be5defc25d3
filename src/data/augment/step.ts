import type { RandomStream } from "../../tensor/randomStream.ts";
import type { Picture } from "./picture.ts";

/** A step of a pipeline as plain data: which function made it, with what options. */
export interface StepDescription {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * One step of a pipeline: a picture [height, width, channels] becomes another, by random numbers that are the picture's
 * own in this epoch. The given picture stays as it is. Any function of this form is a step; those with a description can
 * run in worker threads.
 */
export interface Step {
  (picture: Picture, random: RandomStream): Picture;
  readonly description?: StepDescription;
  /**
   * What the step does to a picture that is to be measured: a crop takes the middle. Default: nothing. A step that changes
   * the shape of pictures needs it where its data set is split.
   */
  readonly unaugmented?: (picture: Picture) => Picture;
}
