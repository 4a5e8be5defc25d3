import { Model } from "../model/index.ts";
import { loadWeights, saveModel } from "./lazy.ts";
import type { SaveModelOptions } from "./table.ts";
import type { LoadWeightsOptions } from "./weightsFile.ts";

// A model lives to the left of formats and cannot import it; whoever imports formats gets these as methods too.
declare module "../model/model.ts" {
  interface Model {
    /** Saves the model in the format of the path's ending: see `saveModel`. @returns what the file does not hold */
    save(path: string, options?: SaveModelOptions): Promise<readonly string[]>;
    /** Takes its weights from a file: see `loadWeights`. */
    loadWeights(path: string, options?: LoadWeightsOptions): ReturnType<typeof loadWeights>;
  }
}

Model.prototype.save = function (path, options) {
  return saveModel(this, path, options);
};

Model.prototype.loadWeights = function (path, options) {
  return loadWeights(this, path, options);
};
