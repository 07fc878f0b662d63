export function makeWorkspace(): { folder: string; remove(): void };
