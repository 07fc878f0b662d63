import * as vscode from 'vscode';
import type { RunInfo } from '../../protocol/engine';
import type { LogInfo, LogMark } from '../../protocol/logs';
import type { Timeline } from '../../protocol/scene';
import { lines } from '../shared/plainText';
import { mainMetrics, metricsInShort, placeOfRow, shortReason } from './snapshotTexts';
import { formatMetric, formatShare, snapshotName } from '../../core/wording';

/** What is known of a snapshot and its row in the log. */
export interface SnapshotItemFacts {
  run: RunInfo;
  snapshot: number;
  timeline?: Timeline;
  /** The log of the run, where it has one that was read. */
  log?: LogInfo;
  mark?: LogMark;
  /** Why it has no row. */
  unmatched?: string;
  shown: boolean;
}

/** A snapshot as an entry of the tree: its numbers and those of its row in the log. */
export function snapshotItem(facts: SnapshotItemFacts): vscode.TreeItem {
  const { run, snapshot, mark, unmatched, shown } = facts;
  const { folder } = run;
  const entry = run.snapshots[snapshot];
  const best = facts.log?.best?.snapshot === snapshot ? facts.log.best.reason : undefined;
  const item = new vscode.TreeItem(snapshotName(entry));
  item.id = `${folder}#${entry.id}`;
  item.contextValue = mark ? 'snapshot matched' : facts.log ? 'snapshot unmatched' : 'snapshot';
  item.iconPath = new vscode.ThemeIcon(iconOf(shown, best !== undefined));
  const accuracy = entry.accuracy === undefined ? undefined : formatShare(entry.accuracy);
  const place = mark ? `${placeOfRow(mark)}${mark.byHand ? ', by hand' : ''}` : undefined;
  const none = unmatched === undefined ? undefined : `no line: ${shortReason(unmatched)}`;
  item.description = [accuracy, place ?? none, mark && metricsInShort(mark.metrics)]
    .filter(Boolean)
    .join('  |  ');
  item.tooltip = lines(linesOfSnapshot(facts, best));
  item.command = {
    command: 'apd.showSnapshot',
    title: 'Show Snapshot',
    arguments: [{ folder, snapshot, keepFocus: true }],
  };
  const spoken = [
    `${snapshotName(entry)}${shown ? ', shown' : ''}${best === undefined ? '' : ', best'}`,
    accuracy && `accuracy ${accuracy}`,
    place ?? none,
    mark && metricsInShort(mark.metrics),
  ];
  item.accessibilityInformation = { label: spoken.filter(Boolean).join(', ') };
  return item;
}

function iconOf(shown: boolean, best: boolean): string {
  if (best) return shown ? 'star-full' : 'star-empty';
  return shown ? 'circle-filled' : 'circle-outline';
}

/** Everything that is known of a snapshot, line by line. */
function linesOfSnapshot(facts: SnapshotItemFacts, best: string | undefined): string[] {
  const { run, snapshot, timeline, mark, unmatched } = facts;
  const entry = run.snapshots[snapshot];
  const patterns = (level: number) => entry.patterns?.[level] ?? timeline?.patterns[level]?.[snapshot] ?? '–';
  const texts = [
    snapshotName(entry),
    best !== undefined && `best: ${best}`,
    entry.accuracy !== undefined && `accuracy ${formatShare(entry.accuracy)}`,
    ...run.layers.map(({ name }, level) => `${name}: ${patterns(level)} patterns`),
    ...(mark ? linesOfMark(mark) : []),
    unmatched !== undefined && `no line in the log: ${unmatched}`,
    entry.model,
  ];
  return texts.filter((text): text is string => Boolean(text));
}

/** Metrics that a tooltip has room for. */
const MOST_METRICS = 24;

function linesOfMark(mark: LogMark): string[] {
  const names = mainMetrics(Object.keys(mark.metrics));
  const rest = names.length - MOST_METRICS;
  return [
    `${placeOfRow(mark)} of the log${mark.byHand ? ', set by hand' : `: ${mark.reason}`}`,
    ...names.slice(0, MOST_METRICS).map((name) => `${name}: ${formatMetric(mark.metrics[name])}`),
    ...(rest > 0 ? [`and ${rest} more metrics`] : []),
  ];
}
