/** Writes dist/node of the package in `root`. */
export function bundleForNode(root: string): Promise<void>;
