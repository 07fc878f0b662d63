export const starter: string;
export function installExtensions(extensions: string): string;
