export function makePackage(file?: string): Promise<string>;
