// For the extension, which imports nothing else of the engine.
export { cacheFolder } from '../engine/machine/cache-folder.ts';
