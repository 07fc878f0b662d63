export const host: { node: string; server: string };
export function installHost(): string | undefined;
