export function hostObstacle(): string | undefined;
export function bundleForHost(entry: string): Promise<string>;
