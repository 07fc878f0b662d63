import type { RunInfo } from '../../protocol/engine';
import { mainMetrics, momentOfRow } from '../views/snapshotTexts';
import { literal } from '../shared/plainText';
import type { LineMark } from './markedLines';
import { formatCount, formatMetric, formatShare, snapshotName } from '../../core/wording';

/** What is told of a snapshot over its row of the log. */
export interface HoverFacts {
  run: Pick<RunInfo, 'name' | 'layers'>;
  snapshot: RunInfo['snapshots'][number];
  mark: LineMark;
  /** Patterns of each level. */
  patterns?: readonly (number | undefined)[];
  /** Share of the bits of each level that differ from the snapshot before; or why that is not known. */
  bitChange: readonly (number | undefined)[] | { problem: string };
  /** The metrics by which it is the best one, where it is. */
  best?: string;
}

/** A command that is offered. */
export interface HoverLink {
  title: string;
  command: string;
  argument: unknown;
}

/** Between the lines of a table. */
const LINE = '\n';
/** Metrics that a hover has room for. */
const MOST_METRICS = 16;

/** The text of a hover, as Markdown; what comes from files is only text in it. */
export function hoverText(facts: HoverFacts, links: readonly HoverLink[]): string {
  const { run, snapshot, mark, best } = facts;
  const name = snapshotName(snapshot);
  const accuracy = snapshot.accuracy === undefined ? [] : [`accuracy ${formatShare(snapshot.accuracy)}`];
  const title = [`**${literal(name[0].toUpperCase() + name.slice(1))}**`, literal(run.name), ...accuracy];
  const paragraphs = [
    title.join(' · '),
    best === undefined ? '' : `Best: ${literal(best)}`,
    levels(facts),
    metrics(mark),
    literal(`${mark.byHand ? 'Set by hand' : 'Matched'}: ${mark.reason}`),
    links.map(linkText).join(' · '),
  ];
  return paragraphs.filter(Boolean).join('\n\n');
}

/** Level by level: patterns, and how many bits changed. */
function levels({ run, patterns, bitChange }: HoverFacts): string {
  const changes = 'problem' in bitChange ? [] : bitChange;
  const rows = run.layers.map((layer, level) => {
    const change = changes[level];
    const count = patterns?.[level];
    const cells = [
      literal(layer.name),
      count === undefined ? '–' : formatCount(count),
      change === undefined ? '–' : formatShare(change),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const table = ['| level | patterns | bits changed |', '|:--|--:|--:|', ...rows].join(LINE);
  return 'problem' in bitChange ? `${table}\n\nBits changed: ${literal(bitChange.problem)}` : table;
}

function metrics(mark: LineMark): string {
  const names = mainMetrics(Object.keys(mark.metrics));
  const told = names
    .slice(0, MOST_METRICS)
    .map((name) => `${literal(name)} ${formatMetric(mark.metrics[name])}`);
  if (names.length > MOST_METRICS) told.push(`and ${names.length - MOST_METRICS} more`);
  return told.length === 0 ? '' : `Log, ${literal(momentOfRow(mark))}: ${told.join(' · ')}`;
}

function linkText({ title, command, argument }: HoverLink): string {
  const query = encodeURIComponent(JSON.stringify([argument]));
  // Of what may be in an address, brackets would end the link.
  const address = query.replaceAll('(', '%28').replaceAll(')', '%29');
  return `[${title}](command:${command}?${address})`;
}
