export function releaseSection(
  changelog: string,
  version: string,
  date: string,
): { changelog: string; section: string };
export function nextVersion(current: string, step: string | undefined): string;
