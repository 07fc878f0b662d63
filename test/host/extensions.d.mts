export const starter: string;
export function installExtensions(extensions: string): string;
export function installPythonExtension(extensions: string): string;
