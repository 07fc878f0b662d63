import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Instances of one pattern in the reference table. */
export interface ReferencePattern {
  /** Rising. */
  instances: number[];
  /** Instances per label, largest first, as the tooltip lists them: "2: 12". */
  labels: string[];
}

/** Patterns of one level as the authors' code found them; no order. */
export function referencePatterns(fixture: string, snapshot: number, level: number): ReferencePattern[] {
  const file = `apdf-${String(snapshot).padStart(3, '0')}.csv`;
  const text = readFileSync(path.join(process.cwd(), 'test', 'fixtures', fixture, file), 'utf8');
  const found = new Map<string, { instances: number[]; labels: Map<string, number> }>();
  for (const line of text.trim().split('\n').slice(1)) {
    const [instance, label, , ...levels] = line.trim().split(',');
    const pattern = found.get(levels[level]) ?? { instances: [], labels: new Map<string, number>() };
    found.set(levels[level], pattern);
    pattern.instances.push(Number(instance));
    pattern.labels.set(label, (pattern.labels.get(label) ?? 0) + 1);
  }
  return Array.from(found.values(), ({ instances, labels }) => ({ instances, labels: inOrder(labels) }));
}

/** Occurrences of all patterns, largest first. */
export function occurrencesOf(patterns: ReferencePattern[]): number[] {
  return patterns.map(({ instances }) => instances.length).sort((a, b) => b - a);
}

function inOrder(labels: Map<string, number>): string[] {
  const entries = [...labels].sort(([a, m], [b, n]) => n - m || Number(a) - Number(b));
  return entries.map(([label, instances]) => `${label}: ${instances}`);
}
