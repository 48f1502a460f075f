/** Which Hone this is. */
export { VERSION as version } from '../engine/version.gen.js';
