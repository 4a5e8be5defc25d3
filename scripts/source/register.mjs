// `node --import ./scripts/source/register.mjs FILE` runs src/ as it stands, without a build, in workers too.
import { register } from "node:module";

register("./hooks.mjs", import.meta.url);
